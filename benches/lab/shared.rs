//! What training loses when another process takes one of two cores: a barrier that spins would lose far more than half.

use crate::lines::Lines;
use crate::networks::networks;
use crate::train::speed;
use std::process::{Child, Command};
use tierwise::problem::Problem;

/// Runs for ever until told to end.
struct Busy(Child);

impl Busy {
    fn start() -> Result<Self, Problem> {
        let command = Command::new("sh").args(["-c", "while :; do :; done"]).spawn();
        command.map(Self).map_err(|e| Problem::new(format!("no shell to keep a core busy: {e}")))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Full length: some ten seconds a network, so that a training has time to find out how many threads are best.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for (name, architecture) in networks() {
        let macs: u64 = tierwise::lab::architecture::counts(&architecture)?.iter().map(|c| c.macs).sum();
        let count = (length * 2.4e9 / macs as f64).clamp(8.0, 800.0) as u64;
        let alone = speed(&architecture, count)?;
        let busy = Busy::start()?;
        let beside = speed(&architecture, count)?;
        drop(busy);
        lines.add(["shared", name, "slowdown by a busy core", "1"], alone / beside);
    }
    Ok(())
}
