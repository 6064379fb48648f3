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

/// Full length: about two seconds a network.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for (name, architecture) in networks() {
        let count = (40.0 * length).max(8.0) as u64;
        let alone = speed(&architecture, count)?;
        let busy = Busy::start()?;
        let beside = speed(&architecture, count)?;
        drop(busy);
        lines.add(["shared", name, "slowdown by a busy core", "1"], alone / beside);
    }
    Ok(())
}
