//! How long each layer takes on this machine: one image at a time, one thread, the median over repeats.

use crate::lab::data::{Dataset, scaled};
use crate::lab::network::Executor;
use std::time::Instant;

/// Repeats that are counted, after as many tenths that warm up.
const REPEATS: usize = 200;

/// Median seconds of each layer; nothing if no thread of its own can be had.
pub fn layers(executor: &Executor, data: &Dataset) -> Option<Vec<f64>> {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().ok()?;
    Some(alone.install(|| medians(executor, data)))
}

fn medians(executor: &Executor, data: &Dataset) -> Vec<f64> {
    let tables = data.scaling.tables();
    let layers = executor.architecture().layers.len();
    let mut times = vec![Vec::with_capacity(REPEATS); layers];
    let mut tensors = vec![Vec::new(); layers + 1];
    for repeat in 0..REPEATS + REPEATS / 10 {
        let image = data.validation.image(repeat % data.validation.len().max(1));
        tensors[0] = scaled(image, &tables);
        for (layer, times) in times.iter_mut().enumerate() {
            let start = Instant::now();
            executor.layer(layer, &mut tensors);
            let taken = start.elapsed().as_secs_f64();
            if repeat >= REPEATS / 10 {
                times.push(taken);
            }
        }
    }
    times.into_iter().map(median).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
