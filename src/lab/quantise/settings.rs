//! How a network is quantised.

use super::calibrate::{Calibration, grids};
use super::coarse::{Codebook, WeightOnly};
use super::sensitivity::{Judge, Sensitivity};
use super::{Int8Network, Quantised};
use crate::lab::data::Dataset;
use crate::lab::network::{Executor, Folded};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Quantise {
    /// Weights and activations as bytes, run in integers (Jacob et al. 2018).
    Int8(Int8),
    /// Weights as integers of few bits, run in floats.
    WeightOnly(WeightOnly),
    /// Weights that share few values, run in floats (Han, Mao, Dally 2016).
    Codebook(Codebook),
}

/// Weights by channel symmetric in −127 to 127, activations by tensor from 0 to 255, norms folded first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Int8 {
    /// How the range that an activation's bytes cover is found.
    #[serde(default)]
    pub calibration: Calibration,
    /// Training images that are looked at for it, spread evenly over all.
    #[serde(default = "images")]
    pub images: usize,
    /// Validation accuracy that may be lost, as a share: 0.002 is 0.2 points. Where more is lost, the layers that hurt
    /// most stay in floats. Without it all layers are quantised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// Whether each layer's sensitivity is found even if no layer has to stay in floats.
    #[serde(default)]
    pub sensitivity: bool,
}

fn images() -> usize {
    512
}

impl Default for Int8 {
    fn default() -> Self {
        Self { calibration: Calibration::default(), images: images(), tolerance: None, sensitivity: false }
    }
}

/// What came out.
#[derive(Debug)]
pub struct Made {
    /// The network.
    pub quantised: Quantised,
    /// What each layer does when it alone is quantised; empty where nobody asked.
    pub sensitivity: Vec<Sensitivity>,
    /// Names of the layers that stay in floats.
    pub floats: Vec<String>,
}

impl Quantise {
    /// Its name in tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Int8(_) => "int8",
            Self::WeightOnly(WeightOnly { bits: 4, .. }) => "int4-weights",
            Self::WeightOnly(_) => "int8-weights",
            Self::Codebook(_) => "codebook",
        }
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Int8(int8) => int8.complaints(),
            Self::WeightOnly(weights) => weights.complaints(),
            Self::Codebook(book) => book.complaints(),
        }
    }

    /// Quantises a network. Training images calibrate, validation images choose; `seed` starts a codebook's clusters.
    ///
    /// # Errors
    /// A network whose weights or activations are no finite numbers.
    pub fn apply(&self, folded: &Folded, data: &Dataset, seed: u64) -> Result<Made, Problem> {
        let coarse = |network| {
            let quantised = Quantised::coarse(data.scaling.clone(), network)?;
            Ok(Made { quantised, sensitivity: Vec::new(), floats: Vec::new() })
        };
        match self {
            Self::Int8(int8) => int8.apply(folded, data),
            Self::WeightOnly(weights) => coarse(weights.apply(folded)),
            Self::Codebook(book) => coarse(book.apply(folded, seed)),
        }
    }
}

impl Int8 {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let tolerance = self.tolerance.is_none_or(|t| (0.0..1.0).contains(&t));
        let all =
            [("images", self.images > 0, "must be above zero"), ("tolerance", tolerance, "must be within 0 and 1")];
        let own = all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into()));
        own.chain(self.calibration.complaints()).collect()
    }

    fn apply(&self, folded: &Folded, data: &Dataset) -> Result<Made, Problem> {
        let executor = Executor::new(folded.clone())?;
        let grids = grids(&executor, &self.seen(data), self.calibration)?;
        let whole = Int8Network::new(folded, &grids, &vec![false; folded.layers.len()])?;
        let mut made =
            Made { quantised: Quantised::int8(data.scaling.clone(), whole)?, sensitivity: vec![], floats: vec![] };
        if self.tolerance.is_none() && !self.sensitivity {
            return Ok(made);
        }
        let judge = Judge::new(&executor, folded, &grids, &data.validation, &data.scaling);
        let lost = judge.with(&vec![false; folded.layers.len()])?.1.drop;
        let hurts = self.tolerance.filter(|t| lost > *t);
        if hurts.is_some() || self.sensitivity {
            made.sensitivity = judge.each()?;
        }
        if let Some(tolerance) = hurts {
            let chosen = judge.fall_back(tolerance, &made.sensitivity)?;
            let layers = chosen.architecture().layers.iter().zip(chosen.network().floats());
            made.floats = layers.filter(|(_, float)| *float).map(|(layer, _)| layer.name.clone()).collect();
            made.quantised = Quantised::int8(data.scaling.clone(), chosen.network().clone())?;
        }
        Ok(made)
    }

    /// Training images, spread evenly over all, as the network takes them.
    fn seen(&self, data: &Dataset) -> Vec<f32> {
        let (all, count) = (data.train.len(), self.images.min(data.train.len()));
        let positions: Vec<usize> = (0..count).map(|i| i * all / count).collect();
        data.train.select(&positions).scaled(&data.scaling)
    }
}
