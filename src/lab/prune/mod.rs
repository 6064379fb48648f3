//! Pruning: single weights set to zero, or whole channels taken out so that a smaller network comes out.
//!
//! A round prunes and trains nothing: fine-tuning is the caller's, who gives it to [`Prune::run`] or calls [`Prune::round`]
//! for each round by hand. What a round gives is a trainee to go on from, and for single weights the [`Mask`] that keeps
//! their zeros while fine-tuning ([`Job`](super::train::Job)'s `mask`). A way to prune is one file here and one line in [`Prune`]; an
//! importance one file and one line in [`Importance`].

mod channels;
mod importance;
mod mask;
mod report;
mod schedule;
#[cfg(test)]
mod tests;
mod weights;

pub use channels::{Budget, ChannelPruning, Group, Ranking, Unit, groups};
pub use importance::{Importance, Taylor};
pub use mask::Mask;
pub use report::{LayerReport, Report};
pub use weights::{Scope, Score, WeightPruning};

use super::architecture::Architecture;
use super::data::Dataset;
use super::network::{Trainee, broken};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a network is pruned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Prune {
    /// Single weights become zero; the network keeps its shape.
    Weights(WeightPruning),
    /// Whole channels are taken out; a smaller network comes out.
    Channels(ChannelPruning),
}

/// Where in a pruning a round stands.
#[derive(Clone, Copy, Debug)]
pub struct Round<'a> {
    /// From 1 to [`Prune::rounds`].
    pub number: u32,
    /// The network before the first round: shares are shares of it.
    pub original: &'a Architecture,
    /// Where importance needs images, those trained on.
    pub data: &'a Dataset,
    /// Seed of what is drawn.
    pub seed: u64,
}

/// A round's result.
#[derive(Debug)]
pub struct Pruned {
    /// The network, pruned; to be fine-tuned.
    pub trainee: Trainee,
    /// Which weights have to stay zero, where single ones were pruned.
    pub mask: Option<Mask>,
    /// What went.
    pub report: Report,
}

impl Prune {
    /// Its name in tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Weights(_) => "prune-weights",
            Self::Channels(_) => "prune-channels",
        }
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Weights(weights) => weights.complaints(),
            Self::Channels(channels) => channels.complaints(),
        }
    }

    /// Rounds of pruning, each to be followed by fine-tuning.
    pub fn rounds(&self) -> u32 {
        match self {
            Self::Weights(weights) => weights.rounds,
            Self::Channels(channels) => channels.rounds,
        }
    }

    /// All rounds: `tune` is given what each leaves, with its number, and gives the network to go on with. What comes out is
    /// the last of these, and what every round took away.
    ///
    /// # Errors
    /// A round's and `tune`'s.
    pub fn run(
        &self,
        mut trainee: Trainee,
        data: &Dataset,
        seed: u64,
        tune: &mut dyn FnMut(u32, Pruned) -> Result<Trainee, Problem>,
    ) -> Result<(Trainee, Vec<Report>), Problem> {
        let original = trainee.plan.architecture.clone();
        let mut reports = Vec::new();
        for number in 1..=self.rounds() {
            let pruned = self.round(&mut trainee, &Round { number, original: &original, data, seed })?;
            reports.push(pruned.report.clone());
            trainee = tune(number, pruned)?;
        }
        Ok((trainee, reports))
    }

    /// Prunes to what is due after a round. `trainee` is left as it was.
    ///
    /// # Errors
    /// A share that cannot be reached, and the network's own.
    pub fn round(&self, trainee: &mut Trainee, round: &Round) -> Result<Pruned, Problem> {
        match self {
            Self::Weights(weights) => weights.round(trainee, round),
            Self::Channels(channels) => channels.round(trainee, round),
        }
    }
}

/// One round, unless told otherwise.
fn one() -> u32 {
    1
}

/// Complaints about a share and a number of rounds.
fn share_and_rounds(key: &'static str, share: f64, rounds: u32) -> Vec<(&'static str, String)> {
    let all = [
        (key, share > 0.0 && share < 1.0, "must be above 0 and below 1"),
        ("rounds", (1..=100).contains(&rounds), "must be from 1 to 100"),
    ];
    all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
}

/// A network with given parameters and running statistics.
fn with(architecture: &Architecture, parameters: &[f32], statistics: Vec<f32>) -> Result<Trainee, Problem> {
    let mut trainee = Trainee::new(architecture, 0)?;
    trainee.set_flat(parameters).map_err(broken)?;
    trainee.statistics = statistics;
    Ok(trainee)
}
