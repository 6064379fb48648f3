//! Structured pruning: channels are taken out together with all that depends on them.

mod groups;
mod remove;
mod select;

pub use groups::{Group, Unit, groups};
pub(super) use remove::removed;
#[cfg(test)]
pub use remove::silenced;

use super::{Importance, Pruned, Report, Round, one, schedule, share_and_rounds};
use crate::lab::network::Trainee;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes out whole channels, and with each all channels that depend on it: residual sums tie channels of several layers
/// together, grouped convolutions tie what they read to what they write.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChannelPruning {
    /// The share that is gone in the end.
    pub share: f64,
    /// Of what.
    #[serde(default)]
    pub of: Budget,
    /// Which go first.
    #[serde(default)]
    pub by: Importance,
    /// How they are compared.
    #[serde(default)]
    pub ranking: Ranking,
    /// Share of each layer's channels that stays in any case.
    #[serde(default = "floor")]
    pub floor: f64,
    /// Rounds in which the share rises, by the cube (Zhu and Gupta 2017).
    #[serde(default = "one")]
    pub rounds: u32,
}

/// What a share is a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// Of the channels that can go; those that depend on each other count as one. Met exactly, but for rounding.
    #[default]
    Channels,
    /// Of the multiply-accumulates; the fewest channels go that save at least so many.
    Macs,
}

/// How channels of unlike layers are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ranking {
    /// Every layer loses the same share.
    #[default]
    Uniform,
    /// All are in one list: layers that matter less lose more.
    Global,
}

fn floor() -> f64 {
    0.1
}

impl ChannelPruning {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let mut all = share_and_rounds("share", self.share, self.rounds);
        if !(0.0..1.0).contains(&self.floor) {
            all.push(("floor", "must be from 0 to below 1".into()));
        }
        all.extend(self.by.complaints());
        all
    }

    pub(super) fn round(&self, trainee: &mut Trainee, round: &Round) -> Result<Pruned, Problem> {
        let groups = groups(&trainee.plan.architecture)?;
        let scores = self.by.scores(trainee, &groups, round)?;
        let due = schedule::due(self.share, round.number, self.rounds);
        let gone = select::gone(self, &trainee.plan.architecture, &groups, &scores, round.original, due)?;
        let pruned = removed(trainee, &gone)?;
        let report = Report::of(trainee, &pruned, round.number, due)?;
        Ok(Pruned { trainee: pruned, mask: None, report })
    }
}
