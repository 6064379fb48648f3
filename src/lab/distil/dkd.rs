//! Decoupled distillation (Zhao et al. 2022, arXiv 2203.08679, equation 7): how sure the teacher is of the right class,
//! and how it divides the rest, apart.

use super::lesson::{POSITIVE, Told, WEIGHT, positive, unlike_answers, weight, wrong};
use super::math::{divergence, log_probabilities, one_hot};
use super::{Lesson, Method, Term};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use candle_core::{D, Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `CE + weight · min(done / warm-up, 1) · T² · (alpha · TCKD + beta · NCKD)`: TCKD is the divergence of (right class,
/// all others), NCKD that among the others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dkd {
    /// `T`, by which both networks' logits are divided.
    #[serde(default = "temperature")]
    pub temperature: f64,
    /// Weight of the right class against all others.
    #[serde(default = "one")]
    pub alpha: f64,
    /// Weight of how the others are divided: 8 where teacher and student are far apart, 2 where they are near.
    #[serde(default = "beta")]
    pub beta: f64,
    /// Share of the training in which the weight grows to its full size.
    #[serde(default = "warm_up")]
    pub warm_up: f64,
    /// Weight of all of it.
    #[serde(default = "one")]
    pub weight: f64,
}

fn temperature() -> f64 {
    4.0
}

fn one() -> f64 {
    1.0
}

fn beta() -> f64 {
    2.0
}

/// 20 of 240 epochs.
fn warm_up() -> f64 {
    1.0 / 12.0
}

impl Method for Dkd {
    fn complaints(&self) -> Vec<(&'static str, String)> {
        wrong([
            ("temperature", positive(self.temperature), POSITIVE),
            ("alpha", weight(self.alpha), WEIGHT),
            ("beta", weight(self.beta), WEIGHT),
            ("warm-up", (0.0..=1.0).contains(&self.warm_up), "must be within 0 and 1"),
            ("weight", weight(self.weight), WEIGHT),
        ])
    }

    fn misfits(&self, lesson: &Lesson) -> Vec<Problem> {
        unlike_answers(lesson).into_iter().collect()
    }

    fn weight(&self) -> f64 {
        self.weight
    }

    fn term(&self, _: &Lesson, _: &Executor, _: &Dataset) -> std::result::Result<Box<dyn Term>, Problem> {
        Ok(Box::new(*self))
    }
}

/// Far enough below any logit that its probability is zero.
const GONE: f64 = -1000.0;

/// Log-probabilities: `[n][2]` of the right class and of all others together, `[n][classes]` among the others.
fn decoupled(logits: &Tensor, right: &Tensor, temperature: f64) -> Result<[Tensor; 2]> {
    let all = log_probabilities(logits, temperature)?;
    let others = (&all + (right * GONE)?)?;
    let both =
        Tensor::cat(&[(&all * right)?.sum_keepdim(D::Minus1)?, others.log_sum_exp(D::Minus1)?.unsqueeze(1)?], 1)?;
    Ok([both, log_probabilities(&others, 1.0)?])
}

impl Term for Dkd {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        let right = one_hot(seen.labels, seen.logits)?;
        let [told, said] = [told.logits, seen.logits].map(|logits| decoupled(logits, &right, self.temperature));
        let ([told_right, told_others], [right, others]) = (told?, said?);
        let sum =
            ((divergence(&told_right, &right)? * self.alpha)? + (divergence(&told_others, &others)? * self.beta)?)?;
        let warm = if self.warm_up > 0.0 { (seen.done / self.warm_up).min(1.0) } else { 1.0 };
        sum.mean_all()? * (warm * self.temperature * self.temperature)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{agrees_with_differences, alone, made_up};
    use super::*;

    const DKD: Dkd = Dkd { temperature: 4.0, alpha: 1.0, beta: 8.0, warm_up: 0.0, weight: 1.0 };

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let batch = made_up();
        for (temperature, alpha, beta, right) in REFERENCE {
            let found = alone(&Dkd { temperature, alpha, beta, ..DKD }, &batch);
            assert!((found - right).abs() < 1e-8, "{temperature} {alpha} {beta}: {found} for {right}");
        }
        // Half of the training is done.
        let [whole, quarter] = [0.5, 2.0].map(|warm_up| alone(&Dkd { warm_up, ..DKD }, &batch));
        assert!((whole - 4.0 * quarter).abs() < 1e-12);
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&DKD, &made_up());
    }

    #[test]
    fn a_teacher_that_is_certain_gives_a_finite_loss() {
        let mut batch = made_up();
        batch.teacher.iter_mut().for_each(|z| *z *= 100.0);
        assert!(alone(&DKD, &batch).is_finite());
    }

    /// Temperature, alpha, beta, loss by `reference.py`, beside this file.
    const REFERENCE: [(f64, f64, f64, f64); 3] =
        [(4.0, 1.0, 0.0, 0.288_901_934), (4.0, 0.0, 1.0, 0.445_074_527), (2.0, 1.0, 8.0, 3.422_353_338)];
}
