//! Logit standardisation (Sun et al. 2024, arXiv 2403.01427, algorithm 1): only the shape of the teacher's logits is
//! taught, neither their mean nor their spread.

use super::lesson::{POSITIVE, Told, WEIGHT, positive, unlike_answers, weight, wrong};
use super::math::{divergence, log_probabilities};
use super::{Lesson, Method, Term};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use candle_core::{D, Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `labels · CE + weight · T² · KL(teacher ‖ student at T)` of logits that are standardised image by image: less their
/// mean, over their deviation (with n − 1).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lskd {
    /// `T`, by which the standardised logits are divided.
    #[serde(default = "temperature")]
    pub temperature: f64,
    /// Weight against the labels' cross-entropy.
    #[serde(default = "weighty")]
    pub weight: f64,
}

fn temperature() -> f64 {
    2.0
}

fn weighty() -> f64 {
    9.0
}

impl Method for Lskd {
    fn complaints(&self) -> Vec<(&'static str, String)> {
        wrong([("temperature", positive(self.temperature), POSITIVE), ("weight", weight(self.weight), WEIGHT)])
    }

    fn misfits(&self, lesson: &Lesson) -> Vec<Problem> {
        unlike_answers(lesson).into_iter().collect()
    }

    fn weight(&self) -> f64 {
        self.weight
    }

    /// As the authors have it beside a weight of 9.
    fn labels(&self) -> f64 {
        0.1
    }

    fn term(&self, _: &Lesson, _: &Executor, _: &Dataset) -> std::result::Result<Box<dyn Term>, Problem> {
        Ok(Box::new(*self))
    }
}

/// Each row less its mean, over its deviation.
fn standardised(logits: &Tensor) -> Result<Tensor> {
    let centred = logits.broadcast_sub(&logits.mean_keepdim(D::Minus1)?)?;
    let variance = (centred.sqr()?.sum_keepdim(D::Minus1)? / (logits.dim(1)? as f64 - 1.0))?;
    centred.broadcast_div(&((variance + 1e-14)?.sqrt()? + 1e-7)?)
}

impl Term for Lskd {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        let of = |logits| log_probabilities(&standardised(logits)?, self.temperature);
        divergence(&of(told.logits)?, &of(seen.logits)?)?.mean_all()? * (self.temperature * self.temperature)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{agrees_with_differences, alone, made_up};
    use super::*;

    #[test]
    fn agrees_with_numbers_computed_apart() {
        // By `reference.py`, beside this file.
        for (temperature, right) in [(1.0, 0.151_352_933), (2.0, 0.164_124_341)] {
            let found = alone(&Lskd { temperature, weight: 9.0 }, &made_up());
            assert!((found - right).abs() < 1e-6, "{temperature}: {found} for {right}");
        }
    }

    #[test]
    fn neither_mean_nor_spread_matters() {
        let (lskd, batch) = (Lskd { temperature: 2.0, weight: 9.0 }, made_up());
        let mut other = batch.clone();
        other.student.iter_mut().for_each(|z| *z = 3.0 * *z - 7.0);
        assert!((alone(&lskd, &batch) - alone(&lskd, &other)).abs() < 1e-5);
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&Lskd { temperature: 2.0, weight: 9.0 }, &made_up());
    }
}
