//! How the servers of a node can be changed while a run goes on.

use crate::units::{Joules, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a controller or a policy can change a node's servers, and switch it off and on.
///
/// Fewer servers: at once, though who is served is served to the end (where servers are shared, all go on slower). More:
/// after `start`. Off: it refuses newcomers at once, and is off when the last has left; on: it serves after `boot`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Elastic {
    /// How many servers it can have; what it begins with is its service's.
    pub most: u32,
    /// Time from wanting more servers to having them.
    #[serde(default)]
    pub start: SimTime,
    /// Energy of starting one server.
    #[serde(default)]
    pub start_energy: Joules,
    /// Time from switching it on to serving; it draws its idle power in that time.
    #[serde(default)]
    pub boot: SimTime,
    /// Energy of booting, beyond idle.
    #[serde(default)]
    pub boot_energy: Joules,
}
