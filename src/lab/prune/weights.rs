//! Unstructured pruning: the weights of least score become zero (Han et al. 2015, arXiv 1506.02626).

use super::{Mask, Pruned, Report, Round, one, schedule, share_and_rounds, with};
use crate::lab::network::{Layout, Parameter, Role, Trainee, broken};
use crate::problem::Problem;
use crate::random::{Purpose, Stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sets single weights of convolutions and linear layers to zero; norms and biases stay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WeightPruning {
    /// Share of weights that are zero in the end.
    pub sparsity: f64,
    /// Which go first.
    #[serde(default)]
    pub by: Score,
    /// Among which weights they are compared.
    #[serde(default)]
    pub scope: Scope,
    /// Rounds in which the sparsity rises, by the cube (Zhu and Gupta 2017).
    #[serde(default = "one")]
    pub rounds: u32,
}

/// Which weights go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Score {
    /// The smallest.
    #[default]
    Magnitude,
    /// Any: the control.
    Random,
}

/// Among which weights scores are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Those of the whole network: layers end up unlike.
    #[default]
    Global,
    /// Those of each layer: all end up equally sparse.
    Layer,
}

impl WeightPruning {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        share_and_rounds("sparsity", self.sparsity, self.rounds)
    }

    pub(super) fn round(&self, trainee: &mut Trainee, round: &Round) -> Result<Pruned, Problem> {
        let layout = &trainee.plan.layout;
        let mut parameters = trainee.flat().map_err(broken)?;
        let sparsity = schedule::due(self.sparsity, round.number, self.rounds);
        self.zero(layout, &mut parameters, sparsity, round.seed);
        let mask = Mask::zeros(layout, &parameters);
        let pruned = with(&trainee.plan.architecture, &parameters, trainee.statistics.clone())?;
        let report = Report::of(trainee, &pruned, round.number, sparsity)?;
        Ok(Pruned { trainee: pruned, mask: Some(mask), report })
    }

    /// Zeroes as many weights as are due: `sparsity` of each scope's, rounded; the first of equal scores. Zeros count and
    /// go first.
    fn zero(&self, layout: &Layout, parameters: &mut [f32], sparsity: f64, seed: u64) {
        let weights: Vec<&Parameter> = layout.parameters.iter().filter(|p| p.role == Role::Weight).collect();
        let scopes: Vec<Vec<usize>> = match self.scope {
            Scope::Global => vec![weights.iter().flat_map(|p| p.range.clone()).collect()],
            Scope::Layer => weights.iter().map(|p| p.range.clone().collect()).collect(),
        };
        let stream = Stream::new(seed, 0, Purpose::Pruning);
        for mut places in scopes {
            let count = (sparsity * places.len() as f64).round() as usize;
            let score = |&at: &usize| (self.score(parameters[at], stream.draw(at as u64, 0)[0]), at);
            places.sort_by_cached_key(score);
            places[..count].iter().for_each(|&at| parameters[at] = 0.0);
        }
    }

    /// Bits of non-negative floats are in their order.
    fn score(&self, weight: f32, draw: u64) -> u64 {
        match self.by {
            Score::Magnitude => weight.abs().to_bits().into(),
            Score::Random if weight == 0.0 => 0,
            Score::Random => draw.max(1),
        }
    }
}
