//! Samples over time, taken beside whatever else a run is recorded for.

use crate::sim::{Record, Recorder, Sample};
use crate::units::SimTime;

/// Keeps samples, and passes records on.
pub struct Sampler<'a> {
    inner: &'a mut dyn Recorder,
    period: Option<SimTime>,
    /// What was sampled, in the order of time.
    pub samples: Vec<Sample>,
}

impl<'a> Sampler<'a> {
    /// Samples at a period, if there is one.
    pub fn new(inner: &'a mut dyn Recorder, period: Option<SimTime>) -> Self {
        Self { inner, period, samples: Vec::new() }
    }
}

impl Recorder for Sampler<'_> {
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
}
