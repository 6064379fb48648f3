//! The edge model with a million devices beside the one with a thousand: as many requests a second in all, so that only
//! the number of sources, links and their queues differs.
//!
//! `state` is what the process grew by, at its peak, for each device that came to the first thousand.

use crate::edge::edge;
use crate::lines::Lines;
use std::time::Instant;
use tierwise::problem::Problem;
use tierwise::sim::{RunOptions, run};

const FEW: u32 = 1_000;
const MANY: u32 = 1_000_000;

/// Full length: 10,000 simulated seconds, ten million tasks, each.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    let mut peaks = Vec::new();
    for (case, devices) in [("1e3 devices", FEW), ("1e6 devices", MANY)] {
        let (world, mut split) = edge(devices, 10_000.0 * length);
        let begun = Instant::now();
        let result = run(&world, &mut split, 0, &RunOptions::default(), &mut ())?;
        let (seconds, tasks) = (begun.elapsed().as_secs_f64(), result.born as f64 * 50.0 / 49.0);
        let mut line = |metric, unit, value| lines.add(["scale", case, metric, unit], value);
        line("count", "1", tasks);
        line("mean sojourn", "s", result.latency.mean() / 1e9);
        line("tasks", "1/s", tasks / seconds);
        peaks.extend(peak());
    }
    if let [few, many] = peaks[..] {
        lines.add(["scale", "1e6 devices", "state", "B/device"], (many - few) / f64::from(MANY - FEW));
    }
    Ok(())
}

/// Most memory that this process has held so far, in bytes; none where the system does not say.
pub fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB");
    Some(kibibytes.parse::<f64>().ok()? * 1024.0)
}
