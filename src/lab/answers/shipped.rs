//! A network as it is shipped: what its file gives back.

use crate::lab::architecture::{Architecture, counts};
use crate::lab::code;
use crate::lab::network::{Executor, Weights};
use crate::lab::quantise::Quantised;
use crate::problem::Problem;
use std::borrow::Cow;
use std::time::Instant;

/// A network read back from the file that would be shipped.
#[derive(Debug)]
pub enum Shipped {
    /// Floats throughout.
    Float(Box<Executor>),
    /// Coarser numbers.
    Quantised(Box<Quantised>),
}

/// What an entropy-coded file holds; another file as it is.
///
/// # Errors
/// What is wrong with the bytes.
pub fn plain(file: &[u8]) -> Result<Cow<'_, [u8]>, Problem> {
    if code::is_packed(file) { Ok(code::unpack(file)?.into()) } else { Ok(file.into()) }
}

impl Shipped {
    /// Reads a file's bytes, coded or not.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn decode(file: &[u8]) -> Result<Self, Problem> {
        let bytes = plain(file)?;
        if Quantised::is_one(&bytes) {
            return Ok(Self::Quantised(Box::new(Quantised::decode(&bytes)?)));
        }
        Ok(Self::Float(Box::new(Executor::new(Weights::decode(&bytes)?.folded()?)?)))
    }

    /// Logits `[n][classes]` of any number of images, `[n][h][w][c]`, scaled.
    pub fn logits(&self, images: &[f32]) -> Vec<f32> {
        self.logits_from(0, images)
    }

    /// As [`Executor::logits_from`].
    pub fn logits_from(&self, tensor: usize, values: &[f32]) -> Vec<f32> {
        match self {
            Self::Float(executor) => executor.logits_from(tensor, values),
            Self::Quantised(quantised) => quantised.logits_from(tensor, values),
        }
    }

    /// As [`Executor::outputs`].
    pub fn outputs(&self, images: &[f32], wanted: &[usize]) -> Vec<Vec<f32>> {
        match self {
            Self::Float(executor) => executor.outputs(images, wanted),
            Self::Quantised(quantised) => quantised.outputs(images, wanted),
        }
    }

    /// Seconds that each layer takes on one image, once, on the calling thread.
    pub fn seconds(&self, image: &[f32]) -> Vec<f64> {
        let executor = match self {
            Self::Float(executor) => executor,
            Self::Quantised(quantised) => return quantised.seconds(image),
        };
        let layers = executor.architecture().layers.len();
        let mut tensors = vec![Vec::new(); layers + 1];
        tensors[0] = image.to_vec();
        let timed = |layer| {
            let start = Instant::now();
            executor.layer(layer, &mut tensors);
            start.elapsed().as_secs_f64()
        };
        (0..layers).map(timed).collect()
    }

    /// The description.
    pub fn architecture(&self) -> &Architecture {
        match self {
            Self::Float(executor) => executor.architecture(),
            Self::Quantised(quantised) => quantised.architecture(),
        }
    }

    /// The network of floats, if it is one.
    pub fn float(&self) -> Option<&Executor> {
        match self {
            Self::Float(executor) => Some(executor),
            Self::Quantised(_) => None,
        }
    }

    /// The number format by which a node's rate is chosen: `int8` if all layers run in integers, else `f32`.
    pub fn precision(&self) -> &'static str {
        match self {
            Self::Quantised(quantised) if quantised.precision() == "int8" => "int8",
            _ => "f32",
        }
    }

    /// Bytes of one number of each tensor.
    pub fn number_bytes(&self) -> Vec<u64> {
        match self {
            Self::Float(executor) => vec![4; executor.architecture().layers.len() + 1],
            Self::Quantised(quantised) => quantised.number_bytes(),
        }
    }

    /// Bytes of each layer's weights while it runs.
    ///
    /// # Errors
    /// As for [`counts`].
    pub fn weight_bytes(&self) -> Result<Vec<u64>, Problem> {
        match self {
            Self::Float(executor) => Ok(counts(executor.architecture())?.iter().map(|c| c.weight_bytes).collect()),
            Self::Quantised(quantised) => Ok(quantised.weight_bytes()),
        }
    }
}
