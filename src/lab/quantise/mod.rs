//! Quantisation: coarser numbers for weights, or for weights and activations. A method is one file here and one line in
//! [`Quantise`].
//!
//! 1. [`Quantise::apply`] takes a folded network and the data (training images calibrate, validation images choose) and
//!    gives a [`Quantised`] network, with the sensitivity of its layers where that was asked for.
//! 2. [`Quantised::encode`] gives the bytes of the file to ship, [`Quantised::decode`] reads them back; figures are
//!    measured from what was read back.
//! 3. [`Quantised::logits`] answers. `int8` runs in integers throughout; the others decode their weights and run in
//!    floats.
//!
//! Entropy coding and updates work on files: see [`super::code`].

mod calibrate;
mod coarse;
mod file;
mod grid;
mod int8;
mod sensitivity;
mod settings;
#[cfg(test)]
mod tests;

pub use calibrate::{Calibration, Percentile, grids};
pub use coarse::{CoarseNetwork, CoarseWeights, Codebook, WeightOnly};
pub use grid::Grid;
pub use int8::{Int8Executor, Int8Network, LayerWeights, reference};
pub use sensitivity::Sensitivity;
pub use settings::{Int8, Made, Quantise};

use super::architecture::{Architecture, Op};
use super::data::Scaling;
use super::network::{Executor, Folded};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// A quantised network that answers.
#[derive(Debug)]
pub struct Quantised {
    /// How bytes become the network's input.
    pub scaling: Scaling,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Int8(Box<Int8Executor>),
    Coarse(Box<CoarseNetwork>, Box<Executor>),
}

/// The description that a file carries.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    scaling: Scaling,
    architecture: Architecture,
    scheme: Scheme,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Scheme {
    Int8(int8::Scheme),
    Coarse(coarse::Scheme),
}

impl Quantised {
    /// An integer network.
    ///
    /// # Errors
    /// As for [`Int8Executor::new`].
    pub fn int8(scaling: Scaling, network: Int8Network) -> Result<Self, Problem> {
        Ok(Self { scaling, form: Form::Int8(Box::new(Int8Executor::new(network)?)) })
    }

    /// A network with coded weights.
    ///
    /// # Errors
    /// As for [`Executor::new`].
    pub fn coarse(scaling: Scaling, network: CoarseNetwork) -> Result<Self, Problem> {
        let executor = Executor::new(network.folded())?;
        Ok(Self { scaling, form: Form::Coarse(Box::new(network), Box::new(executor)) })
    }

    /// Logits `[n][classes]` of any number of images, `[n][h][w][c]`, as the float network takes them.
    pub fn logits(&self, images: &[f32]) -> Vec<f32> {
        match &self.form {
            Form::Int8(_) => self.logits_from(0, images),
            Form::Coarse(_, executor) => executor.logits(images),
        }
    }

    /// As [`Executor::logits_from`].
    pub fn logits_from(&self, tensor: usize, values: &[f32]) -> Vec<f32> {
        match &self.form {
            Form::Int8(executor) => executor.run(tensor, values, &[executor.network().layers.len()]).swap_remove(0),
            Form::Coarse(_, executor) => executor.logits_from(tensor, values),
        }
    }

    /// As [`Executor::outputs`]; bytes are given as what they stand for.
    pub fn outputs(&self, images: &[f32], wanted: &[usize]) -> Vec<Vec<f32>> {
        match &self.form {
            Form::Int8(executor) => executor.run(0, images, wanted),
            Form::Coarse(_, executor) => executor.outputs(images, wanted),
        }
    }

    /// Seconds that each layer takes on one image, once, on the calling thread.
    pub fn seconds(&self, image: &[f32]) -> Vec<f64> {
        match &self.form {
            Form::Int8(executor) => executor.seconds(image),
            Form::Coarse(_, executor) => {
                let mut tensors = vec![Vec::new(); executor.architecture().layers.len() + 1];
                tensors[0] = image.to_vec();
                let timed = |i: usize| {
                    let start = Instant::now();
                    executor.layer(i, &mut tensors);
                    start.elapsed().as_secs_f64()
                };
                (0..executor.architecture().layers.len()).map(timed).collect()
            }
        }
    }

