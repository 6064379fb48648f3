//! How much a channel matters. An importance is one file here and one line in [`Importance`].

mod magnitude;
mod norm_scale;
mod random;
mod taylor;

pub use taylor::Taylor;

use super::{Group, Round, Unit};
use crate::lab::architecture::Op;
use crate::lab::network::{Role, Trainee};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a channel matters: those that matter least go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Importance {
    /// By the mean size of the weights that write it, against the mean of all channels that it could be exchanged with
    /// (Li et al. 2017).
    #[default]
    Magnitude,
    /// By the size of its batch norm's scale (Liu et al. 2017).
    NormScale,
    /// By what the loss would change without it, to first order, on training images (Molchanov et al. 2019).
    Taylor(Taylor),
    /// By nothing: the control.
    Random,
}

/// A score for each unit of each group.
pub type Scores = Vec<Vec<f64>>;

impl Importance {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Taylor(taylor) => taylor.complaints(),
            Self::Magnitude | Self::NormScale | Self::Random => Vec::new(),
        }
    }

    pub(super) fn scores(&self, trainee: &mut Trainee, groups: &[Group], round: &Round) -> Result<Scores, Problem> {
        match self {
            Self::Magnitude => magnitude::scores(trainee, groups),
            Self::NormScale => norm_scale::scores(trainee, groups),
            Self::Taylor(taylor) => taylor.scores(trainee, groups, round.data),
            Self::Random => Ok(random::scores(groups, round)),
        }
    }
}

/// Scores each unit by itself.
fn each(groups: &[Group], score: impl Fn(&Unit) -> f64) -> Scores {
    groups.iter().map(|group| group.units.iter().map(&score).collect()).collect()
}

/// The convolutions' outputs among a unit's channels: layer and channel.
fn written<'a>(trainee: &'a Trainee, unit: &'a Unit) -> impl Iterator<Item = (usize, usize)> + Clone + 'a {
    let layers = unit.channels.iter().map(|&(tensor, channel)| (tensor - 1, channel));
    layers.filter(|&(layer, _)| matches!(trainee.plan.architecture.layers[layer].op, Op::Conv(_)))
}

/// The mean of what each convolution says about a unit.
fn mean(trainee: &Trainee, unit: &Unit, of: impl Fn(usize, usize) -> f64) -> f64 {
    let all = written(trainee, unit);
    let n = all.clone().count().max(1) as f64;
    all.map(|(layer, channel)| of(layer, channel)).sum::<f64>() / n
}

/// Where a norm's scale and shift of a layer's channel lie.
fn norm_at(trainee: &Trainee, layer: usize, channel: usize) -> [usize; 2] {
    [Role::Gamma, Role::Beta].map(|role| trainee.plan.layout.range(layer, role).start + channel)
}
