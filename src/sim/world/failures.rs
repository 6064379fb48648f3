//! What fails, when, and what becomes of what is in progress.

use super::{GroupId, World};
use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that fails and is repaired.
#[derive(Clone, Debug, PartialEq)]
pub struct Failing {
    /// What.
    pub place: Fallible,
    /// How.
    pub failures: Failures,
}

/// What can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallible {
    /// Each node of a group, by itself.
    Nodes(GroupId),
    /// Each cell of a link (index in [`World::links`]), by itself: both directions at once.
    Link(u16),
}

/// How each of a group's nodes, or of a link's cells, fails and is repaired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Failures {
    /// When it does not work.
    pub when: Spells,
    /// What becomes of what is in progress.
    #[serde(default)]
    pub then: Rule,
    /// How often failures, of whatever it is, may interrupt one request; once more, and the request fails.
    #[serde(default = "thrice")]
    pub most: u32,
}

fn thrice() -> u32 {
    3
}

/// When something does not work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spells {
    /// By chance, each node or cell by itself: it works at first, fails, is repaired, works as new, and so on.
    Random(Random),
    /// At these times of the run, from and to, all nodes or cells at once: in order, and with time between them.
    Trace(Vec<[SimTime; 2]>),
}

/// By chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Random {
    /// How long it works, busy or not.
    pub to_failure: Lifetime,
    /// How long it then does not.
    pub to_repair: Lifetime,
}

/// A length of time that varies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Lifetime {
    /// Exponential: it does not age.
    #[serde(rename_all = "kebab-case")]
    Exponential {
        /// Mean.
        mean: SimTime,
    },
    /// Weibull's distribution.
    #[serde(rename_all = "kebab-case")]
    Weibull {
        /// Mean.
        mean: SimTime,
        /// Shape: below 1 it fails early or late, 1 is exponential, above 1 it wears out.
        shape: f64,
    },
}

/// What becomes of what is in progress at something that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// It stays, and is begun anew at the repair; what only waited goes on waiting.
    #[default]
    Retry,
    /// Its policy is asked again. An answer on its way has no other: it is retried.
    Reroute,
    /// The request fails.
    Fail,
}

impl World {
    /// How something fails, if it does: index in [`World::failures`].
    pub fn failing(&self, place: Fallible) -> Option<usize> {
        self.failures.iter().position(|f| f.place == place)
    }
}

impl Failures {
    /// What is wrong with it, if anything is: the key, and what.
    pub fn wrong(&self) -> Option<(&'static [&'static str], &'static str)> {
        match &self.when {
            Spells::Random(random) => wrong_lifetime(random.to_failure, [TO_FAILURE, TO_FAILURE_SHAPE])
                .or_else(|| wrong_lifetime(random.to_repair, [TO_REPAIR, TO_REPAIR_SHAPE])),
            Spells::Trace(spells) => wrong_trace(spells).map(|what| (TRACE, what)),
        }
    }
}

const TO_FAILURE: &[&str] = &["when", "random", "to-failure"];
const TO_FAILURE_SHAPE: &[&str] = &["when", "random", "to-failure", "weibull", "shape"];
const TO_REPAIR: &[&str] = &["when", "random", "to-repair"];
const TO_REPAIR_SHAPE: &[&str] = &["when", "random", "to-repair", "weibull", "shape"];
const TRACE: &[&str] = &["when", "trace"];

type Key = &'static [&'static str];

fn wrong_lifetime(lifetime: Lifetime, [key, shape_key]: [Key; 2]) -> Option<(Key, &'static str)> {
    let (mean, shape) = lifetime.parts();
    match shape.is_finite() && (0.1..=100.0).contains(&shape) {
        true => (mean == SimTime::ZERO).then_some((key, "a mean time of zero")),
        false => Some((shape_key, "a shape below 0.1 or above 100")),
    }
}

fn wrong_trace(spells: &[[SimTime; 2]]) -> Option<&'static str> {
    if spells.iter().any(|[from, to]| from >= to) {
        return Some("a failure that is over before it began");
    }
    let apart = |pair: &[[SimTime; 2]]| pair[0][1] < pair[1][0];
    (!spells.windows(2).all(apart)).then_some("failures that overlap, touch or go backwards")
}

impl Lifetime {
    /// Mean and Weibull shape.
    pub fn parts(self) -> (SimTime, f64) {
        match self {
            Self::Exponential { mean } => (mean, 1.0),
            Self::Weibull { mean, shape } => (mean, shape),
        }
    }
}
