//! How a 32-bit sum becomes a byte, in integers alone.
//!
//! With `sat` for saturation to 16 bits and `⌊ ⌋` for arithmetic shifts, a sum `s` of channel `c` gives
//!
//! ```text
//! a = sat(⌊(s + bias[c] + half(shift[c])) / 2^shift[c]⌋)           half(n) = 2^(n-1), half(0) = 0
//! t = ⌊(a · multiplier[c] + 2^14) / 2^15⌋                          output steps, in units of 2^-fine
//! u = sat(t + ⌊(128 · (r − zero_r) · multiplier_r + 2^14) / 2^15⌋) where a residual r is added
//! q = clamp(⌊sat(u + zero · 2^fine + half(fine)) / 2^fine⌋, zero if there is a ReLU, else 0, 255)
//! ```
//!
//! All of it fits 16-bit lanes, two to four times as many as 32-bit arithmetic has. The multipliers have 15 bits, so a
//! step's error stays near one part in 2^15, and with the 5 bits of `fine` a rounding differs from the exact one by
//! little more than 1/32 of a step.

/// A tensor that is added before the ReLU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual {
    /// One of its steps, in output steps.
    pub ratio: f64,
    /// The byte that stands for 0.
    pub zero: u8,
}

/// The end of an integer layer: bias, scale, residual, ReLU, rounding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requantise {
    pub(super) bias: Vec<i32>,
    pub(super) shift: Vec<u32>,
    pub(super) multiplier: Vec<i16>,
    pub(super) fine: u32,
    /// The byte that stands for 0, and the multiplier.
    pub(super) residual: Option<(u8, i16)>,
    pub(super) zero: u8,
    pub(super) relu: bool,
}

/// The most bits below an output step.
const FINE: u32 = 5;
/// The most bits that a sum is shifted by.
const SHIFT: u32 = 30;

impl Requantise {
    /// `steps` says how many output steps one unit of a channel's sum is, `bias` is in units of the sum, `zero` is the
    /// output's zero.
    ///
    /// # Panics
    /// If there is not one bias for each channel, a bias reaches 2^30, or a channel's `steps` are not within 0 and 1:
    /// an output must not be finer than the sums.
    pub fn new(steps: &[f64], bias: &[i32], zero: u8, relu: bool, residual: Option<Residual>) -> Self {
        assert_eq!(steps.len(), bias.len(), "not one bias a channel");
        assert!(bias.iter().all(|b| b.unsigned_abs() < 1 << SHIFT), "a bias is too large");
        assert!(steps.iter().all(|s| (0.0..1.0).contains(s)), "an output is finer than its sums");
        let fine = fine(steps, residual.map_or(0.0, |r| r.ratio));
        let (shift, multiplier) = steps.iter().map(|s| scale(*s, fine)).unzip();
        // One step of the residual is 128 before its multiplier's 15 bits are taken off.
        let residual = residual.map(|r| (r.zero, short(r.ratio * f64::from(1 << (fine + 8)))));
        Self { bias: bias.to_vec(), shift, multiplier, fine, residual, zero, relu }
    }

    /// Channels.
    pub fn channels(&self) -> usize {
        self.bias.len()
    }

    /// What a sum of a channel gives: the definition that all instruction sets are tested against.
    pub fn one(&self, channel: usize, sum: i32, residual: Option<u8>) -> u8 {
        let shift = self.shift[channel];
        let a = sat(sum.wrapping_add(self.bias[channel] + half(shift)) >> shift);
        let mut t = (a * i32::from(self.multiplier[channel]) + (1 << 14)) >> 15;
        if let Some((r, (zero, multiplier))) = residual.zip(self.residual) {
            let lifted = 128 * (i32::from(r) - i32::from(zero));
            t = sat(t + ((lifted * i32::from(multiplier) + (1 << 14)) >> 15));
        }
        let q = sat(t + i32::from(self.offset())) >> self.fine;
        q.clamp(i32::from(self.floor()), 255) as u8
    }

    /// What the last shift takes along: the zero, and half a step.
    pub(super) fn offset(&self) -> i16 {
        (i16::from(self.zero) << self.fine) + half(self.fine) as i16
    }

    /// The least byte.
    pub(super) fn floor(&self) -> u8 {
        if self.relu { self.zero } else { 0 }
    }
}

/// Half of `2^shift`.
pub(super) fn half(shift: u32) -> i32 {
    if shift == 0 { 0 } else { 1 << (shift - 1) }
}

fn sat(x: i32) -> i32 {
    x.clamp(i16::MIN.into(), i16::MAX.into())
}

fn short(x: f64) -> i16 {
    x.round().min(i16::MAX.into()) as i16
}

/// As many bits as leave room for a full output and a full residual, of either sign, in 16.
fn fine(steps: &[f64], ratio: f64) -> u32 {
    let coarsest = steps.iter().fold(0.0, |m: f64, s| m.max(*s));
    let fits = |fine: &u32| {
        let one = f64::from(1 << fine);
        255.0 * (1.0 + ratio) * one <= f64::from(1 << 14) && coarsest * one < 1.0
    };
    (0..=FINE).rev().find(fits).unwrap_or(0)
}

/// Shift and multiplier, the multiplier with 15 bits if the shift allows.
fn scale(steps: f64, fine: u32) -> (u32, i16) {
    let at = |shift: u32| steps * f64::from(1u32 << fine) * f64::from(1 << 15) * f64::from(1u32 << shift);
    let shift = (0..SHIFT).find(|&s| at(s) >= f64::from(1 << 14)).unwrap_or(SHIFT);
    (shift, short(at(shift)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Shift 4, multiplier 16777 for 1/1000 of a step: 10,000 units are 10 steps; 10,500 are 10.5, rounded up.
    #[test]
    fn agrees_with_sums_by_hand() {
        let r = Requantise::new(&[0.001], &[500], 3, false, None);
        assert_eq!((r.shift[0], r.multiplier[0], r.fine), (4, 16777, 5));
        let got = [9_500, 10_000, 9_900, -3_400, -3_600, 300_000, -300_000].map(|s| r.one(0, s, None));
        assert_eq!(got, [13, 14, 13, 0, 0, 255, 0]);
    }

    proptest! {
        #![proptest_config(crate::kernel::testing::config(400))]

        #[test]
        fn is_near_the_exact_quotient(
            (scale, bias, zero, relu) in (-17.0..-5.0f64, -5_000..5_000i32, any::<u8>(), any::<bool>()),
            (at, residual) in (-2.0..2.0f64, proptest::option::of((0.01..1.0f64, any::<u8>(), any::<u8>()))),
        ) {
            let step = scale.exp2();
            let sum = (at * 255.0 / step) as i32;
            let added = residual.map(|(ratio, zero, _)| Residual { ratio, zero });
            let ours = Requantise::new(&[step], &[bias], zero, relu, added).one(0, sum, residual.map(|r| r.2));
            let more = residual.map_or(0.0, |(ratio, zero, r)| ratio * (f64::from(r) - f64::from(zero)));
            let exact = f64::from(zero) + f64::from(sum + bias) * step + more;
            let exact = exact.clamp(if relu { zero.into() } else { 0.0 }, 255.0);
            prop_assert!((f64::from(ours) - exact).abs() < 0.56, "{} for {}", ours, exact);
        }
    }
}
