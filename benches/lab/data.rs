//! Loading and augmentation, as a share of the training step that they are part of.

use crate::batch::{BATCH, dataset, settings};
use crate::lines::Lines;
use crate::networks::networks;
use crate::train::speed;
use std::hint::black_box;
use std::time::Instant;
use tierwise::lab::train::Augment;
use tierwise::problem::Problem;

/// Seconds to mirror, shift and blot out a batch.
fn fill(repeats: u64) -> f64 {
    let (data, settings) = (dataset(), settings(1));
    let augment = Augment::new(&settings, 1, &data.scaling, data.input);
    let positions: Vec<u32> = (0..BATCH as u32).collect();
    let mut out = vec![0.0; BATCH * 784];
    let begun = Instant::now();
    (0..repeats).for_each(|epoch| augment.fill(&data.train, &positions, epoch, black_box(&mut out)));
    begun.elapsed().as_secs_f64() / repeats as f64
}

/// Full length: some two seconds a network.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for (name, architecture) in networks() {
        let step = BATCH as f64 / speed(&architecture, (40.0 * length).max(16.0) as u64)?;
        let share = fill((500.0 * length).max(200.0) as u64) / step;
        lines.add(["data", name, "share of a step", "1"], share);
    }
    Ok(())
}
