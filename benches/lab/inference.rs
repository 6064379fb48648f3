//! Answers, in floats and in integers, of batches of 128 and of single images.

use crate::lines::Lines;
use crate::networks::networks;
use std::hint::black_box;
use std::time::Instant;
use tierwise::lab::architecture::Architecture;
use tierwise::lab::data::Scaling;
use tierwise::lab::network::{Executor, Folded, Kind, Trainee, Weights};
use tierwise::lab::quantise::{Calibration, Int8Network, Quantised, grids};
use tierwise::problem::Problem;

fn scaling() -> Scaling {
    Scaling::grey(0.286, 0.353)
}

fn images(n: usize) -> Vec<f32> {
    (0..n * 784).map(|i| ((i * 31 % 255) as f32 / 255.0 - 0.286) / 0.353).collect()
}

fn folded(architecture: &Architecture) -> Result<Folded, Problem> {
    let trainee = Trainee::new(architecture, 1)?;
    Weights::of(&trainee, scaling(), Kind::Shipped).and_then(|w| w.folded())
}

fn integers(folded: &Folded, floats: &Executor) -> Result<Quantised, Problem> {
    let grids = grids(floats, &images(64), Calibration::MinMax)?;
    let layers = vec![false; folded.architecture.layers.len()];
    Quantised::int8(scaling(), Int8Network::new(folded, &grids, &layers)?)
}

/// Images per second of batches of `n`, over so many seconds once it is warm.
fn speed(n: usize, seconds: f64, answer: impl Fn(&[f32]) -> Vec<f32>) -> f64 {
    let images = images(n);
    let run = |seconds: f64| {
        let (begun, mut batches) = (Instant::now(), 0);
        while begun.elapsed().as_secs_f64() < seconds {
            drop(black_box(answer(black_box(&images))));
            batches += 1;
        }
        (n * batches) as f64 / begun.elapsed().as_secs_f64()
    };
    run(seconds / 4.0);
    run(seconds)
}

/// Full length: a second a network, a batch and a number format.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for (name, architecture) in networks() {
        let folded = folded(&architecture)?;
        let floats = Executor::new(folded.clone())?;
        let integers = integers(&folded, &floats)?;
        for batch in [128, 1] {
            let case = format!("{name} batch {batch}");
            lines.add(["inference", &case, "images", "1/s"], speed(batch, length, |x| floats.logits(x)));
            let case = format!("{case} int8");
            lines.add(["inference", &case, "images", "1/s"], speed(batch, length, |x| integers.logits(x)));
        }
    }
    Ok(())
}
