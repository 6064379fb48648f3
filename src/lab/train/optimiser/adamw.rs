//! Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2), the rate also scaling the
//! decay, which is on weights only.

use super::{Method, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// `w −= rate · (decay · w + m̂ / (√v̂ + eps))`, with means `m̂` of the gradient and `v̂` of its square, both without the
/// bias of their start at zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Adamw {
    /// Weight of the past in the mean gradient and in its mean square.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
    /// Added to the root of the mean square.
    #[serde(default = "eps")]
    pub eps: f64,
}

fn betas() -> [f64; 2] {
    [0.9, 0.999]
}

fn eps() -> f64 {
    1e-8
}

impl Default for Adamw {
    fn default() -> Self {
        Self { betas: betas(), eps: eps() }
    }
}

impl Method for Adamw {
    fn memories(&self) -> usize {
        2
    }

    fn step(&self, at: Step, decayed: &[Range<usize>], memory: &mut [Vec<f32>], w: &mut [f32], g: &mut [f32]) {
        let shrink = 1.0 - at.rate * at.decay;
        decayed.iter().for_each(|range| w[range.clone()].iter_mut().for_each(|w| *w *= shrink));
        let [first, second] = memory else { return };
        let unbiased = self.betas.map(|beta| 1.0 - libm::pow(beta, at.number as f64));
        let (rate, root) = ((f64::from(at.rate) / unbiased[0]) as f32, unbiased[1].sqrt() as f32);
        let ([b1, b2], eps) = (self.betas.map(|beta| beta as f32), self.eps as f32);
        for (((w, m), v), g) in w.iter_mut().zip(first).zip(second).zip(g) {
            *m += (1.0 - b1) * (*g - *m);
            *v = b2 * *v + (1.0 - b2) * *g * *g;
            *w -= rate * *m / (v.sqrt() / root + eps);
        }
    }

    fn complaint(&self) -> Option<String> {
        let right = self.betas.iter().all(|beta| (0.0..1.0).contains(beta)) && self.eps.is_finite() && self.eps > 0.0;
        (!right).then(|| "needs `betas` from 0 to below 1 and an `eps` above zero".into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Memory, Optimiser};
    use super::*;
    use crate::lab::architecture::separable;
    use crate::lab::network::Layout;

    /// A weight and a bias after each of five steps, by `adamw_reference.py`, beside this file.
    const RIGHT: [[f64; 2]; 5] = [
        [0.989_000_000, 1.009_999_999],
        [0.978_436_099, 1.012_663_370],
        [0.969_082_215, 1.008_090_052],
        [0.959_751_372, 1.005_669_933],
        [0.950_949_298, 1.001_005_655],
    ];

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let layout = Layout::new(&separable([4, 4, 1], 2, 1, &[])).unwrap();
        let (weight, bias) = (0, layout.parameters.last().unwrap().range.start);
        let mut memory = Memory::new(Optimiser::Adamw(Adamw::default()), &layout, 0);
        let mut w = vec![1.0; layout.len()];
        for (i, right) in RIGHT.iter().enumerate() {
            let mut g = vec![0.0; layout.len()];
            (g[weight], g[bias]) = ([0.5, 0.3, 0.1, 0.2, 0.1][i], [-0.2, 0.1, 0.4, -0.1, 0.3][i]);
            let at = Step { number: i as u64 + 1, rate: 0.01, momentum: 0.0, decay: 0.1 };
            memory.step(at, &mut w, &mut g);
            let far = (f64::from(w[weight]) - right[0]).abs().max((f64::from(w[bias]) - right[1]).abs());
            assert!(far < 1e-6, "step {}: {} {} for {right:?}", i + 1, w[weight], w[bias]);
        }
    }
}
