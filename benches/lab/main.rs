//! How fast the lab trains and infers: `cargo bench --bench lab`.
//!
//! Prints one line a figure, `benchmark,case,metric,unit,value`, the median of five runs. After `--`, names choose
//! benchmarks, `--runs 1` says how many runs, and a number how long they are in thousandths of the full length.
//! `-- networks` prints the networks as JSON instead: `benches/peers/run-lab` builds the same in PyTorch and runs both in
//! turn. `stock` is the same in candle's own operations.

mod batch;
mod data;
mod inference;
mod lines;
mod memory;
mod networks;
mod shared;
mod stock;
mod train;

use lines::Lines;
use tierwise::problem::Problem;

/// Takes its length, 1 being full.
type Benchmark = fn(f64, &mut Lines) -> Result<(), Problem>;

const BENCHMARKS: &[(&str, Benchmark)] = &[
    ("train", train::measure),
    ("inference", inference::measure),
    ("stock", stock::measure),
    ("data", data::measure),
    ("shared", shared::measure),
    ("memory", memory::measure),
];

fn main() -> Result<(), Problem> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|a| a == "networks") {
        println!("{}", networks::json());
        return Ok(());
    }
    let runs = arguments.iter().position(|a| a == "--runs").and_then(|i| arguments.get(i + 1)?.parse().ok());
    let length = arguments.iter().enumerate().filter(|(i, _)| *i == 0 || arguments[i - 1] != "--runs");
    let length = length.filter_map(|(_, a)| a.parse::<f64>().ok()).next().unwrap_or(1000.0) / 1000.0;
    let all = !BENCHMARKS.iter().any(|(name, _)| arguments.iter().any(|a| a == name));
    let mut lines = Lines::default();
    for _ in 0..runs.unwrap_or(5) {
        for (_, measure) in BENCHMARKS.iter().filter(|(name, _)| all || arguments.iter().any(|a| a == name)) {
            measure(length, &mut lines)?;
        }
    }
    lines.print();
    Ok(())
}
