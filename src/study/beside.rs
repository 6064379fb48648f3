//! What is taken of a run beside its result and, perhaps, its requests: samples over time, and times to the answer.

use super::warm_up::Answers;
use crate::sim::{Record, Recorder, RunResult, Sample};
use crate::units::SimTime;

/// A run as it was seen.
pub struct Seen {
    /// What it came to.
    pub run: RunResult,
    /// Whether its policy reads the truth.
    pub truth: bool,
    /// Samples, in the order of time.
    pub samples: Vec<Sample>,
    /// Times to the answer, where it is steady.
    pub answers: Option<Answers>,
}

/// Keeps these, and passes records on.
pub struct Beside<'a> {
    inner: &'a mut dyn Recorder,
    period: Option<SimTime>,
    /// What was sampled.
    pub samples: Vec<Sample>,
    /// Times to the answer, if they are wanted.
    pub answers: Option<Answers>,
}

impl<'a> Beside<'a> {
    /// Samples at a period, if there is one, and notes answers, if there is where to.
    pub fn new(inner: &'a mut dyn Recorder, period: Option<SimTime>, answers: Option<Answers>) -> Self {
        Self { inner, period, samples: Vec::new(), answers }
    }
}

impl Recorder for Beside<'_> {
    fn record(&mut self, record: &Record) {
        self.inner.record(record);
    }

    fn wants(&self) -> bool {
        self.inner.wants()
    }

    fn series(&self) -> Option<SimTime> {
        self.period
    }

    fn sample(&mut self, sample: &Sample) {
        self.samples.push(sample.clone());
    }

    fn times(&self) -> bool {
        self.answers.is_some()
    }

    fn time(&mut self, born: SimTime, arrived: SimTime) {
        self.answers.iter_mut().for_each(|answers| answers.note(born, arrived));
    }
}
