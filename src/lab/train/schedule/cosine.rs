//! Stochastic gradient descent with warm restarts (Loshchilov and Hutter 2017, arXiv 1608.03983, equation 5), in cycles of
//! one length.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// From the highest rate to the floor in every cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cosine {
    /// How many cycles share the steps after the warm-up.
    pub cycles: u32,
}

impl Cosine {
    pub(super) fn share(self, done: f64, left: f64, floor: f64) -> f64 {
        let cycle = left / f64::from(self.cycles);
        half(done / cycle % 1.0, floor)
    }

    pub(super) fn complaint(self) -> Option<String> {
        (self.cycles == 0).then(|| "needs one cycle or more".into())
    }
}

/// Half a cosine from 1 at 0 to the floor at 1.
pub fn half(at: f64, floor: f64) -> f64 {
    floor + (1.0 - floor) * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * at.min(1.0)))
}
