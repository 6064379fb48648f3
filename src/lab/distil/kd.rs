//! Knowledge distillation by softened answers (Hinton, Vinyals, Dean 2015, arXiv 1503.02531).

use crate::lab::architecture::counts;
use crate::lab::network::Executor;
use crate::lab::train::{CrossEntropy, Objective, log_softmax};
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
        let hard = CrossEntropy.loss(input, logits, labels)?;
        let soft = softened(self.kd.temperature, &teacher, logits)?;
        (hard * (1.0 - self.kd.alpha))? + (soft * self.kd.alpha)?
    }

    fn macs(&self) -> u64 {
        counts(self.teacher.architecture()).map_or(0, |layers| layers.iter().map(|c| c.macs).sum())
    }
}

/// `T² · KL(softmax(teacher / T) ‖ softmax(student / T))`, the mean over the batch.
fn softened(temperature: f64, teacher: &Tensor, student: &Tensor) -> Result<Tensor> {
    let [teacher, student] = [teacher, student].map(|logits| log_softmax(&(logits / temperature)?));
    let teacher = teacher?;
    let divergence = (teacher.exp()? * (&teacher - student?)?)?.sum(D::Minus1)?.mean_all()?;
    divergence * (temperature * temperature)
}
