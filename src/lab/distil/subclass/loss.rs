//! The chain rule with weights: how classes are told apart, and how the subclasses of each are (Müller, Kornblith and
//! Hinton 2020, arXiv 2002.03936, section 3; Sajedi and Plataniotis 2021, arXiv 2109.05587, for known subclasses).

use super::super::lesson::{POSITIVE, positive};
use super::super::lesson::{Told, WEIGHT, weight, wrong};
use super::super::math::{constant, divergence, log_probabilities};
use super::super::{Lesson, Method, Term};
use super::chain::{classes, divergences};
use super::focus::{Emphasis, Place};
use crate::lab::architecture::{Architecture, Op};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use candle_core::{Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `(1 − alpha) · CE + alpha · T² · [class · KL between classes + within · Σ_k w_k · (k's part of KL within its class)]`,
/// the parts over the mean weight, so that weights shift the loss and do not scale it. With `class` and `within` 1 and no
/// weights this is the distillation of all subclasses; with `within` 0 that of classes alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Subclass {
    /// The partition whose superclasses are the classes of the loss; the groups that the teacher answers in unless named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// `T`, by which both networks' subclass logits are divided.
    #[serde(default = "temperature")]
    pub temperature: f64,
    /// Weight of the teacher against the labels, from 0 to 1.
    #[serde(default = "alpha")]
    pub alpha: f64,
    /// Weight of how classes are told apart.
    #[serde(default = "one")]
    pub class: f64,
    /// Weight of how the subclasses of a class are.
    #[serde(default = "one")]
    pub within: f64,
}

fn temperature() -> f64 {
    4.0
}

fn alpha() -> f64 {
    0.5
}

fn one() -> f64 {
    1.0
}

/// How many numbers a network answers with at its finest.
pub(super) fn finest(of: &Architecture) -> usize {
    of.shapes().ok().and_then(|shapes| shapes.get(of.finest()).map(|s| s[2])).unwrap_or(0)
}

/// The groups that a network answers in.
pub(super) fn groups_of(of: &Architecture) -> Option<&Vec<Vec<usize>>> {
    match of.layers.last().map(|l| &l.op) {
        Some(Op::GroupLogits { groups }) => Some(groups),
        _ => None,
    }
}

impl Subclass {
    fn groups(&self, lesson: &Lesson) -> std::result::Result<Vec<Vec<usize>>, Problem> {
        if let Some(name) = &self.partition {
            return Ok(lesson.partition(name)?.groups);
        }
        let told = || Problem::new("the teacher does not answer in groups").remedy("name a `partition`");
        groups_of(lesson.teacher).cloned().ok_or_else(told)
    }

    fn fit(&self, lesson: &Lesson) -> std::result::Result<(), Problem> {
        let groups = self.groups(lesson)?;
        let subclasses: usize = groups.iter().map(Vec::len).sum();
        let (teacher, student) = (finest(lesson.teacher), finest(lesson.student));
        if teacher != subclasses {
            let what = format!("the partition has {subclasses} classes, and the teacher answers with other ones");
            return Err(Problem::new(what).received(teacher));
        }
        if student == groups.len() && student != subclasses && self.within > 0.0 {
            let what = "a student that answers with superclasses alone learns nothing within them";
            return Err(Problem::new(what).remedy("set `within` to 0, or give the student subclasses by `labels`"));
        }
        let what = format!("the student must answer with {subclasses} subclasses or {} classes", groups.len());
        let fits = student == subclasses || student == groups.len();
        if fits { Ok(()) } else { Err(Problem::new(what).received(student)) }
    }
}

impl Method for Subclass {
    fn complaints(&self) -> Vec<(&'static str, String)> {
        wrong([
            ("temperature", positive(self.temperature), POSITIVE),
            ("alpha", (0.0..=1.0).contains(&self.alpha), "must be within 0 and 1"),
            ("class", weight(self.class), WEIGHT),
            ("within", weight(self.within), WEIGHT),
        ])
    }

    fn misfits(&self, lesson: &Lesson) -> Vec<Problem> {
        self.fit(lesson).err().into_iter().collect()
    }

    fn weight(&self) -> f64 {
        self.alpha
    }

    fn labels(&self) -> f64 {
        1.0 - self.alpha
    }

    fn term(&self, lesson: &Lesson, _: &Executor, _: &Dataset) -> std::result::Result<Box<dyn Term>, Problem> {
        self.fit(lesson)?;
        let chain = Chain {
            groups: self.groups(lesson)?,
            temperature: self.temperature,
            class: self.class,
            within: self.within,
            emphasis: lesson.emphasis.cloned(),
        };
        Ok(Box::new(Logits { student: lesson.student.finest(), teacher: lesson.teacher.finest(), chain }))
    }
}

