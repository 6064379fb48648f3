//! Integers of few bits with a scale for each output channel.

use super::{CoarseNetwork, CoarseWeights};
use crate::lab::network::Folded;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Weights as integers of few bits, symmetric around 0, with a scale for each output channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WeightOnly {
    /// Bits of a weight: 4 or 8.
    pub bits: u32,
    /// Whether a channel's greatest weights may be cut off, where that gives the least squared error. A network that was
    /// trained as if quantised has seen them whole.
    #[serde(default = "cut")]
    pub cut: bool,
}

fn cut() -> bool {
    true
}

/// Scales that are tried, as equal shares of the one that cuts nothing off.
const TRIED: u32 = 64;

impl WeightOnly {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        if matches!(self.bits, 4 | 8) { Vec::new() } else { vec![("bits", "must be 4 or 8".into())] }
    }

    /// Codes a network's weights.
    pub fn apply(&self, folded: &Folded) -> CoarseNetwork {
        let most = ((1 << (self.bits - 1)) - 1) as f32;
        CoarseNetwork::coded(folded, self.bits, |_, weight, channels| {
            let channel = |c: usize| weight.iter().copied().skip(c).step_by(channels.max(1));
            let scale: Vec<f32> = (0..channels).map(|c| self.scale(&channel(c).collect::<Vec<_>>(), most)).collect();
            let rows = weight.chunks(channels.max(1));
            let weight = rows.flat_map(|row| row.iter().zip(&scale).map(|(w, s)| integer(*w, *s, most))).collect();
            CoarseWeights::Scaled { weight, scale }
        })
    }

    /// What one unit of a channel is.
    fn scale(&self, weights: &[f32], most: f32) -> f32 {
        let whole = weights.iter().fold(0.0f32, |m, w| m.max(w.abs())) / most;
        if whole < f32::MIN_POSITIVE {
            return 1.0;
        }
        if !self.cut {
            return whole;
        }
        let error = |s: f32| -> f64 {
            weights.iter().map(|w| f64::from(w - f32::from(integer(*w, s, most)) * s).powi(2)).sum()
        };
        let tried = (TRIED / 4..=TRIED).rev().map(|k| whole * k as f32 / TRIED as f32).map(|s| (error(s), s));
        tried.reduce(|best, next| if next.0 < best.0 { next } else { best }).map_or(whole, |(_, s)| s)
    }
}

fn integer(w: f32, scale: f32, most: f32) -> i8 {
    (w / scale).round_ties_even().clamp(-most, most) as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 7 steps for the greatest, 3.5 of which round to 4 (even), or a finer scale that cuts the greatest off.
    #[test]
    fn the_scale_has_the_least_error() {
        let scale = |weights: &[f32], cut| WeightOnly { bits: 4, cut }.scale(weights, 7.0);
        assert_eq!(scale(&[7.0, -3.0, 1.0], true), 1.0);
        let mut many = vec![0.5; 1000];
        many.push(7.0);
        assert_eq!(scale(&many, false), 1.0);
        let found = scale(&many, true);
        assert!(found < 0.55, "{found}: half of everything would be lost to 0 or 1");
        assert_eq!(scale(&[0.0, 0.0], true), 1.0);
    }

    #[test]
    fn other_widths_are_refused() {
        assert_eq!(WeightOnly { bits: 3, cut: true }.complaints(), [("bits", "must be 4 or 8".to_string())]);
    }
}
