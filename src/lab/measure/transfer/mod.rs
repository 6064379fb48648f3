//! What a student has of its teacher: answers, subclasses, features. Plain functions over logits and features.

mod agreement;
mod efficiency;
mod features;
mod levels;
mod matching;

pub use agreement::{Agreement, agreement};
pub use efficiency::{Efficiency, Spent, efficiency, gap_recovered};
pub use features::{Alike, cka, cka_within};
pub use levels::{Bits, Levels, label_bits, levels, levels_above};
pub use matching::{Matched, assignment, matched};

/// Made-up numbers, as in `reference.py` beside this file.
#[cfg(test)]
fn wave(n: usize, phase: u32) -> Vec<f32> {
    (0..n).map(|i| (2.0 * ((i * i) as f64 * 0.37 + f64::from(phase) * i as f64).sin()) as f32).collect()
}
