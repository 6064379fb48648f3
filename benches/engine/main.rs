//! How fast the engine is, through the public API: `cargo bench --no-default-features --bench engine`.
//!
//! Prints one line a figure, `benchmark,case,metric,unit,value`, the median of five runs. After `--`, names choose
//! benchmarks, `--runs 1` says how many runs, and a number how long they are in thousandths of the full length:
//! `-- edge 200` simulates 200 seconds of the edge model instead of 1000. `benches/peers/run` runs the same models on
//! other simulators beside these. `cascade`, which reads tables, comes with the full build only:
//! `cargo bench --bench engine -- cascade`.

#[cfg(feature = "tables")]
mod cascade;
mod edge;
mod fair;
mod flows;
mod hold;
mod lines;
mod parts;
mod scale;
mod threads;
mod whole;

use lines::Lines;
use tierwise::problem::Problem;

/// Takes its length, 1 being full.
type Benchmark = fn(f64, &mut Lines) -> Result<(), Problem>;

const BENCHMARKS: &[(&str, Benchmark)] = &[
    #[cfg(feature = "tables")]
    ("cascade", cascade::measure),
    ("edge", edge::measure),
    ("hold", hold::measure),
    ("fair", fair::measure),
    ("flows", flows::measure),
    ("scale", scale::measure),
    ("threads", threads::measure),
    ("whole", whole::measure),
];

fn main() -> Result<(), Problem> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
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
