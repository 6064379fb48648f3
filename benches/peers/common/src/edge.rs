//! The edge model's numbers (`benches/engine/edge.rs`), in seconds, and its tally.

use serde::{Deserialize, Serialize};

pub const DEVICES: u32 = 1000;
/// Between two births of a device.
pub const BETWEEN: f64 = 1.0;
/// Of sending an image over an uplink.
pub const SENDING: f64 = 0.1;
/// Share of tasks that the cloud serves.
pub const TO_CLOUD: f64 = 0.3;
/// A server: how many at once, mean time, propagation to it and back.
#[derive(Clone, Copy)]
pub struct Place {
    pub servers: usize,
    pub service: f64,
    pub propagation: f64,
}
pub const EDGE: Place = Place { servers: 16, service: 0.02, propagation: 0.001 };
pub const CLOUD: Place = Place { servers: 8, service: 0.01, propagation: 0.02 };

/// Simulated seconds of a run.
pub fn end(length: f64) -> f64 {
    1000.0 * length
}

/// Tasks that came back; of those born after the first fiftieth of the run also how long they took.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Tally {
    end: f64,
    tasks: u64,
    counted: u64,
    sojourns: f64,
}

impl Tally {
    pub fn until(end: f64) -> Self {
        Self { end, ..Self::default() }
    }

    pub fn back(&mut self, born: f64, now: f64) {
        self.tasks += 1;
        if born >= self.end / 50.0 {
            self.counted += 1;
            self.sojourns += now - born;
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.tasks += other.tasks;
        self.counted += other.counted;
        self.sojourns += other.sojourns;
    }

    /// Prints the run's lines.
    pub fn print(&self, seconds: f64) {
        let line = |metric, unit, value| crate::line("edge", "explicit", metric, unit, value);
        line("count", "1", self.tasks as f64);
        line("wall", "s", seconds);
        line("mean sojourn", "s", self.sojourns / self.counted as f64);
        line("tasks", "1/s", self.tasks as f64 / seconds);
        line("events", "1/s", 5.0 * self.tasks as f64 / seconds);
    }
}
