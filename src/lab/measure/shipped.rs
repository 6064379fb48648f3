//! A network as it is shipped: what its file gives back.

use crate::lab::architecture::Architecture;
use crate::lab::network::{Executor, Weights};
use crate::problem::Problem;

/// A network read back from the file that would be shipped.
#[derive(Debug)]
pub enum Shipped {
    /// Floats throughout.
    Float(Box<Executor>),
}

impl Shipped {
    /// Reads a file's bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn decode(bytes: &[u8]) -> Result<Self, Problem> {
        Ok(Self::Float(Box::new(Executor::new(Weights::decode(bytes)?.folded()?)?)))
    }

    /// Logits `[n][classes]` of any number of images, `[n][h][w][c]`, scaled.
    pub fn logits(&self, images: &[f32]) -> Vec<f32> {
        match self {
            Self::Float(executor) => executor.logits(images),
        }
    }

    /// The description.
    pub fn architecture(&self) -> &Architecture {
        match self {
            Self::Float(executor) => executor.architecture(),
        }
    }

    /// The number format of weights and activations, by which a node's rate is chosen; `f32` where some layers are.
    pub fn precision(&self) -> &'static str {
        match self {
            Self::Float(_) => "f32",
        }
    }

    /// Bytes of a number in memory.
    pub fn number_bytes(&self) -> u64 {
        match self {
            Self::Float(_) => 4,
        }
    }

    /// The network of floats, if it is one: what can be run from a tap on, timed by layer, or teach.
    pub fn float(&self) -> Option<&Executor> {
        match self {
            Self::Float(executor) => Some(executor),
        }
    }
}
