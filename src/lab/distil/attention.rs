//! Attention transfer (Zagoruyko and Komodakis 2017, arXiv 1612.03928, equation 2 with p = 2): where the student looks
//! is to be where the teacher looks; channels need not match.

use super::lesson::{Told, WEIGHT, weight, wrong};
use super::math::{mean, squares, unit};
use super::subclass::Emphasis;
use super::taps::{self, Pair};
use super::{Lesson, Method, Term};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use candle_core::{D, Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `CE + weight · mean square of the differences of attention maps`, the sum over pairs of taps; a map is the mean of a
/// tensor's squares over its channels, of unit length an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attention {
    /// Taps of the student, each with the teacher's that it should be like, of equal height and width.
    pub taps: Vec<Pair>,
    /// Weight against the labels' cross-entropy; half of the authors' 1000.
    #[serde(default = "weighty")]
    pub weight: f64,
}

fn weighty() -> f64 {
    500.0
}

impl Method for Attention {
    fn complaints(&self) -> Vec<(&'static str, String)> {
        wrong([("taps", !self.taps.is_empty(), "must name a pair of taps"), ("weight", weight(self.weight), WEIGHT)])
    }

    fn misfits(&self, lesson: &Lesson) -> Vec<Problem> {
        taps::misfits(&self.taps, lesson)
    }

    fn weight(&self) -> f64 {
        self.weight
    }

    fn term(&self, lesson: &Lesson, _: &Executor, _: &Dataset) -> std::result::Result<Box<dyn Term>, Problem> {
        let [student, teacher] = taps::tensors(&self.taps, lesson)?;
        Ok(Box::new(Maps { student, teacher, emphasis: lesson.emphasis.cloned() }))
    }
}

/// Pairs of tensors.
struct Maps {
    student: Vec<usize>,
    teacher: Vec<usize>,
    emphasis: Option<Emphasis>,
}

/// `[n][h · w]`, of unit length.
fn map(tensor: &Tensor) -> Result<Tensor> {
    unit(&tensor.sqr()?.mean(D::Minus1)?.flatten_from(1)?)
}

impl Term for Maps {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        let weights = Emphasis::on_features(self.emphasis.as_ref(), seen)?;
        let mut sum = super::math::zero(seen.logits)?;
        for (mine, theirs) in seen.features.iter().zip(told.features) {
            sum = (sum + mean(&squares(&map(mine)?, &map(theirs)?)?, weights.as_ref())?)?;
        }
        Ok(sum)
    }

    fn student(&self) -> Vec<usize> {
        self.student.clone()
    }

    fn teacher(&self) -> Vec<usize> {
        self.teacher.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{agrees_with_differences, alone, featured};
    use super::*;

    const MAPS: Maps = Maps { student: Vec::new(), teacher: Vec::new(), emphasis: None };

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let batch = featured([2, 2, 2], [2, 2, 3], [2, 3, 4], [2, 3, 2]);
        // By `reference.py`, beside this file.
        let (found, right) = (alone(&MAPS, &batch), 0.096_903_646);
        assert!((found - right).abs() < 1e-8, "{found} for {right}");
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&MAPS, &featured([2, 2, 2], [2, 2, 3], [2, 3, 4], [2, 3, 2]));
    }
}
