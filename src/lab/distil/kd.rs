//! Knowledge distillation by softened answers (Hinton, Vinyals, Dean 2015, arXiv 1503.02531).

use crate::lab::architecture::counts;
use crate::lab::network::Executor;
use crate::lab::train::{Objective, cross_entropy, log_softmax};
use candle_core::{D, Device, Result, Tensor};
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

impl Kd {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let positive = self.temperature.is_finite() && self.temperature > 0.0;
        let all = [
            ("temperature", positive, "must be a finite number above zero"),
            ("alpha", (0.0..=1.0).contains(&self.alpha), "must be within 0 and 1"),
        ];
        all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
    }
}

/// The loss of a student and its teacher; both see the same augmented images.
#[derive(Debug)]
pub struct KdObjective {
    kd: Kd,
    teacher: Executor,
}

impl KdObjective {
    /// A teacher that answers by `kd`.
    pub fn new(kd: Kd, teacher: Executor) -> Self {
        Self { kd, teacher }
    }
}

impl Objective for KdObjective {
    fn loss(&self, input: &[f32], logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
        let teacher = Tensor::from_vec(self.teacher.logits(input), logits.shape(), &Device::Cpu)?;
        mix(self.kd, &teacher, logits, labels)
    }

    fn macs(&self) -> u64 {
        counts(self.teacher.architecture()).map_or(0, |layers| layers.iter().map(|c| c.macs).sum())
    }
}

/// Labels' and teacher's part together.
fn mix(kd: Kd, teacher: &Tensor, student: &Tensor, labels: &Tensor) -> Result<Tensor> {
    let hard = cross_entropy(student, labels)?;
    let soft = softened(kd.temperature, teacher, student)?;
    (hard * (1.0 - kd.alpha))? + (soft * kd.alpha)?
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
    use super::*;
    use candle_core::Var;

    const STUDENT: [f32; 6] = [2.0, -1.0, 0.5, 0.1, 0.2, -0.3];
    const TEACHER: [f32; 6] = [3.0, 0.0, -2.0, -1.0, 1.5, 0.5];

    fn mixed(kd: Kd, student: &Tensor) -> Tensor {
        let labels = Tensor::new(&[0u32, 2], &Device::Cpu).unwrap();
        let teacher = Tensor::from_slice(&TEACHER, (2, 3), &Device::Cpu).unwrap();
        mix(kd, &teacher, student, &labels).unwrap()
    }

    fn value(kd: Kd, student: &[f32]) -> f64 {
        let student = Tensor::from_slice(student, (2, 3), &Device::Cpu).unwrap();
        f64::from(mixed(kd, &student).to_scalar::<f32>().unwrap())
    }

    /// By `kd_reference.py`, beside this file.
    const RIGHT: [(f64, f64, f64); 4] =
        [(1.0, 0.0, 0.831_069_476), (1.0, 1.0, 0.225_283_662), (4.0, 0.7, 0.769_800_781), (2.0, 0.5, 0.671_499_733)];

    #[test]
    fn agrees_with_numbers_computed_apart() {
        for (temperature, alpha, right) in RIGHT {
            let found = value(Kd { temperature, alpha }, &STUDENT);
            assert!((found - right).abs() < 1e-5, "{temperature} {alpha}: {found} for {right}");
        }
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        let kd = Kd { temperature: 3.0, alpha: 0.6 };
        let student = Var::from_slice(&STUDENT, (2, 3), &Device::Cpu).unwrap();
        let gradients = mixed(kd, &student).backward().unwrap();
        let gradient = gradients.get(&student).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        const H: f32 = 1e-2;
        for i in 0..6 {
            let moved = |by: f32| {
                let mut at = STUDENT;
                at[i] += by;
                value(kd, &at)
            };
            let difference = (moved(H) - moved(-H)) / f64::from(2.0 * H);
            assert!((difference - f64::from(gradient[i])).abs() < 1e-4, "{i}: {difference} {}", gradient[i]);
        }
    }

    #[test]
    fn a_student_that_copies_loses_nothing_to_its_teacher() {
        assert!(value(Kd { temperature: 2.0, alpha: 1.0 }, &TEACHER).abs() < 1e-6);
    }
}
