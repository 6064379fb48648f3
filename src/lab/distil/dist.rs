//! Distillation by correlation (Huang et al. 2022, arXiv 2205.10536, equations 8 to 10): the student need not copy the
//! teacher's probabilities, but how they order the classes of an image, and the images of a class.

use super::lesson::{POSITIVE, Told, WEIGHT, positive, unlike_answers, weight, wrong};
use super::math::{TINY, log_probabilities};
use super::{Lesson, Method, Term};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use candle_core::{D, Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `CE + weight · T² · (beta · (1 − ρ between classes) + gamma · (1 − ρ within classes))`: ρ is the mean of Pearson's
/// correlation of both networks' probabilities over images, and over the columns of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dist {
    /// `T`, by which both networks' logits are divided.
    #[serde(default = "one")]
    pub temperature: f64,
    /// Weight of the correlation over the classes of an image.
    #[serde(default = "one")]
    pub beta: f64,
    /// Weight of the correlation over the images of a class.
    #[serde(default = "one")]
    pub gamma: f64,
    /// Weight of all of it.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

impl Method for Dist {
    fn complaints(&self) -> Vec<(&'static str, String)> {
        wrong([
            ("temperature", positive(self.temperature), POSITIVE),
            ("beta", weight(self.beta), WEIGHT),
            ("gamma", weight(self.gamma), WEIGHT),
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

/// One less the mean correlation of rows.
fn uncorrelated(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let [a, b] = [a, b].map(|rows| rows.broadcast_sub(&rows.mean_keepdim(D::Minus1)?));
    let (a, b) = (a?, b?);
    let lengths = (((a.sqr()?.sum(D::Minus1)? * b.sqr()?.sum(D::Minus1)?)? + TINY * TINY)?.sqrt()? + TINY)?;
    ((&a * &b)?.sum(D::Minus1)? / lengths)?.mean_all()?.affine(-1.0, 1.0)
}

impl Term for Dist {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        let of = |logits| log_probabilities(logits, self.temperature)?.exp();
        let (told, said) = (of(told.logits)?, of(seen.logits)?);
        let between = (uncorrelated(&told, &said)? * self.beta)?;
        let within = (uncorrelated(&told.t()?, &said.t()?)? * self.gamma)?;
        (between + within)? * (self.temperature * self.temperature)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{agrees_with_differences, alone, made_up};
    use super::*;

    const DIST: Dist = Dist { temperature: 2.0, beta: 1.0, gamma: 2.0, weight: 1.0 };

    #[test]
    fn agrees_with_numbers_computed_apart() {
        // By `reference.py`, beside this file.
        for (temperature, beta, gamma, right) in
            [(1.0, 1.0, 0.0, 0.399_545_904), (1.0, 0.0, 1.0, 0.360_081_681), (4.0, 1.0, 2.0, 14.739_868_307)]
        {
            let found = alone(&Dist { temperature, beta, gamma, weight: 1.0 }, &made_up());
            assert!((found - right).abs() < 1e-5, "{temperature}: {found} for {right}");
        }
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&DIST, &made_up());
    }
}
