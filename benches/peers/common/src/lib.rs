//! What the peers have in common: the models' numbers, random numbers, and how a figure is printed.

pub mod edge;
pub mod hold;
pub mod random;

use std::time::Instant;

/// What to measure, and how long in shares of the full length: `PROGRAM BENCHMARK LENGTH`.
pub fn asked() -> (String, f64) {
    let mut arguments = std::env::args().skip(1);
    let benchmark = arguments.next().unwrap_or_default();
    (benchmark, arguments.next().and_then(|a| a.parse().ok()).unwrap_or(1.0))
}

/// Prints `benchmark,case,metric,unit,value`.
pub fn line(benchmark: &str, case: &str, metric: &str, unit: &str, value: f64) {
    println!("{benchmark},{case},{metric},{unit},{value}");
}

/// Seconds that something takes.
pub fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}
