//! Stochastic gradient descent with Nesterov momentum (Sutskever et al. 2013, in the form in which the rate is outside
//! the momentum), weight decay on weights only.

use crate::lab::network::{Layout, Role};

/// The optimiser's memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Sgd {
    /// The running direction.
    pub momentum: Vec<f32>,
    /// Which parameters are decayed, in order.
    decayed: Vec<std::ops::Range<usize>>,
}

impl Sgd {
    /// At rest, for a network's parameters and then `own` weights of a loss.
    pub fn new(layout: &Layout, own: usize) -> Self {
        let weights = layout.parameters.iter().filter(|p| p.role == Role::Weight).map(|p| p.range.clone());
        let own = layout.len()..layout.len() + own;
        Self { momentum: vec![0.0; own.end], decayed: weights.chain(std::iter::once(own)).collect() }
    }

    /// One step: `g += decay · w` for weights, `m = keep · m + g`, `w −= rate · (g + keep · m)`.
    pub fn step(&mut self, parameters: &mut [f32], gradient: &mut [f32], rate: f32, keep: f32, decay: f32) {
        for range in &self.decayed {
            let both = gradient[range.clone()].iter_mut().zip(&parameters[range.clone()]);
            both.for_each(|(g, w)| *g += decay * w);
        }
        for ((w, m), g) in parameters.iter_mut().zip(&mut self.momentum).zip(gradient) {
            *m = keep * *m + *g;
            *w -= rate * (*g + keep * *m);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::separable;

    /// Two steps by hand: w 1, g 0.5, rate 0.1, momentum 0.9, decay 0.2.
    #[test]
    fn follows_the_formula() {
        let layout = Layout::new(&separable([4, 4, 1], 2, 1, &[])).unwrap();
        let (mut sgd, mut w) = (Sgd::new(&layout, 1), vec![1.0; layout.len() + 1]);
        let bias = layout.parameters.last().unwrap().range.start;
        for right in [[1.0 - 0.1 * (0.7 + 0.9 * 0.7), 1.0 - 0.1 * (0.5 + 0.9 * 0.5)], [0.682_354, 0.769_5]] {
            sgd.step(&mut w, &mut vec![0.5; layout.len() + 1], 0.1, 0.9, 0.2);
            assert!(
                (w[0] - right[0]).abs() < 1e-5 && w.last() == w.first() && (w[bias] - right[1]).abs() < 1e-5,
                "{} {}",
                w[0],
                w[bias]
            );
        }
    }
}