/// The weighted chain rule over log-probabilities at a temperature.
pub(super) struct Chain {
    /// The subclasses of each class.
    pub groups: Vec<Vec<usize>>,
    /// `T`.
    pub temperature: f64,
    /// Weight between classes.
    pub class: f64,
    /// Weight within.
    pub within: f64,
    /// Which subclasses matter.
    pub emphasis: Option<Emphasis>,
}

impl Chain {
    /// The loss of a student's logits `[n][subclasses]` or `[n][classes]`, given the teacher's log-probabilities.
    pub fn loss(&self, teacher: &Tensor, student: &Tensor, done: f64) -> Result<Tensor> {
        let square = self.temperature * self.temperature;
        let student = log_probabilities(student, self.temperature)?;
        if student.dim(1)? != teacher.dim(1)? {
            return divergence(&classes(teacher, &self.groups)?, &student)?.mean_all()? * (self.class * square);
        }
        let split = divergences(teacher, &student, &self.groups)?;
        let weights = self.emphasis.as_ref().and_then(|e| e.outputs(Place::Within, done));
        let within = match weights.filter(|w| w.len() == teacher.dims()[1]) {
            None => split.within.sum_all()?,
            Some(weights) => {
                let weights = constant(&weights, &[1, weights.len()], teacher)?;
                let rows = teacher.dim(0)? as f64;
                let mean = (split.told.broadcast_mul(&weights)?.sum_all()? / rows)?;
                (split.within.broadcast_mul(&weights)?.sum_all()? / mean)?
            }
        };
        let within = (within / teacher.dim(0)? as f64)?;
        ((split.class.mean_all()? * self.class)? + (within * self.within)?)? * square
    }
}

/// Both networks' finest logits.
struct Logits {
    student: usize,
    teacher: usize,
    chain: Chain,
}

impl Term for Logits {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        let teacher = log_probabilities(&told.features[0].flatten_from(1)?, self.chain.temperature)?;
        self.chain.loss(&teacher, &seen.features[0].flatten_from(1)?, seen.done)
    }

    fn student(&self) -> Vec<usize> {
        vec![self.student]
    }

    fn teacher(&self) -> Vec<usize> {
        vec![self.teacher]
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Kd;
    use super::super::super::tests::{Batch, agrees_with_differences, alone, wave};
    use super::*;

    fn logits(temperature: f64, class: f64, within: f64, weights: Option<&[f64]>) -> Logits {
        let groups = vec![vec![3, 0], vec![1, 4, 2]];
        let emphasis = weights.map(Emphasis::everywhere);
        Logits { student: 1, teacher: 1, chain: Chain { groups, temperature, class, within, emphasis } }
    }

    /// Four images with five subclasses of two classes.
    fn batch() -> Batch {
        let (student, teacher) = (wave(20, 1), wave(20, 2).into_iter().map(|z| 2.0 * z).collect::<Vec<_>>());
        Batch {
            features: vec![(student.clone(), [4, 1, 1, 5])],
            heard: vec![(teacher.clone(), [4, 1, 1, 5])],
            student,
            teacher,
            ..Batch::new(&[], &[], &[0, 1, 4, 2])
        }
    }

    #[test]
    fn agrees_with_numbers_computed_apart() {
        // By `reference.py`, beside this file.
        let weights: &[f64] = &[1.0, 2.0, 1.0, 4.0, 0.5];
        for (temperature, class, within, weights, right) in [
            (2.0, 1.0, 0.0, None, 0.130_683_194),
            (2.0, 0.0, 1.0, None, 0.404_026_291),
            (4.0, 0.5, 2.0, Some(weights), 1.306_003_753),
        ] {
            let found = alone(&logits(temperature, class, within, weights), &batch());
            assert!((found - right).abs() < 1e-8, "{temperature} {class} {within}: {found} for {right}");
        }
    }

    #[test]
    fn weights_do_not_scale_and_without_them_it_is_plain_distillation() {
        let batch = batch();
        let plain = alone(&Kd { temperature: 4.0, alpha: 1.0 }, &batch);
        assert!((alone(&logits(4.0, 1.0, 1.0, None), &batch) - plain).abs() < 1e-12);
        assert!((alone(&logits(4.0, 1.0, 1.0, Some(&[7.0; 5])), &batch) - plain).abs() < 1e-12);
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&logits(3.0, 0.5, 2.0, Some(&[1.0, 2.0, 1.0, 4.0, 0.5])), &batch());
        let mut classes = batch();
        classes.features = vec![(wave(8, 3), [4, 1, 1, 2])];
        agrees_with_differences(&logits(3.0, 1.0, 0.0, None), &classes);
    }
}
