//! Training as if quantised (Jacob et al. 2018, section 3): the forward pass sees weights and activations rounded to what
//! integers could hold, gradients pass as if nothing had been rounded (straight-through, Bengio et al. 2013).
//!
//! Rounding by channel is the same before and after a norm is folded in, which only scales channels. A tensor's range is
//! that of the batch, so a run that is cut goes on bit for bit.

use super::layout::Role;
use super::pass::Plan;
use crate::lab::architecture::Op;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How coarse the numbers are that training sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Aware {
    /// Bits of a weight, from 2 to 8: symmetric, a scale for each output channel.
    #[serde(default = "bits")]
    pub weight_bits: u32,
    /// Whether activations are rounded to bytes.
    #[serde(default = "activations")]
    pub activations: bool,
}

fn bits() -> u32 {
    8
}

fn activations() -> bool {
    true
}

/// Numbers that a thread rounds at a time.
const PIECE: usize = 1 << 16;

impl Aware {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let right = (2..=8).contains(&self.weight_bits);
        if right { Vec::new() } else { vec![("weight-bits", "must be from 2 to 8".into())] }
    }

    /// Parameters, laid out for `plan`, with all weights rounded: what the pass sees.
    pub fn parameters(&self, plan: &Plan, parameters: &[f32]) -> Vec<f32> {
        let mut rounded = parameters.to_vec();
        for p in plan.layout.parameters.iter().filter(|p| p.role == Role::Weight) {
            let channels = p.shape.last().copied().unwrap_or(1);
            self.channels(&mut rounded[p.range.clone()], channels);
        }
        rounded
    }

    fn channels(&self, weights: &mut [f32], channels: usize) {
        let most = ((1 << (self.weight_bits - 1)) - 1) as f32;
        let mut scale = vec![0.0f32; channels];
        for row in weights.chunks(channels) {
            scale.iter_mut().zip(row).for_each(|(s, w)| *s = s.max(w.abs() / most));
        }
        scale.iter_mut().for_each(|s| *s = s.max(f32::MIN_POSITIVE));
        for row in weights.chunks_mut(channels) {
            row.iter_mut().zip(&scale).for_each(|(w, s)| *w = (*w / s).round_ties_even() * s);
        }
    }

    /// Rounds what a layer writes, unless it is logits.
    pub(super) fn activations(&self, op: &Op, y: &mut [f32]) {
        if !self.activations || matches!(op, Op::Linear { .. } | Op::GroupLogits { .. }) {
            return;
        }
        let ends = |y: &[f32]| y.iter().fold((0.0f32, 0.0f32), |(low, high), v| (low.min(*v), high.max(*v)));
        let wider = |a: (f32, f32), b: (f32, f32)| (a.0.min(b.0), a.1.max(b.1));
        // The least and the greatest are the same in whatever order they are found.
        let (low, high) = y.par_chunks(PIECE).map(ends).reduce(|| (0.0, 0.0), wider);
        let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
        let zero = (-low / scale).round_ties_even();
        let round = |v: &mut f32| *v = (((*v / scale).round_ties_even() + zero).clamp(0.0, 255.0) - zero) * scale;
        y.par_chunks_mut(PIECE).for_each(|y| y.iter_mut().for_each(round));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Trainee, broken};
    use super::*;
    use crate::lab::architecture::residual;
    use crate::random::{Purpose, Stream, sample::unit};

    fn noise(n: usize, seed: u64) -> Vec<f32> {
        let stream = Stream::new(seed, 0, Purpose::Image);
        (0..n).map(|i| (2.0 * unit(stream.draw(i as u64, 0)[0]) - 1.0) as f32).collect()
    }

    /// Logits, and the gradient of a weighted sum of them.
    fn both(trainee: &mut Trainee) -> (Vec<f32>, Vec<f32>) {
        let logits = trainee.forward(6, |input| input.copy_from_slice(&noise(6 * 64, 1))).unwrap();
        let weights = candle_core::Tensor::from_vec(noise(6 * 3, 2), (6, 3), &candle_core::Device::Cpu).unwrap();
        let gradients = (&logits * weights).unwrap().sum_all().unwrap().backward().map_err(broken).unwrap();
        let gradient = gradients.get(trainee.parameters.as_tensor()).unwrap().to_vec1().unwrap();
        (logits.flatten_all().unwrap().to_vec1().unwrap(), gradient)
    }

    #[test]
    fn weights_by_hand() {
        let aware = Aware { weight_bits: 3, activations: false };
        let mut weights = [3.0, 0.4, 1.4, -0.6, -1.6, 0.15];
        aware.channels(&mut weights, 2);
        let right = [3.0, 0.4, 1.0, -0.6, -2.0, 0.2];
        assert!(weights.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-6), "{weights:?}");
    }

    #[test]
    fn activations_by_hand() {
        let aware = Aware { weight_bits: 8, activations: true };
        let mut y = [0.0, 255.0, 0.4, 7.6, -0.0];
        aware.activations(&Op::GlobalAveragePool, &mut y);
        assert_eq!(y, [0.0, 255.0, 0.0, 8.0, 0.0]);
        let mut logits = [0.0, 255.0, 0.4];
        aware.activations(&Op::Linear { outputs: 3 }, &mut logits);
        assert_eq!(logits, [0.0, 255.0, 0.4]);
    }

    /// Forward and back are those of a network that has the rounded weights; what is trained stays unrounded.
    #[test]
    fn gradients_pass_straight_through() {
        let aware = Aware { weight_bits: 4, activations: false };
        let mut coarse = Trainee::new(&residual([8, 8, 1], 3, 1, 4), 1).unwrap();
        let before = coarse.flat().unwrap();
        coarse.aware(Some(aware));
        let mut rounded = Trainee::new(&residual([8, 8, 1], 3, 1, 4), 1).unwrap();
        rounded.set_flat(&aware.parameters(&rounded.plan, &before)).unwrap();
        assert_ne!(rounded.flat().unwrap(), before);
        assert_eq!(both(&mut coarse), both(&mut rounded));
        assert_eq!(coarse.flat().unwrap(), before);
    }

    #[test]
    fn bytes_change_little() {
        let mut trainee = Trainee::new(&residual([8, 8, 1], 3, 1, 4), 1).unwrap();
        let (logits, gradient) = both(&mut trainee);
        trainee.aware(Some(Aware { weight_bits: 8, activations: true }));
        let (found, coarse) = both(&mut trainee);
        let square = |v: &[f32]| v.iter().map(|x| f64::from(x * x)).sum::<f64>();
        let off = |a: &[f32], b: &[f32]| {
            let difference: Vec<f32> = a.iter().zip(b).map(|(a, b)| a - b).collect();
            (square(&difference) / square(b)).sqrt()
        };
        let (logits, gradient) = (off(&found, &logits), off(&coarse, &gradient));
        assert!(logits > 0.0 && logits < 0.05 && gradient < 0.3, "{logits} {gradient}");
    }
}
