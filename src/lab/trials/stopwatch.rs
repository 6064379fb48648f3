//! How far a search is, on standard error.

use super::race::Entrant;
use super::shop::Shop;
use std::time::{Duration, Instant};

/// Epochs done and to be done at most, and how long those took that were trained now.
#[derive(Debug)]
pub struct Stopwatch {
    most: f64,
    done: f64,
    trained: f64,
    spent: Duration,
    begun: Instant,
    best: f64,
}

impl Stopwatch {
    /// At most so many epochs.
    pub fn new(most: f64) -> Self {
        Self { most, done: 0.0, trained: 0.0, spent: Duration::ZERO, begun: Instant::now(), best: 0.0 }
    }

    /// Before a trial is trained.
    pub fn begin(&mut self) {
        self.begun = Instant::now();
    }

    /// After it was, or was found to have been.
    pub fn end(&mut self, shop: &Shop, entrant: &Entrant, epochs: u32, fresh: bool) {
        self.done += f64::from(epochs);
        if fresh {
            self.trained += f64::from(epochs);
            self.spent += self.begun.elapsed();
        }
        self.best = self.best.max(entrant.last());
        if shop.options.progress {
            eprintln!("{}", self.line(shop, entrant));
        }
    }

    fn line(&self, shop: &Shop, entrant: &Entrant) -> String {
        let per_epoch = self.spent.as_secs_f64() / self.trained.max(1.0);
        let left = per_epoch * (self.most - self.done).max(0.0);
        let state = match &entrant.trial.record.diverged {
            Some(why) => why.clone(),
            None => format!("validation {:.2} %, best {:.2} %", 100.0 * entrant.last(), 100.0 * self.best),
        };
        let (name, number, settings) = (shop.name, entrant.number, &entrant.settings);
        let (reached, of) = (entrant.reached, shop.epochs());
        format!("{name}: trial {number} ({settings}) epoch {reached}/{of}: {state}, at most {left:.0} s left")
    }
}
