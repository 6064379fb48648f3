//! The bytes that stand for a tensor's values.

use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// A byte `q` stands for `scale · (q − zero)` (Jacob et al. 2018, equation 1).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// What one step is.
    pub scale: f32,
    /// The byte that stands for 0.
    pub zero: u8,
}

/// Added to a number between ±2^22 it leaves no bits for fractions: what is rounded, halves to even, is in the last bits,
/// modulo 256 in the last byte.
const ROUNDS: f32 = (3 << 22) as f32;

impl Grid {
    /// From the range that is to be covered, which is widened to hold 0.
    pub fn covering(low: f32, high: f32) -> Self {
        let (low, high) = (low.min(0.0), high.max(0.0));
        let scale = ((f64::from(high) - f64::from(low)) / 255.0) as f32;
        if scale < f32::MIN_POSITIVE || !scale.is_finite() {
            return Self { scale: 1.0, zero: 0 };
        }
        Self { scale, zero: (-low / scale).round_ties_even().clamp(0.0, 255.0) as u8 }
    }

    /// The byte nearest to a value; halves go to the even byte.
    pub fn byte(&self, x: f32) -> u8 {
        ((x / self.scale).round_ties_even() + f32::from(self.zero)).clamp(0.0, 255.0) as u8
    }

    /// The same of many values at once, in arithmetic that vectors have.
    pub fn bytes(&self, values: &[f32]) -> Vec<u8> {
        let zero = f32::from(self.zero);
        let one = |x: &f32| {
            // Bounds are whole numbers: clamping before rounding is clamping after it.
            let steps = (x / self.scale).max(-zero).min(255.0 - zero);
            ((steps + ROUNDS).to_bits().wrapping_add(self.zero.into()) & 0xFF) as u8
        };
        values.iter().map(one).collect()
    }

    /// What a byte stands for.
    pub fn value(&self, q: u8) -> f32 {
        self.scale * (f32::from(q) - f32::from(self.zero))
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.scale.is_finite() && self.scale > 0.0 {
            return Ok(());
        }
        Err(Problem::new("a tensor's scale is no finite number above zero").received(self.scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_range_by_hand() {
        let grid = Grid::covering(-1.0, 4.1);
        assert!((grid.scale - 0.02).abs() < 1e-7);
        assert_eq!(
            (grid.zero, grid.byte(0.0), grid.byte(0.985), grid.byte(9.0), grid.byte(-9.0)),
            (50, 50, 99, 255, 0)
        );
        assert_eq!(Grid::covering(2.0, 4.0).zero, 0);
        assert_eq!(Grid::covering(0.0, 0.0), Grid { scale: 1.0, zero: 0 });
    }

    proptest! {
        #[test]
        fn many_at_once_are_as_one_by_one(low in -9.0..0.0f32, width in 0.01..20.0f32, x in any::<f32>()) {
            let grid = Grid::covering(low, low + width);
            let halves = (-300..600).map(|q| grid.scale * (q as f32 / 2.0));
            let near = halves.flat_map(|x| [x, x.next_up(), x.next_down()]);
            let values: Vec<f32> = near.chain([x, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0]).collect();
            prop_assert_eq!(grid.bytes(&values), values.iter().map(|x| grid.byte(*x)).collect::<Vec<_>>());
        }

        #[test]
        fn bytes_give_themselves_back(low in -9.0..0.0f32, width in 0.01..20.0f32, q in any::<u8>()) {
            let grid = Grid::covering(low, low + width);
            prop_assert_eq!(grid.byte(grid.value(q)), q);
            prop_assert_eq!(grid.value(grid.zero), 0.0);
        }
    }
}
