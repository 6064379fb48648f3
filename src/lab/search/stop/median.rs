//! The median stopping rule.

use super::{Curve, best};
use schemars::JsonSchema;
use serde::Deserialize;

/// How patient it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Median {
    /// Epochs that every trial gets.
    #[serde(default = "patience")]
    pub patience: u32,
    /// Earlier trials that must have come as far before one is stopped.
    #[serde(default = "least")]
    pub least: u32,
}

fn patience() -> u32 {
    1
}

fn least() -> u32 {
    3
}

impl Default for Median {
    fn default() -> Self {
        Self { patience: patience(), least: least() }
    }
}

impl Median {
    pub(super) fn rungs(&self, epochs: u32) -> Vec<u32> {
        (self.patience..epochs).collect()
    }

    /// A trial goes on unless its best accuracy so far is below the median of what the earlier ones that came as far had
    /// there at best.
    pub(super) fn goes_on(&self, rung: u32, curve: &Curve, before: &[&Curve]) -> Result<(), String> {
        let mut others: Vec<f64> = before.iter().filter(|c| c.len() >= rung as usize).map(|c| best(c, rung)).collect();
        if others.len() < self.least.max(1) as usize {
            return Ok(());
        }
        others.sort_by(f64::total_cmp);
        let (own, middle) = (best(curve, rung), median(&others));
        let told = || format!("{:.2} % is below the median, {:.2} %", 100.0 * own, 100.0 * middle);
        if own < middle { Err(told()) } else { Ok(()) }
    }

    pub(super) fn complaints(&self) -> Vec<(&'static str, String)> {
        let zero = self.patience == 0;
        zero.then(|| ("patience", "must be at least 1".to_string())).into_iter().collect()
    }
}

/// Of sorted values; of an even number, the mean of the middle two.
fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    if n % 2 == 1 { sorted[n / 2] } else { sorted[n / 2 - 1].midpoint(sorted[n / 2]) }
}
