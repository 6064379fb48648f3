//! The machine that makes networks, as far as joules are concerned.

use crate::catalog::{Cost, EstimatedEnergy};
use crate::units::Watts;
use schemars::JsonSchema;
use serde::Deserialize;

/// What a busy processor of the machine that makes networks draws: joules of making are estimated by it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Host {
    /// Power of one busy processor.
    pub core_power: Watts,
    /// Who says so.
    pub source: String,
}

impl Default for Host {
    fn default() -> Self {
        let source =
            "Cloud Carbon Footprint, AWS: 3.5 W for a vCPU at full load, the mean over servers in SPECpower_ssj2008";
        Self { core_power: Watts(3.5), source: source.into() }
    }
}

impl Host {
    /// Joules of a making: processor time times power. Memory, drives and cooling are not in it.
    pub fn energy(&self, cost: &Cost) -> EstimatedEnergy {
        let core_power_w = self.core_power.0;
        EstimatedEnergy { energy_j: cost.cpu_s * core_power_w, core_power_w, source: self.source.clone() }
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let power = self.core_power.0;
        let all = [
            ("core-power", power.is_finite() && power > 0.0, "must be above zero"),
            ("source", !self.source.trim().is_empty(), "must say where the power is from"),
        ];
        all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
    }
}
