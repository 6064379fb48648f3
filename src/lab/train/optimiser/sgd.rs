//! Stochastic gradient descent with momentum (Sutskever et al. 2013, in the form in which the rate is outside the
//! momentum), weight decay on weights only.

use super::{Method, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// `m = momentum · m + g`, `w −= rate · (g + momentum · m)`, where `g` holds `decay · w` too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sgd {
    /// Whether the step looks ahead (Nesterov); otherwise `w −= rate · m`.
    #[serde(default = "nesterov")]
    pub nesterov: bool,
}

fn nesterov() -> bool {
    true
}

impl Default for Sgd {
    fn default() -> Self {
        Self { nesterov: nesterov() }
    }
}

impl Method for Sgd {
    fn memories(&self) -> usize {
        1
    }

    fn step(&self, at: Step, decayed: &[Range<usize>], memory: &mut [Vec<f32>], w: &mut [f32], g: &mut [f32]) {
        let Step { rate, momentum: keep, decay, .. } = at;
        for range in decayed {
            g[range.clone()].iter_mut().zip(&w[range.clone()]).for_each(|(g, w)| *g += decay * w);
        }
        let Some(memory) = memory.first_mut() else { return };
        for ((w, m), g) in w.iter_mut().zip(memory).zip(g) {
            *m = keep * *m + *g;
            *w -= rate * if self.nesterov { *g + keep * *m } else { *m };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Memory, Optimiser};
    use super::*;
    use crate::lab::architecture::separable;
    use crate::lab::network::Layout;

    /// Two steps by hand: w 1, g 0.5, rate 0.1, momentum 0.9, decay 0.2.
    #[test]
    fn follows_the_formula() {
        let layout = Layout::new(&separable([4, 4, 1], 2, 1, &[])).unwrap();
        let bias = layout.parameters.last().unwrap().range.start;
        let at = Step { number: 1, rate: 0.1, momentum: 0.9, decay: 0.2 };
        let nesterov = [[1.0 - 0.1 * (0.7 + 0.9 * 0.7), 1.0 - 0.1 * (0.5 + 0.9 * 0.5)], [0.682_354, 0.769_5]];
        let plain = [[0.93, 0.95], [0.93 - 0.1 * (0.9 * 0.7 + 0.686), 0.95 - 0.1 * (0.9 * 0.5 + 0.5)]];
        for (sgd, right) in [(Sgd::default(), nesterov), (Sgd { nesterov: false }, plain)] {
            let (mut memory, mut w) = (Memory::new(Optimiser::Sgd(sgd), &layout, 1), vec![1.0; layout.len() + 1]);
            for right in right {
                memory.step(at, &mut w, &mut vec![0.5; layout.len() + 1]);
                let near = (w[0] - right[0]).abs() < 1e-5 && (w[bias] - right[1]).abs() < 1e-5;
                assert!(near && w.last() == w.first(), "{} {} for {right:?}", w[0], w[bias]);
            }
        }
    }
}
