//! What makes a teacher use its subclasses (Müller, Kornblith and Hinton 2020, arXiv 2002.03936, section 3.1).

use super::super::Term;
use super::super::lesson::Told;
use crate::lab::train::Seen;
use candle_core::{D, Result, Tensor};

/// `mean_i log Σ_j exp(v_i · v_j / (K T)) − 1 / T − log n`, `v` being an image's `K` subclass logits less their mean over
/// their deviation: at most 0, which it reaches when all images of a batch look alike.
#[derive(Clone, Copy, Debug)]
pub struct Auxiliary {
    /// The tensor of the subclass logits.
    pub tensor: usize,
    /// `T`.
    pub temperature: f64,
}

/// Added to a variance.
const EPS: f64 = 1e-9;

impl Term for Auxiliary {
    fn loss(&self, seen: &Seen, _: &Told) -> Result<Tensor> {
        let logits = seen.features[0].flatten_from(1)?;
        let (n, k) = logits.dims2()?;
        let centred = logits.broadcast_sub(&logits.mean_keepdim(D::Minus1)?)?;
        let v = centred.broadcast_div(&(centred.sqr()?.mean_keepdim(D::Minus1)? + EPS)?.sqrt()?)?;
        let alike = (v.matmul(&v.t()?)? / (k as f64 * self.temperature))?;
        alike.log_sum_exp(D::Minus1)?.mean_all()? - (1.0 / self.temperature + (n as f64).ln())
    }

    fn student(&self) -> Vec<usize> {
        vec![self.tensor]
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{Batch, agrees_with_differences, alone, wave};
    use super::*;

    fn batch(logits: Vec<f64>) -> Batch {
        Batch {
            student: wave(8, 1),
            teacher: wave(8, 1),
            features: vec![(logits, [4, 1, 1, 5])],
            ..Batch::new(&[], &[], &[0; 4])
        }
    }

    #[test]
    fn agrees_with_numbers_computed_apart() {
        // By `reference.py`, beside this file.
        for (temperature, right) in [(1.0, -0.587_930_146), (0.5, -0.734_803_008)] {
            let found = alone(&Auxiliary { tensor: 1, temperature }, &batch(wave(20, 1)));
            assert!((found - right).abs() < 1e-8, "{temperature}: {found} for {right}");
        }
    }

    #[test]
    fn it_is_nothing_for_images_that_look_alike_and_less_for_others() {
        let alike = wave(5, 1).repeat(4);
        let auxiliary = Auxiliary { tensor: 1, temperature: 1.0 };
        assert!(alone(&auxiliary, &batch(alike)).abs() < 1e-8);
        assert!(alone(&auxiliary, &batch(wave(20, 1))) < -0.1);
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&Auxiliary { tensor: 1, temperature: 0.7 }, &batch(wave(20, 1)));
    }
}
