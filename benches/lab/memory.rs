//! Resident memory over a training run: what a step leaves behind.

use crate::batch::{dataset, settings, steps};
use crate::lines::Lines;
use crate::networks::networks;
use tierwise::problem::Problem;

/// Resident bytes of this process; none where the system does not say.
fn resident() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(told.split_whitespace().nth(1)?.parse::<f64>().ok()? * 4096.0)
}

/// Full length: 1600 steps of the narrowest network.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    let Some((name, architecture)) = networks().pop() else { return Ok(()) };
    let (data, long) = (dataset(), (1600.0 * length).max(80.0) as u64);
    let settings = settings(1 + long as u32 / 8);
    let after = |count| steps(&architecture, &data, &settings, count).map(|()| resident());
    // The first run fills what the allocator keeps.
    let (first, last) = (after(long / 8)?, after(long)?);
    if let Some((first, last)) = first.zip(last) {
        lines.add(["memory", name, "growth in a training step", "B"], (last - first) / long as f64);
    }
    Ok(())
}
