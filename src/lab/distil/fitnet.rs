//! Hints (Romero et al. 2015, arXiv 1412.6550, equation 3): the student's tensors, after a 1x1 convolution that is trained
//! along and then left, are to be the teacher's.

use super::lesson::{Told, WEIGHT, weight, wrong};
use super::math::{mean, squares};
use super::subclass::Emphasis;
use super::taps::{self, Pair};
use super::{Lesson, Method, Term};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use crate::random::{Purpose, Stream, sample::normal};
use candle_core::{Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `CE + weight · mean square of (student's tensor · regressor − teacher's tensor)`, the sum over pairs of taps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fitnet {
    /// Taps of the student, each with the teacher's that it should be like, of equal height and width.
    pub taps: Vec<Pair>,
    /// Weight against the labels' cross-entropy.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

impl Method for Fitnet {
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
        let narrow = taps::channels(lesson.student, &student)?;
        let wide = taps::channels(lesson.teacher, &teacher)?;
        let regressors = narrow.into_iter().zip(wide).collect();
        Ok(Box::new(Hints { student, teacher, regressors, emphasis: lesson.emphasis.cloned() }))
    }
}

/// Pairs of tensors with a regressor each, channels in and out.
struct Hints {
    student: Vec<usize>,
    teacher: Vec<usize>,
    regressors: Vec<(usize, usize)>,
    emphasis: Option<Emphasis>,
}

impl Term for Hints {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        let weights = Emphasis::on_features(self.emphasis.as_ref(), seen)?;
        let mut at = 0;
        let mut sum = None;
        for ((mine, theirs), &(narrow, wide)) in seen.features.iter().zip(told.features).zip(&self.regressors) {
            let regressor = seen.own.narrow(0, at, narrow * wide)?.reshape((narrow, wide))?;
            at += narrow * wide;
            let (n, h, w, c) = mine.dims4()?;
            let like = mine.reshape((n * h * w, c))?.matmul(&regressor)?.reshape((n, h, w, wide))?;
            let loss = mean(&squares(&like, theirs)?, weights.as_ref())?;
            sum = Some(sum.map_or_else(|| Ok(loss.clone()), |sum: Tensor| sum + &loss)?);
        }
        sum.map_or_else(|| super::math::zero(seen.logits), Ok)
    }

    fn student(&self) -> Vec<usize> {
        self.student.clone()
    }

    fn teacher(&self) -> Vec<usize> {
        self.teacher.clone()
    }

    /// Normal with variance 1 / channels in.
    fn own(&self, seed: u64) -> Vec<f32> {
        let stream = Stream::new(seed, 1, Purpose::Weights);
        let each = |(i, &(narrow, wide)): (usize, &(usize, usize))| {
            let scale = 1.0 / (narrow as f64).sqrt();
            (0..narrow * wide).map(move |at| (scale * normal(stream.draw(i as u64, at as u64))) as f32)
        };
        self.regressors.iter().enumerate().flat_map(each).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Batch, agrees_with_differences, alone, featured, wave};
    use super::*;

    /// Two pairs, [3, 2, 2, 2] with [3, 2, 2, 3] and [3, 1, 1, 4] with [3, 1, 1, 2].
    fn hints() -> (Hints, Batch) {
        let batch = Batch { own: wave(2 * 3 + 4 * 2, 5), ..featured([2, 2, 2], [2, 2, 3], [1, 1, 4], [1, 1, 2]) };
        (Hints { student: vec![1, 2], teacher: vec![1, 2], regressors: vec![(2, 3), (4, 2)], emphasis: None }, batch)
    }

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let (hints, batch) = hints();
        // By `reference.py`, beside this file.
        let (found, right) = (alone(&hints, &batch), 11.554_836_265);
        assert!((found - right).abs() < 1e-8, "{found} for {right}");
        let emphasised = Hints { emphasis: Some(Emphasis::everywhere(&[1.0, 3.0, 0.5])), ..hints };
        let (found, right) = (alone(&emphasised, &batch), 13.190_214_415);
        assert!((found - right).abs() < 1e-8, "{found} for {right}");
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        let (hints, batch) = hints();
        agrees_with_differences(&hints, &batch);
    }

    #[test]
    fn regressors_start_by_the_seed() {
        let (hints, _) = hints();
        assert_eq!(hints.own(1).len(), 14);
        assert!(hints.own(1) == hints.own(1) && hints.own(1) != hints.own(2));
    }
}
