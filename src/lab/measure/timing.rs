//! How long a network and each of its layers takes on this machine: one image at a time, over repeats, on one thread that
//! stays on its processor where the system lets it.

use crate::lab::answers::Shipped;
use crate::lab::data::{Dataset, scaled};
use std::time::Instant;

/// Repeats that are counted, after as many tenths that warm up.
const REPEATS: usize = 200;

/// Seconds of repeats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Their median.
    pub median_s: f64,
    /// What nine in ten take at most.
    pub p90_s: f64,
}

impl Spread {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self { median_s: times[times.len() / 2], p90_s: times[times.len() * 9 / 10] }
    }
}

/// Median seconds of each layer; nothing if no thread of its own can be had.
pub fn layers(network: &Shipped, data: &Dataset) -> Option<Vec<f64>> {
    let spreads = alone(|| by_layer(network, data))?.0;
    Some(spreads.iter().map(|s| s.median_s).collect())
}

/// Does something on a thread of its own; tells whether that stayed on one processor.
fn alone<T: Send>(work: impl FnOnce() -> T + Send) -> Option<(T, bool)> {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().ok()?;
    Some(one.install(|| {
        let pinned = pin();
        (work(), pinned)
    }))
}

/// Keeps this thread on the processor where it runs; false where that cannot be asked for.
fn pin() -> bool {
    #[cfg(target_os = "linux")]
    {
        let mut here = rustix::thread::CpuSet::new();
        here.set(rustix::thread::sched_getcpu());
        rustix::thread::sched_setaffinity(None, &here).is_ok()
    }
    #[cfg(not(target_os = "linux"))]
    false
}

fn by_layer(network: &Shipped, data: &Dataset) -> Vec<Spread> {
    let tables = data.scaling.tables();
    let mut times = vec![Vec::with_capacity(REPEATS); network.architecture().layers.len()];
    for repeat in 0..REPEATS + REPEATS / 10 {
        let image = data.validation.image(repeat % data.validation.len().max(1));
        let seconds = network.seconds(&scaled(image, &tables));
        if repeat >= REPEATS / 10 {
            times.iter_mut().zip(seconds).for_each(|(times, taken)| times.push(taken));
        }
    }
    times.into_iter().map(Spread::of).collect()
}

/// How long inferences of one image take on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    /// The whole network.
    pub whole: Spread,
    /// Each of its layers.
    pub layers: Vec<Spread>,
    /// Processes that ran or waited on this machine, the mean of the last minute, where it tells.
    pub load: Option<f64>,
    /// Whether the thread stayed on one processor.
    pub pinned: bool,
}

/// Times inferences of one image each; nothing if no thread of its own can be had.
pub fn inference(network: &Shipped, data: &Dataset) -> Option<Latency> {
    let load = load();
    let ((whole, layers), pinned) = alone(|| (whole(network, data), by_layer(network, data)))?;
    Some(Latency { whole, layers, load, pinned })
}

fn whole(network: &Shipped, data: &Dataset) -> Spread {
    let tables = data.scaling.tables();
    let one = |repeat: usize| {
        let image = scaled(data.validation.image(repeat % data.validation.len().max(1)), &tables);
        let start = Instant::now();
        std::hint::black_box(network.logits(&image));
        start.elapsed().as_secs_f64()
    };
    Spread::of((0..REPEATS + REPEATS / 10).map(one).skip(REPEATS / 10).collect())
}

fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_of_its_own_stays_where_it_is() {
        let (threads, pinned) = alone(rayon::current_num_threads).unwrap();
        assert_eq!((threads, pinned), (1, cfg!(target_os = "linux")));
    }
}
