//! How long each layer takes on this machine: one image at a time, one thread, the median over repeats.

use crate::lab::answers::Shipped;
use crate::lab::data::{Dataset, scaled};

/// Repeats that are counted, after as many tenths that warm up.
const REPEATS: usize = 200;

/// Median seconds of each layer; nothing if no thread of its own can be had.
pub fn layers(network: &Shipped, data: &Dataset) -> Option<Vec<f64>> {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().ok()?;
    Some(alone.install(|| medians(network, data)))
}

fn medians(network: &Shipped, data: &Dataset) -> Vec<f64> {
    let tables = data.scaling.tables();
    let mut times = vec![Vec::with_capacity(REPEATS); network.architecture().layers.len()];
    for repeat in 0..REPEATS + REPEATS / 10 {
        let image = data.validation.image(repeat % data.validation.len().max(1));
        let seconds = network.seconds(&scaled(image, &tables));
        if repeat >= REPEATS / 10 {
            times.iter_mut().zip(seconds).for_each(|(times, taken)| times.push(taken));
        }
    }
    times.into_iter().map(median).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
