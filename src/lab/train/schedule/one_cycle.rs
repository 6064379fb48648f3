//! Up once and down once (Smith and Topin 2018; the way down is half a cosine).

use super::cosine::half;

/// The share of the highest rate, `done` steps after the warm-up of `left` in all; the last step has the floor.
pub fn share(done: f64, left: f64, floor: f64) -> f64 {
    half(done / (left - 1.0).max(1.0), floor)
}
