//! How nodes serve.

use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a node serves: one variant, one file in `sim/service`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// First come, first served, by equal servers.
    Fifo(Fifo),
    /// All requests share the servers equally, each with at most one server's speed (processor sharing).
    Sharing(Shared),
    /// The least `priority` of a workload first; first come, first served among equals.
    Priority(Ordered),
    /// The earliest deadline first, those without one last; first come, first served among equals.
    Edf(Ordered),
    /// Equal computations (role, from, up to) are computed together, as on an accelerator.
    Batch(Batch),
}

/// First come, first served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Fifo {
    /// How many requests are computed at once, each at the node's full single-call speed.
    pub servers: u32,
    /// How many may wait; one more is refused and its policy asked again. Absent: any number.
    pub bound: Option<u32>,
    /// How service times vary around the profile's.
    pub noise: Noise,
}

/// Processor sharing: with n requests and c servers each runs at min(1, c/n) of the single-call speed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Shared {
    /// How many requests run at the node's full single-call speed at once, such as its cores.
    pub servers: u32,
    /// How many share at most; the others wait, in the order of coming. Absent: any number.
    pub most: Option<u32>,
    /// How many may wait; one more is refused and its policy asked again. Absent: any number.
    pub bound: Option<u32>,
    /// How service times vary around the profile's.
    pub noise: Noise,
}

/// Served in order of urgency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ordered {
    /// How many requests are computed at once, each at the node's full single-call speed.
    pub servers: u32,
    /// How many may wait; one more is refused and its policy asked again, unless it is served at once. Absent: any
    /// number.
    pub bound: Option<u32>,
    /// Whether somebody more urgent takes the place of the least urgent in service, which later goes on where it stopped.
    pub preempt: bool,
    /// How service times vary around the profile's.
    pub noise: Noise,
}

/// Computing together what is equal; nobody joins a batch that has begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Batch {
    /// How many batches are computed at once, each at the node's full speed.
    pub servers: u32,
    /// How many requests a batch has at most.
    pub most: u32,
    /// How long the oldest of a kind waits for a whole batch before an idle server computes less than that.
    pub wait: SimTime,
    /// How many may wait; one more is refused and its policy asked again, unless a batch begins with it. Absent: any
    /// number.
    pub bound: Option<u32>,
    /// How a batch's time grows with its size.
    pub curve: Curve,
    /// How batches' times vary around the profile's.
    pub noise: Noise,
}

/// How the time of a batch grows with its size.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Curve {
    /// By the roofline, layer by layer: weights are read once, arithmetic and activations are for each.
    #[default]
    Roofline,
    /// As measured: (size, time) pairs, the time told in times of a batch of one, linear in between.
    Measured(Vec<[f64; 2]>),
}

/// How service times vary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// Not at all.
    #[default]
    None,
    /// Exponential with the profile's time as mean: for comparison with queueing theory.
    Exponential,
    /// By a multiplier on the profile's time, drawn from measured quantiles: (probability, multiplier) pairs from
    /// probability 0 to 1, linear in between. `[[0, 0.9], [0.5, 1], [0.9, 1.2], [0.99, 2], [1, 4]]` has a median of 1 and
    /// a 99th percentile of 2.
    Quantiles(Vec<[f64; 2]>),
}

impl Default for Fifo {
    fn default() -> Self {
        Self { servers: 1, bound: None, noise: Noise::None }
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self { servers: 1, most: None, bound: None, noise: Noise::None }
    }
}

impl Default for Ordered {
    fn default() -> Self {
        Self { servers: 1, bound: None, preempt: false, noise: Noise::None }
    }
}

impl Default for Batch {
    fn default() -> Self {
        let (wait, curve, noise) = (SimTime::ZERO, Curve::Roofline, Noise::None);
        Self { servers: 1, most: 1, wait, bound: None, curve, noise }
    }
}

impl Service {
    /// Its name in a scenario.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fifo(_) => "fifo",
            Self::Sharing(_) => "sharing",
            Self::Priority(_) => "priority",
            Self::Edf(_) => "edf",
            Self::Batch(_) => "batch",
        }
    }

    /// Servers of one node.
    #[inline]
    pub fn servers(&self) -> u32 {
        match self {
            Self::Fifo(Fifo { servers, .. }) | Self::Sharing(Shared { servers, .. }) => *servers,
            Self::Priority(Ordered { servers, .. }) | Self::Edf(Ordered { servers, .. }) => *servers,
            Self::Batch(Batch { servers, .. }) => *servers,
        }
    }

    /// How many may wait, if that is bounded.
    pub fn bound(&self) -> Option<u32> {
        match self {
            Self::Fifo(Fifo { bound, .. }) | Self::Sharing(Shared { bound, .. }) => *bound,
            Self::Priority(Ordered { bound, .. }) | Self::Edf(Ordered { bound, .. }) => *bound,
            Self::Batch(Batch { bound, .. }) => *bound,
        }
    }

    /// How service times vary.
    #[inline]
    pub fn noise(&self) -> &Noise {
        match self {
            Self::Fifo(Fifo { noise, .. }) | Self::Sharing(Shared { noise, .. }) => noise,
            Self::Priority(Ordered { noise, .. }) | Self::Edf(Ordered { noise, .. }) => noise,
            Self::Batch(Batch { noise, .. }) => noise,
        }
    }
}
