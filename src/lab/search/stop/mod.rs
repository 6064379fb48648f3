//! When a trial is not worth going on with. A rule is one file here and one line in [`Stop`].
//!
//! Trials go in cohorts, from rung to rung: a rung is a number of epochs after which the rule looks at the validation
//! accuracies of the cohort, and of the trials before it.

mod halving;
mod median;
#[cfg(test)]
mod tests;

pub use halving::Halving;
pub use median::Median;

use schemars::JsonSchema;
use serde::Deserialize;

/// When a trial is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Stop {
    /// Where it is below the median of the trials before it (Golovin et al. 2017, Vizier, section 3.2.2).
    Median(Median),
    /// Where it is not among the best share of its cohort (Jamieson and Talwalkar 2016, successive halving,
    /// arXiv 1502.07943).
    Halving(Halving),
}

/// A trial's validation accuracies, epoch by epoch.
pub type Curve = [f64];

impl Stop {
    /// Its name in recipes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Median(_) => "median",
            Self::Halving(_) => "halving",
        }
    }

    /// The epochs after which it looks, all below `epochs`, rising.
    pub fn rungs(&self, epochs: u32) -> Vec<u32> {
        match self {
            Self::Median(median) => median.rungs(epochs),
            Self::Halving(halving) => halving.rungs(epochs),
        }
    }

    /// Trials that go side by side, where `method` draws so many at once.
    pub fn cohort(&self, trials: usize) -> usize {
        match self {
            Self::Median(_) => 1,
            Self::Halving(halving) => halving.cohort.map_or(trials, |n| n as usize).clamp(1, trials.max(1)),
        }
    }

    /// Which trials of a cohort go on after a rung: whether each does, and where not, why.
    pub fn survivors(&self, rung: u32, cohort: &[&Curve], before: &[&Curve]) -> Vec<Result<(), String>> {
        match self {
            Self::Median(median) => cohort.iter().map(|curve| median.goes_on(rung, curve, before)).collect(),
            Self::Halving(halving) => halving.survivors(&cohort.iter().map(|c| best(c, rung)).collect::<Vec<_>>()),
        }
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Median(median) => median.complaints(),
            Self::Halving(halving) => halving.complaints(),
        }
    }
}

/// The best accuracy up to a rung; the worst there can be for a trial that never came so far.
fn best(curve: &Curve, rung: u32) -> f64 {
    curve.iter().take(rung as usize).copied().fold(f64::NEG_INFINITY, f64::max)
}
