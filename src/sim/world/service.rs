//! How nodes serve.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a node serves: one variant, one file in `sim/service`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// First come, first served, by equal servers.
    Fifo(Fifo),
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
