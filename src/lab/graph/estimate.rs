//! About how long a training would take: a few of its steps, timed.

use crate::lab::architecture::{Architecture, counts};
use crate::lab::data::Dataset;
use crate::lab::train::{CrossEntropy, Job, Progress, Train, train};
use crate::problem::Problem;
use std::time::{Duration, Instant};

/// Steps that are timed, after as many to warm up.
const STEPS: u64 = 3;

/// The time of all steps. A teacher's answers are taken to cost what its share of the work is.
pub fn training(
    architecture: &Architecture,
    teacher: Option<&Architecture>,
    settings: &Train,
    data: &Dataset,
) -> Result<Duration, Problem> {
    let until = |steps| timed(architecture, settings, data, steps);
    let (short, long) = (until(STEPS)?, until(2 * STEPS)?);
    let step = long.saturating_sub(short) / STEPS as u32;
    let own = 3 * macs(architecture)?;
    let share = teacher.map_or(Ok(0), macs)? as f64 / own.max(1) as f64;
    let steps = (data.train.len() / settings.batch) as f64 * f64::from(settings.epochs);
    Ok(step.mul_f64(steps * (1.0 + share)))
}

fn timed(architecture: &Architecture, settings: &Train, data: &Dataset, steps: u64) -> Result<Duration, Problem> {
    let begun = Instant::now();
    let job = Job {
        architecture,
        seed: 0,
        settings,
        objective: &CrossEntropy,
        data,
        content: "",
        start: None,
        mask: None,
        checkpoint: None,
        until: Some(steps),
    };
    train(&job, &Progress::hidden())?;
    Ok(begun.elapsed())
}

fn macs(architecture: &Architecture) -> Result<u64, Problem> {
    Ok(counts(architecture)?.iter().map(|c| c.macs).sum())
}
