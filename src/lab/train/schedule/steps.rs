//! A constant rate that falls by a factor at stated times (He et al. 2016, section 4.2).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The highest rate, less at each time; without times, a constant rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Steps {
    /// When it falls, as shares of all steps.
    #[serde(default)]
    pub at: Vec<f64>,
    /// What it is multiplied by each time.
    #[serde(default = "factor")]
    pub factor: f64,
}

fn factor() -> f64 {
    0.1
}

impl Steps {
    /// The share of the highest rate when a share of all steps is done.
    pub(super) fn share(&self, done: f64) -> f64 {
        self.at.iter().filter(|&&at| done >= at).fold(1.0, |share, _| share * self.factor)
    }

    pub(super) fn complaint(&self) -> Option<String> {
        let right = self.at.iter().all(|at| (0.0..=1.0).contains(at)) && self.factor > 0.0 && self.factor <= 1.0;
        (!right).then(|| "needs times `at` within 0 and 1 and a `factor` above 0, at most 1".into())
    }
}
