//! What a variant of a recipe is to its training: what it answers with, what it sees as labels, what it favours.

use super::subclass::{Emphasis, Groups, Partition, find, relabelled};
use super::{Distil, Focus, Labels, Lesson, Taught};
use crate::config::Named;
use crate::lab::architecture::Architecture;
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::problem::Problem;
use std::borrow::Cow;

/// A network to be trained.
#[derive(Clone, Debug)]
pub struct Pupil {
    /// Its description, with groups of answers if its labels are superclasses with subclasses.
    pub architecture: Architecture,
    /// The superclasses that are its labels, if the data's classes are not.
    pub partition: Option<Partition>,
    /// Which classes its training favours, if any.
    pub emphasis: Option<Emphasis>,
    labels: Option<Labels>,
}

impl Pupil {
    /// A network of some form, which `plain` describes for a number of classes.
    ///
    /// # Errors
    /// What is wrong, with the key that says so: `labels` or `focus`.
    pub fn new(
        labels: Option<&Labels>,
        focus: Option<&Focus>,
        partitions: &Named<Groups>,
        classes: &[String],
        plain: impl Fn(usize) -> Architecture,
    ) -> Result<Self, Vec<(&'static str, Problem)>> {
        let of = |labels: &Labels| partition(partitions, &labels.partition, classes);
        let partition = labels.map(of).transpose().map_err(|p| vec![("labels", p)])?;
        let both = labels.zip(partition.as_ref());
        let architecture = both.map_or_else(|| plain(classes.len()), |(l, p)| l.architecture(p, &plain));
        let seen = partition.as_ref().map_or(classes, |p| p.names.as_slice());
        let outputs = both.map_or_else(|| classes.to_vec(), |(l, p)| l.outputs(p, classes));
        let blame = |all: Vec<Problem>| all.into_iter().map(|p| ("focus", p)).collect::<Vec<_>>();
        let emphasis = focus.map(|f| f.emphasis(seen, &outputs)).transpose().map_err(blame)?;
        Ok(Self { architecture, partition, emphasis, labels: labels.cloned() })
    }

    /// The data as it sees them.
    pub fn data<'a>(&self, data: &'a Dataset) -> Cow<'a, Dataset> {
        self.partition.as_ref().map_or(Cow::Borrowed(data), |p| Cow::Owned(relabelled(data, p)))
    }

    /// What its training makes small, as the network that it is by now; `data` as it sees them.
    ///
    /// # Errors
    /// As for [`Distil::objective`].
    pub fn objective(
        &self,
        student: &Architecture,
        taught: Option<(&Distil, &Lesson, Executor)>,
        data: &Dataset,
    ) -> Result<Taught, Problem> {
        let goal = match taught {
            Some((distil, lesson, teacher)) => distil.objective(lesson, teacher, data)?,
            None => Taught::new(1.0, Vec::new(), None, self.emphasis.clone()),
        };
        let auxiliary = self.labels.as_ref().and_then(|l| l.auxiliary(student));
        Ok(match auxiliary {
            Some((beta, term)) => goal.and(beta, Box::new(term)),
            None => goal,
        })
    }
}

/// A partition by name.
///
/// # Errors
/// A name that is not known, and the first thing wrong with a partition.
pub(super) fn partition(own: &Named<Groups>, name: &str, classes: &[String]) -> Result<Partition, Problem> {
    let first = |all: Vec<(_, Problem)>| {
        let first = all.into_iter().next().map_or_else(Problem::default, |(_, p)| p);
        Problem { what: format!("partition `{name}`: {}", first.what), ..first }
    };
    Partition::new(&find(own, name)?, classes).map_err(first)
}
