//! What methods have in common: two networks, and terms of a loss.

use super::pupil::partition;
use super::subclass::{Emphasis, Groups, Partition};
use crate::config::Named;
use crate::lab::architecture::Architecture;
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use candle_core::{Result, Tensor};

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
