//! How far a training is, on standard error.

use super::checkpoint::Epoch;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A bar for one training, and a line an epoch.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    name: String,
    /// The bits of the last accuracy; NaN if there is none yet.
    validation: AtomicU64,
    told: bool,
    stop: Option<Arc<AtomicBool>>,
}

impl Progress {
    /// A bar that shows up on a terminal; lines go to standard error in any case.
    pub fn shown(name: &str) -> Self {
        let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} steps, {eta} left, {msg}");
        let bar = ProgressBar::no_length().with_prefix(name.to_string());
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, name: name.into(), validation: AtomicU64::new(f64::NAN.to_bits()), told: true, stop: None }
    }

    /// Nothing at all.
    pub fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            name: String::new(),
            validation: AtomicU64::new(f64::NAN.to_bits()),
            told: false,
            stop: None,
        }
    }

    /// The same, which ends when it is told so there.
    pub fn until(self, stop: Option<Arc<AtomicBool>>) -> Self {
        Self { stop, ..self }
    }

    /// Whether it was told to end.
    pub fn is_over(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// Starts at a step.
    pub fn begin(&self, step: u64, steps: u64) {
        if step > 0 && step < steps {
            self.say(&format!("goes on after step {step} of {steps}"));
        }
        self.bar.set_length(steps);
        self.bar.set_position(step);
        self.bar.reset_eta();
    }

    /// One step done.
    pub fn step(&self, loss: f64) {
        self.bar.inc(1);
        if self.bar.position().is_multiple_of(16) {
            let last = f64::from_bits(self.validation.load(Ordering::Relaxed));
            let validation = if last.is_nan() { String::new() } else { format!(", validation {:.2} %", 100.0 * last) };
            self.bar.set_message(format!("loss {loss:.4}{validation}"));
        }
    }

    /// One epoch done, at so many seconds a step of so many images.
    pub fn epoch(&self, number: usize, of: u32, epoch: &Epoch, (step_s, images): (f64, usize)) {
        let Epoch { loss, validation } = epoch;
        self.validation.store(validation.to_bits(), Ordering::Relaxed);
        // By the latest epoch: what was stopped for a while would be counted by the bar for long.
        let left = step_s * self.bar.length().unwrap_or(0).saturating_sub(self.bar.position()) as f64;
        let (validation, speed) = (100.0 * validation, images as f64 / step_s);
        self.say(&format!(
            "epoch {number}/{of}: loss {loss:.4}, validation {validation:.2} %, {speed:.0} images/s, {left:.0} s left"
        ));
    }

    /// A line.
    pub fn say(&self, line: &str) {
        if self.told {
            self.bar.suspend(|| eprintln!("{}: {line}", self.name));
        }
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
