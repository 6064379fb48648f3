//! The hold model: so many events are pending; the least is taken and put back a gap later.
//!
//! Gaps have a mean of one second; they are drawn beforehand and used in turn. As each holds the same numbers, all
//! queues must show the same clock when as many events were held as are pending.

use crate::lines::Lines;
use std::time::Instant;
use tierwise::problem::Problem;
use tierwise::sim::Hold;
use tierwise::units::SimTime;

const PENDING: [usize; 3] = [1_000, 100_000, 1_000_000];
const GAPS: usize = 1 << 14;

/// Numbers in [0, 1), by Steele, Lea and Flood's SplitMix64 (2014).
pub struct Uniform(u64);

impl Uniform {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A gap, in seconds, from two uniform numbers.
type Gap = fn(f64, f64) -> f64;

fn exponential(u: f64, _: f64) -> f64 {
    -libm::log(1.0 - u)
}

/// In steps of 10 ms.
fn quantised(u: f64, v: f64) -> f64 {
    (100.0 * exponential(u, v)).ceil() / 100.0
}

/// Nine of ten short, one long.
fn bimodal(u: f64, v: f64) -> f64 {
    exponential(u, v) * if v < 0.9 { 0.1 } else { 9.1 }
}

/// Pareto of exponent 3/2, whose variance is infinite.
fn heavy_tailed(u: f64, _: f64) -> f64 {
    libm::pow(1.0 - u, -2.0 / 3.0) / 3.0
}

const DISTRIBUTIONS: [(&str, Gap); 5] = [
    ("exponential", exponential),
    ("constant", |_, _| 1.0),
    ("quantised", quantised),
    ("bimodal", bimodal),
    ("heavy-tailed", heavy_tailed),
];

/// Full length: two million holds after as many as are pending; never fewer than two for each that is pending, so that
/// what a queue does once in a while has its share.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for (name, gap) in DISTRIBUTIONS {
        for pending in PENDING {
            one(&format!("{name} {pending}"), gap, pending, ((2e6 * length) as usize).max(2 * pending), lines);
        }
    }
    Ok(())
}

fn one(case: &str, gap: Gap, pending: usize, holds: usize, lines: &mut Lines) {
    let mut uniform = Uniform::new(1);
    let mut draw = |gap: Gap| SimTime::from_secs(gap(uniform.next(), uniform.next()));
    let gaps: Vec<SimTime> = (0..GAPS).map(|_| draw(gap)).collect();
    // Events that are a constant apart begin spread over it, or all would happen at once for ever.
    let first = if case.starts_with("constant") { |u, _| u } else { gap };
    let mut queue = Hold::new(&(0..pending).map(|_| draw(first)).collect::<Vec<_>>());
    let clock = queue.run(&gaps, pending);
    let begun = Instant::now();
    queue.run(&gaps, holds);
    let seconds = begun.elapsed().as_secs_f64();
    let mut line = |metric, unit, value| lines.add(["hold", case, metric, unit], value);
    line("count", "1", holds as f64);
    line("wall", "s", seconds);
    line("clock", "s", clock.ns() as f64 / 1e9);
    line("holds", "1/s", holds as f64 / seconds);
}
