//! How often answers are right.

use super::Part;
use crate::catalog::Proportion;
use crate::lab::train::best;
use crate::stats::wilson;

/// Confidence of every interval in a profile.
const CONFIDENCE: f64 = 0.95;

/// A proportion with Wilson's interval.
pub fn proportion(count: u64, of: u64) -> Proportion {
    let (low, high) = wilson(count, of, CONFIDENCE);
    let value = count as f64 / (of as f64).max(1.0);
    Proportion { count, of, value, low: low.clamp(0.0, value), high: high.clamp(value, 1.0) }
}

/// How often the answers are right to images of some labels.
pub fn right(part: &Part, among: impl Fn(usize) -> bool) -> Proportion {
    let asked = part.rows().filter(|(label, _)| among(*label));
    let (count, of) =
        asked.fold((0, 0), |(right, of), (label, logits)| (right + u64::from(best(logits) == label), of + 1));
    proportion(count, of)
}