    /// The description.
    pub fn architecture(&self) -> &Architecture {
        match &self.form {
            Form::Int8(executor) => executor.architecture(),
            Form::Coarse(_, executor) => executor.architecture(),
        }
    }

    /// The number format that is run: `int8`, `int8+f32` where layers stay in floats, `f32` for coded weights.
    pub fn precision(&self) -> &'static str {
        match &self.form {
            Form::Int8(executor) if executor.network().floats().contains(&true) => "int8+f32",
            Form::Int8(_) => "int8",
            Form::Coarse(..) => "f32",
        }
    }

    /// Bytes that one number of each tensor takes while it runs: 1 where a layer writes bytes (of the input: where the
    /// first layer reads them), 4 for floats.
    pub fn number_bytes(&self) -> Vec<u64> {
        let layers = &self.architecture().layers;
        let Form::Int8(executor) = &self.form else { return vec![4; layers.len() + 1] };
        let network = executor.network();
        let floats = network.floats();
        let written = |i: usize| floats[i] || network.answers(i) || matches!(layers[i].op, Op::GroupLogits { .. });
        std::iter::once(floats[0])
            .chain((0..layers.len()).map(written))
            .map(|float| if float { 4 } else { 1 })
            .collect()
    }

    /// Bytes that each layer's weights take while it runs: of an integer layer the weights, and 8 for the bias and scale
    /// of each channel.
    pub fn weight_bytes(&self) -> Vec<u64> {
        let floats = |[weight, bias]: &[Vec<f32>; 2]| 4 * (weight.len() + bias.len()) as u64;
        let folded = self.folded();
        let Form::Int8(executor) = &self.form else { return folded.layers.iter().map(floats).collect() };
        let both = executor.network().layers.iter().zip(&folded.layers);
        let bytes = both.map(|(weights, folded)| match weights {
            LayerWeights::Int8 { weight, bias, .. } => (weight.len() + 8 * bias.len()) as u64,
            LayerWeights::Float { .. } => floats(folded),
        });
        bytes.collect()
    }

    /// The integer network, if it is one.
    pub fn integers(&self) -> Option<&Int8Network> {
        match &self.form {
            Form::Int8(executor) => Some(executor.network()),
            Form::Coarse(..) => None,
        }
    }

    /// The float network that its weights stand for.
    pub fn folded(&self) -> Folded {
        match &self.form {
            Form::Int8(executor) => executor.network().folded(),
            Form::Coarse(network, _) => network.folded(),
        }
    }

    /// The file's bytes (safetensors; the metadata key `tierwise` holds scaling, architecture and scheme as JSON).
    ///
    /// # Errors
    /// A tensor that cannot be written.
    pub fn encode(&self) -> Result<Vec<u8>, Problem> {
        let (scheme, tensors) = match &self.form {
            Form::Int8(executor) => (Scheme::Int8(executor.network().scheme()), executor.network().tensors()?),
            Form::Coarse(network, _) => (Scheme::Coarse(network.scheme()), network.tensors()?),
        };
        let head = Head { scaling: self.scaling.clone(), architecture: self.architecture().clone(), scheme };
        let head = serde_json::to_string(&head).map_err(|e| Problem::new(e.to_string()))?;
        file::encode(&tensors, head)
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn decode(bytes: &[u8]) -> Result<Self, Problem> {
        let (tensors, head) = file::decode(bytes)?;
        let Head { scaling, architecture, scheme } =
            serde_json::from_str(&head).map_err(|e| Problem::new(format!("not a quantised network: {e}")))?;
        architecture.check()?;
        match scheme {
            Scheme::Int8(scheme) => Self::int8(scaling, Int8Network::of(architecture, scheme, tensors)?),
            Scheme::Coarse(scheme) => Self::coarse(scaling, CoarseNetwork::of(architecture, &scheme, tensors)?),
        }
    }

    /// Whether a file's description is one of a quantised network; a float network's has no scheme.
    pub fn is_one(bytes: &[u8]) -> bool {
        file::head(bytes).is_ok_and(|head| serde_json::from_str::<Head>(&head).is_ok())
    }
}
