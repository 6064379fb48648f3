//! Weights alone as coarser numbers: they are decoded into floats, and run in floats.

mod codebook;
mod file;
mod weight_only;

pub use codebook::Codebook;
pub(super) use file::Scheme;
pub use weight_only::WeightOnly;

use crate::lab::architecture::Architecture;
use crate::lab::network::Folded;

/// A layer's coded weights.
#[derive(Clone, Debug, PartialEq)]
pub enum CoarseWeights {
    /// Integers with a scale for each output channel.
    Scaled {
        /// Integers.
        weight: Vec<i8>,
        /// What one unit is, by output channel.
        scale: Vec<f32>,
    },
    /// Positions in a table.
    Shared {
        /// Positions.
        code: Vec<u8>,
        /// Values, rising.
        table: Vec<f32>,
    },
}

/// A network with coded weights; biases stay floats.
#[derive(Clone, Debug, PartialEq)]
pub struct CoarseNetwork {
    /// The description.
    pub architecture: Architecture,
    /// Bits that one weight takes in the file.
    pub bits: u32,
    /// Weights and biases of each layer.
    pub layers: Vec<(CoarseWeights, Vec<f32>)>,
}

impl CoarseWeights {
    /// The weights that the codes stand for.
    pub fn decoded(&self) -> Vec<f32> {
        match self {
            Self::Scaled { weight, scale } => {
                let rows = weight.chunks(scale.len().max(1));
                rows.flat_map(|row| row.iter().zip(scale).map(|(w, s)| f32::from(*w) * s)).collect()
            }
            Self::Shared { code, table } => code.iter().map(|c| table[usize::from(*c)]).collect(),
        }
    }
}

impl CoarseNetwork {
    /// Codes the weights of every layer.
    fn coded(folded: &Folded, bits: u32, code: impl Fn(usize, &[f32], usize) -> CoarseWeights) -> Self {
        let layers = folded.layers.iter().enumerate();
        let layers = layers.map(|(i, [weight, bias])| (code(i, weight, bias.len()), bias.clone())).collect();
        Self { architecture: folded.architecture.clone(), bits, layers }
    }

    /// The network that is run.
    pub fn folded(&self) -> Folded {
        let layers = self.layers.iter().map(|(weights, bias)| [weights.decoded(), bias.clone()]).collect();
        Folded { architecture: self.architecture.clone(), layers }
    }
}
