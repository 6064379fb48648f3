//! How nodes serve.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a node serves: one variant, one file in `sim/service`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
}

/// First come, first served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// How service times vary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// Not at all.
    #[default]
    None,
    /// Exponential with the profile's time as mean: for comparison with queueing theory.
    Exponential,
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

impl Service {
    /// Its name in a scenario.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fifo(_) => "fifo",
            Self::Sharing(_) => "sharing",
            Self::Priority(_) => "priority",
            Self::Edf(_) => "edf",
        }
    }

    /// Servers of one node.
    #[inline]
    pub fn servers(&self) -> u32 {
        match self {
            Self::Fifo(Fifo { servers, .. }) | Self::Sharing(Shared { servers, .. }) => *servers,
            Self::Priority(Ordered { servers, .. }) | Self::Edf(Ordered { servers, .. }) => *servers,
        }
    }

    /// How service times vary.
    #[inline]
    pub fn noise(&self) -> Noise {
        match self {
            Self::Fifo(Fifo { noise, .. }) | Self::Sharing(Shared { noise, .. }) => *noise,
            Self::Priority(Ordered { noise, .. }) | Self::Edf(Ordered { noise, .. }) => *noise,
        }
    }
}
