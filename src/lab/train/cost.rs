//! What making a variant costs.

use crate::catalog::Cost;
use std::time::Instant;

/// Measures wall-clock and processor time from its making on, on top of what an earlier run spent.
#[derive(Debug)]
pub struct Clock {
    before: Cost,
    wall: Instant,
    processor: f64,
}

impl Clock {
    /// Starts.
    pub fn start(before: Cost) -> Self {
        Self { before, wall: Instant::now(), processor: processor_seconds().unwrap_or(0.0) }
    }

    /// The cost so far, with `macs` more multiply-accumulates. Where the system does not tell processor time, it is
    /// taken to be wall-clock time on all threads.
    pub fn cost(&self, macs: f64) -> Cost {
        let wall = self.wall.elapsed().as_secs_f64();
        let processor = processor_seconds().map_or(wall * rayon::current_num_threads() as f64, |s| s - self.processor);
        Cost { wall_s: self.before.wall_s + wall, cpu_s: self.before.cpu_s + processor, macs: self.before.macs + macs }
    }
}

/// User and system time of this process, where `/proc` tells it: fields 14 and 15 of `stat`, in hundredths of a second.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_on_from_an_earlier_run() {
        let clock = Clock::start(Cost { wall_s: 5.0, cpu_s: 7.0, macs: 9.0 });
        let busy = (0..20_000_000u64).fold(0, |a: u64, b| std::hint::black_box(a ^ b));
        std::hint::black_box(busy);
        let cost = clock.cost(1.0);
        assert!(cost.wall_s > 5.0 && cost.cpu_s >= 7.0 && cost.macs == 10.0);
    }
}
