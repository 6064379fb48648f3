//! A training step: loading and augmentation, forward, backward, update; batch 128.

use crate::batch::{BATCH, dataset, settings, steps};
use crate::lines::Lines;
use crate::networks::networks;
use std::time::Instant;
use tierwise::lab::architecture::Architecture;
use tierwise::problem::Problem;

/// Steps before the clock counts.
const WARM: u64 = 4;

/// Images per second over `count` steps.
pub fn speed(architecture: &Architecture, count: u64) -> Result<f64, Problem> {
    let (data, settings) = (dataset(), settings(1 + (WARM + count) as u32 / 8));
    let time = |until| {
        let begun = Instant::now();
        steps(architecture, &data, &settings, until).map(|()| begun.elapsed().as_secs_f64())
    };
    let (start, whole) = (time(WARM)?, time(WARM + count)?);
    Ok(count as f64 * BATCH as f64 / (whole - start))
}

/// Full length: about two seconds a network.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for (name, architecture) in networks() {
        let macs: u64 = tierwise::lab::architecture::counts(&architecture)?.iter().map(|c| c.macs).sum();
        let count = (length * 6e8 / macs as f64).clamp(8.0, 200.0) as u64;
        lines.add(["train", name, "images", "1/s"], speed(&architecture, count)?);
    }
    Ok(())
}
