//! Knowledge distillation by softened answers (Hinton, Vinyals, Dean 2015, arXiv 1503.02531).

use super::lesson::{POSITIVE, Told, positive, unlike_answers, wrong};
use super::{Lesson, Method, Term};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::{Seen, log_softmax};
use crate::problem::Problem;
use candle_core::{D, Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `(1 − alpha) · CE + alpha · T² · KL(teacher ‖ student at T)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Kd {
    /// Both networks' logits are divided by this, `T`, before the softmax.
    pub temperature: f64,
    /// Weight of the teacher against the labels, from 0 to 1.
    pub alpha: f64,
}

impl Method for Kd {
    fn complaints(&self) -> Vec<(&'static str, String)> {
        wrong([
            ("temperature", positive(self.temperature), POSITIVE),
            ("alpha", (0.0..=1.0).contains(&self.alpha), "must be within 0 and 1"),
        ])
    }

    fn misfits(&self, lesson: &Lesson) -> Vec<Problem> {
        unlike_answers(lesson).into_iter().collect()
    }

    fn weight(&self) -> f64 {
        self.alpha
    }

    fn labels(&self) -> f64 {
        1.0 - self.alpha
    }

    fn term(&self, _: &Lesson, _: &Executor, _: &Dataset) -> std::result::Result<Box<dyn Term>, Problem> {
        Ok(Box::new(*self))
    }
}

impl Term for Kd {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        softened(self.temperature, told.logits, seen.logits)
    }
}

/// `T² · KL(softmax(teacher / T) ‖ softmax(student / T))`, the mean over the batch.
fn softened(temperature: f64, teacher: &Tensor, student: &Tensor) -> Result<Tensor> {
    let [teacher, student] = [teacher, student].map(|logits| log_softmax(&(logits / temperature)?));
    let teacher = teacher?;
    let divergence = (teacher.exp()? * (&teacher - student?)?)?.sum(D::Minus1)?.mean_all()?;
    divergence * (temperature * temperature)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Batch, agrees_with_differences, value};
    use super::*;

    const STUDENT: [f32; 6] = [2.0, -1.0, 0.5, 0.1, 0.2, -0.3];
    const TEACHER: [f32; 6] = [3.0, 0.0, -2.0, -1.0, 1.5, 0.5];

    /// Temperature, alpha, loss by `kd_reference.py`, beside this file.
    const RIGHT: [(f64, f64, f64); 4] =
        [(1.0, 0.0, 0.831_069_476), (1.0, 1.0, 0.225_283_662), (4.0, 0.7, 0.769_800_781), (2.0, 0.5, 0.671_499_733)];

    fn batch(student: &[f32]) -> Batch {
        Batch::new(student, &TEACHER, &[0, 2])
    }

    #[test]
    fn agrees_with_numbers_computed_apart() {
        for (temperature, alpha, right) in RIGHT {
            let found = value(&Kd { temperature, alpha }, &batch(&STUDENT));
            assert!((found - right).abs() < 1e-5, "{temperature} {alpha}: {found} for {right}");
        }
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&Kd { temperature: 3.0, alpha: 0.6 }, &batch(&STUDENT));
    }

    #[test]
    fn a_student_that_copies_loses_nothing_to_its_teacher() {
        assert!(value(&Kd { temperature: 2.0, alpha: 1.0 }, &batch(&TEACHER)).abs() < 1e-6);
    }
}
