//! What methods have in common: two networks, terms, and their sum.

use super::math::mean;
use super::pupil::partition;
use super::subclass::{Emphasis, Groups, Partition, Place};
use crate::config::Named;
use crate::lab::architecture::{Architecture, counts};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::{Objective, Seen, log_softmax};
use crate::problem::Problem;
use candle_core::{D, Device, Result, Tensor};

/// Who is taught by whom.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// The student's description.
    pub student: &'a Architecture,
    /// The teacher's.
    pub teacher: &'a Architecture,
    /// Names of the data's own classes.
    pub classes: &'a [String],
    /// The recipe's partitions.
    pub partitions: &'a Named<Groups>,
    /// Which classes matter, if not all alike.
    pub emphasis: Option<&'a Emphasis>,
}

impl Lesson<'_> {
    /// A partition of the data's own classes.
    ///
    /// # Errors
    /// A name that is not known, and the first thing wrong with a partition.
    pub fn partition(&self, name: &str) -> std::result::Result<Partition, Problem> {
        partition(self.partitions, name, self.classes)
    }
}

/// A way to teach, as a recipe names it.
pub trait Method {
    /// What makes no sense by itself: the key, and why.
    fn complaints(&self) -> Vec<(&'static str, String)>;

    /// What does not fit the two networks.
    fn misfits(&self, lesson: &Lesson) -> Vec<Problem>;

    /// What its loss is multiplied by.
    fn weight(&self) -> f64;

    /// What the labels' cross-entropy is multiplied by, unless the recipe says.
    fn labels(&self) -> f64 {
        1.0
    }

    /// Its loss, ready for training.
    ///
    /// # Errors
    /// As for [`Self::misfits`].
    fn term(&self, lesson: &Lesson, teacher: &Executor, data: &Dataset) -> std::result::Result<Box<dyn Term>, Problem>;
}

/// What the teacher says about a batch.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// Its answers, `[n][classes]`; the network's own, where there is no teacher.
    pub logits: &'a Tensor,
    /// Its tensors that the term asked for, in its order, `[n][h][w][c]`.
    pub features: &'a [Tensor],
}

/// One loss among several.
pub trait Term: Sync {
    /// The mean loss over the batch.
    ///
    /// # Errors
    /// candle's own.
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor>;

    /// Tensors of the student that it reads.
    fn student(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Tensors of the teacher that it reads.
    fn teacher(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Initial values of its own parameters.
    fn own(&self, _seed: u64) -> Vec<f32> {
        Vec::new()
    }
}

/// The labels' cross-entropy and several terms of one teacher, if there is any; both networks see the same augmented
/// images.
pub struct Taught {
    labels: f64,
    terms: Vec<(f64, Box<dyn Term>)>,
    teacher: Option<Executor>,
    emphasis: Option<Emphasis>,
}

impl Taught {
    /// The sum of the labels' cross-entropy and of terms, each times a weight.
    pub fn new(
        labels: f64,
        terms: Vec<(f64, Box<dyn Term>)>,
        teacher: Option<Executor>,
        emphasis: Option<Emphasis>,
    ) -> Self {
        Self { labels, terms, teacher, emphasis }
    }

    /// Adds a term times a weight.
    pub fn and(mut self, weight: f64, term: Box<dyn Term>) -> Self {
        self.terms.push((weight, term));
        self
    }

    /// The labels' cross-entropy.
    fn hard(&self, seen: &Seen) -> Result<Tensor> {
        let each = (log_softmax(seen.logits)? * seen.targets)?.sum(D::Minus1)?.neg()?;
        let weights = self.emphasis.as_ref().map_or(Ok(None), |e| e.images(Place::Labels, seen))?;
        mean(&each, weights.as_ref())
    }

    /// The teacher's answers and whatever tensors the terms want, one term after another.
    fn ask(&self, seen: &Seen) -> Result<(Tensor, Vec<Tensor>)> {
        let Some(teacher) = &self.teacher else { return Ok((seen.logits.clone(), Vec::new())) };
        let answer = teacher.architecture().layers.len();
        let wanted: Vec<usize> = [answer].into_iter().chain(self.terms.iter().flat_map(|t| t.1.teacher())).collect();
        let shaped = |(values, &tensor): (Vec<f32>, &usize)| {
            let [h, w, c] = teacher.shape(tensor);
            let n = values.len() / (h * w * c);
            Tensor::from_vec(values, (n, h, w, c), &Device::Cpu)
        };
        let told = teacher.outputs(seen.input, &wanted).into_iter().zip(&wanted);
        let mut told = told.map(shaped).collect::<Result<Vec<_>>>()?;
        let features = told.split_off(1);
        Ok((told[0].flatten_from(1)?, features))
    }
}

impl Objective for Taught {
    fn loss(&self, seen: &Seen) -> Result<Tensor> {
        let (logits, heard) = self.ask(seen)?;
        let mut sum = (self.hard(seen)? * self.labels)?;
        let (mut features, mut heard, mut at) = (seen.features, heard.as_slice(), 0);
        for (weight, term) in &self.terms {
            let (here, own) = (term.student().len(), term.own(0).len());
            let mine = seen.own.narrow(0, at, own)?;
            let seen = Seen { features: &features[..here], own: &mine, ..*seen };
            let (told, rest) = heard.split_at(term.teacher().len());
            let loss = term.loss(&seen, &Told { logits: &logits, features: told })?;
            sum = (sum + (loss * *weight)?)?;
            (features, heard, at) = (&features[here..], rest, at + own);
        }
        Ok(sum)
    }

    fn wants(&self) -> Vec<usize> {
        self.terms.iter().flat_map(|(_, term)| term.student()).collect()
    }

    fn own(&self, seed: u64) -> Vec<f32> {
        self.terms.iter().flat_map(|(_, term)| term.own(seed)).collect()
    }

    fn sampling(&self, done: f64) -> Option<Vec<f64>> {
        self.emphasis.as_ref().and_then(|e| e.labels(Place::Sampling, done))
    }

    fn macs(&self) -> u64 {
        let layers = self.teacher.as_ref().map(|t| counts(t.architecture()).unwrap_or_default());
        layers.unwrap_or_default().iter().map(|c| c.macs).sum()
    }
}

/// A complaint unless both networks answer with as many numbers.
pub(super) fn unlike_answers(lesson: &Lesson) -> Option<Problem> {
    let [student, teacher] = [lesson.student, lesson.teacher].map(Architecture::classes);
    let told = || {
        Problem::new("student and teacher answer with unlike numbers of classes")
            .received(format!("{student} and {teacher}"))
    };
    (student != teacher).then(told)
}

/// The keys that are not right, of several.
pub(super) fn wrong<const N: usize>(all: [(&'static str, bool, &str); N]) -> Vec<(&'static str, String)> {
    all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
}

/// Whether a number can be a temperature.
pub(super) fn positive(x: f64) -> bool {
    x.is_finite() && x > 0.0
}

/// Whether a number can be a weight.
pub(super) fn weight(x: f64) -> bool {
    x.is_finite() && x >= 0.0
}

/// Why not, for a temperature.
pub(super) const POSITIVE: &str = "must be a finite number above zero";
/// Why not, for a weight.
pub(super) const WEIGHT: &str = "must be a finite number from zero up";
