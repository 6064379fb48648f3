//! What an untrained network promises, found in one pass or two (Abdelfattah et al. 2021, arXiv 2101.08134). A proxy is one
//! file here and one line in [`Proxy`].

mod gradient_norm;
mod naswot;
mod synflow;
#[cfg(test)]
mod tests;

use crate::lab::data::Dataset;
use crate::lab::network::Trainee;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::Deserialize;

/// A score of an untrained network; more promises more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proxy {
    /// How much flows through all paths of weights (Tanaka et al. 2020, SynFlow).
    Synflow,
    /// How long the gradient of the loss is.
    GradientNorm,
    /// How unlike the linear pieces are that images fall into (Mellor et al. 2021, NASWOT).
    Naswot,
}

/// Training images that are looked at, evenly spread over the file.
const IMAGES: usize = 64;

impl Proxy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Synflow, Self::GradientNorm, Self::Naswot];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Synflow => "synflow",
            Self::GradientNorm => "gradient_norm",
            Self::Naswot => "naswot",
        }
    }

    /// The score of an untrained network; its parameters stay.
    ///
    /// # Errors
    /// candle's own.
    pub fn score(self, trainee: &mut Trainee, data: &Dataset) -> Result<f64, Problem> {
        let (have, wanted) = (data.train.len(), IMAGES.min(data.train.len()));
        let images = data.train.select(&(0..wanted).map(|i| i * have / wanted).collect::<Vec<_>>());
        let input = images.scaled(&data.scaling);
        match self {
            Self::Synflow => synflow::score(trainee),
            Self::GradientNorm => gradient_norm::score(trainee, &input, &images.label),
            Self::Naswot => naswot::score(trainee, &input, images.len()),
        }
    }

    /// Multiply-accumulates that it takes, for a network of so many.
    pub fn macs(self, own: u64) -> f64 {
        let passes = match self {
            Self::Synflow => 2,
            Self::GradientNorm => 3 * IMAGES,
            Self::Naswot => IMAGES,
        };
        own as f64 * passes as f64
    }
}

/// The mean rank of each network over its scores, from 0 up; more promises more. Equal scores share their ranks.
pub fn votes(scores: &[Vec<f64>]) -> Vec<f64> {
    let below = |own: f64, proxy: usize| {
        let all = scores.iter().map(|s| s[proxy].total_cmp(&own));
        all.map(|order| [1.0, 0.5, 0.0][(order as i8 + 1) as usize]).sum::<f64>() - 0.5
    };
    let vote = |own: &Vec<f64>| {
        own.iter().enumerate().map(|(proxy, score)| below(*score, proxy)).sum::<f64>() / own.len().max(1) as f64
    };
    scores.iter().map(vote).collect()
}
