//! A share of all values that were seen.

use super::histogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A share of the values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Percentile {
    /// The share that is covered, above 0.5 and up to 1: `0.9999`.
    pub share: f64,
}

impl Percentile {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let right = self.share > 0.5 && self.share <= 1.0;
        if right { Vec::new() } else { vec![("share", "must be above 0.5 and at most 1".into())] }
    }

    /// From the middle of the cell that holds the first value kept to that of the last; where nothing is cut off, the
    /// ends themselves.
    pub(super) fn range(&self, seen: &Histogram) -> (f32, f32) {
        let all: u64 = seen.cells.iter().sum();
        let cut = (all as f64 * (1.0 - self.share) / 2.0) as u64;
        let first = beyond(seen.cells.iter(), cut);
        let last = seen.cells.len() - 1 - beyond(seen.cells.iter().rev(), cut);
        let low = if first == 0 { seen.low } else { seen.middle(first) as f32 };
        let high = if last + 1 == seen.cells.len() { seen.high } else { seen.middle(last) as f32 };
        (low, high)
    }
}

/// The cell in which more than `cut` values have passed.
fn beyond<'a>(cells: impl Iterator<Item = &'a u64>, cut: u64) -> usize {
    let mut passed = 0;
    let mut so_far = cells.map(|n| {
        passed += n;
        passed
    });
    so_far.position(|n| n > cut).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::histogram::of;
    use super::*;

    #[test]
    fn a_tenth_is_cut_off_at_either_end() {
        let values: Vec<f32> = (0..=1000).map(|i| i as f32).collect();
        let (low, high) = Percentile { share: 0.8 }.range(&of(&values));
        assert!((low - 100.0).abs() < 1.0 && (high - 900.0).abs() < 1.0, "{low} {high}");
        assert_eq!(Percentile { share: 1.0 }.range(&of(&values)), (0.0, 1000.0));
        assert_eq!(Percentile { share: 0.3 }.complaints().len(), 1);
    }

    #[test]
    fn an_outlier_does_not_count() {
        let mut values = vec![0.0; 50_000];
        values.extend((0..50_000).map(|i| i as f32 / 50_000.0));
        values.push(100.0);
        let (low, high) = Percentile { share: 0.9999 }.range(&of(&values));
        assert!(low == 0.0 && high < 1.1, "{low} {high}");
    }
}
