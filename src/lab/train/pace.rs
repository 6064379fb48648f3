//! How many threads a training uses: as many as make its steps shortest just now.
//!
//! A step waits for the slowest of its threads. Beside another process that is one which the system has put off, and then
//! fewer threads are faster; on many cores a small network may be, too. The weights do not depend on it.

use crate::problem::Problem;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::time::Instant;

/// What is measured as one, in seconds; at least a step.
const BLOCK: f64 = 0.04;
/// The same for a trial of another width.
const TRIAL: f64 = 0.01;
/// Blocks before the first trial.
const AT_FIRST: u32 = 32;
/// Blocks before the next trial once something has changed.
const SOON: u32 = 4;
/// Blocks between two trials if nothing changes.
const LATE: u32 = 256;
/// By how much blocks must be slower than usual, and how many in a row, for something to have changed.
const CHANGE: f64 = 1.25;
const ROW: u32 = 3;
/// How much a block counts in what is usual.
const LATEST: f64 = 0.125;
/// By how much another width must be faster to be taken.
const GAIN: f64 = 1.05;

/// Runs steps on as many threads as suit.
pub(super) struct Pace {
    choice: Choice,
    /// Narrower pools than the one around, by place of their width.
    pools: Vec<Option<ThreadPool>>,
    begun: Instant,
    steps: u32,
}

impl Pace {
    /// For a training that runs on a worker of the pool around.
    pub(super) fn new() -> Self {
        let choice = Choice::new(rayon::current_num_threads());
        let pools = choice.widths.iter().map(|_| None).collect();
        Self { choice, pools, begun: Instant::now(), steps: 0 }
    }

    /// Does a step.
    pub(super) fn step<T: Send>(&mut self, step: impl FnOnce() -> T + Send) -> Result<T, Problem> {
        if self.steps == 0 {
            self.begun = Instant::now();
        }
        let done = match self.choice.place() {
            0 => step(),
            place => self.pool(place)?.install(step),
        };
        self.steps += 1;
        let seconds = self.begun.elapsed().as_secs_f64();
        if seconds >= self.choice.block() {
            self.choice.told(seconds / f64::from(self.steps));
            self.steps = 0;
        }
        Ok(done)
    }

    fn pool(&mut self, place: usize) -> Result<&ThreadPool, Problem> {
        let broken = |e| Problem::new(format!("threads could not be started: {e}"));
        if self.pools[place].is_none() {
            let pool = ThreadPoolBuilder::new().num_threads(self.choice.widths[place]).build();
            self.pools[place] = Some(pool.map_err(broken)?);
        }
        self.pools[place].as_ref().ok_or_else(|| Problem::new("threads could not be started"))
    }
}

/// Which width to use, by how long steps take: climbs from width to width, each half of the one before.
struct Choice {
    widths: Vec<usize>,
    /// Place of the width in use, how long a step usually takes at it, and how many blocks in a row were slower.
    now: usize,
    usual: Option<f64>,
    slower: u32,
    /// Place of the width on trial.
    trial: Option<usize>,
    /// Whether the next trial is of a narrower one.
    narrower: bool,
    /// Blocks from one trial to the next, and until the next.
    patience: u32,
    left: u32,
}

impl Choice {
    fn new(most: usize) -> Self {
        let widths = std::iter::successors(Some(most.max(1)), |w| (*w > 1).then_some(w / 2)).collect();
        let (patience, left) = (AT_FIRST, AT_FIRST);
        Self { widths, now: 0, usual: None, slower: 0, trial: None, narrower: true, patience, left }
    }

    /// Place of the width to use next.
    fn place(&self) -> usize {
        self.trial.unwrap_or(self.now)
    }

    /// For how many seconds to use it.
    fn block(&self) -> f64 {
        if self.trial.is_some() { TRIAL } else { BLOCK }
    }

    /// What a step took.
    fn told(&mut self, seconds: f64) {
        match self.trial.take() {
            Some(place) => self.tried(place, seconds),
            None => self.went_on(seconds),
        }
    }

    fn tried(&mut self, place: usize, seconds: f64) {
        if self.usual.is_some_and(|usual| seconds * GAIN < usual) {
            (self.now, self.usual, self.patience) = (place, Some(seconds), SOON);
        } else {
            (self.narrower, self.patience) = (!self.narrower, LATE.min(2 * self.patience));
        }
        self.left = self.patience;
    }

    fn went_on(&mut self, seconds: f64) {
        let usual = self.usual.unwrap_or(seconds);
        self.slower = if seconds > CHANGE * usual { self.slower + 1 } else { 0 };
        if self.slower == ROW {
            (self.usual, self.slower) = (Some(seconds), 0);
            (self.patience, self.left) = (SOON, self.left.min(SOON));
        } else {
            self.usual = Some(usual + LATEST * (seconds - usual));
        }
        self.left -= 1;
        if self.left == 0 {
            self.left = self.patience;
            self.trial = self.neighbour();
        }
    }

    /// The next width on the side whose turn it is, or on the other.
    fn neighbour(&self) -> Option<usize> {
        let (narrower, wider) = (Some(self.now + 1).filter(|p| *p < self.widths.len()), self.now.checked_sub(1));
        if self.narrower { narrower.or(wider) } else { wider.or(narrower) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goes on for so many steps of so many seconds by width; gives the seconds spent and the place at the end.
    fn goes(choice: &mut Choice, steps: u32, takes: impl Fn(usize) -> f64) -> (f64, usize) {
        let (mut spent, mut block) = (0.0, (0.0, 0));
        for _ in 0..steps {
            let seconds = takes(choice.widths[choice.place()]);
            (spent, block) = (spent + seconds, (block.0 + seconds, block.1 + 1));
            if block.0 >= choice.block() {
                choice.told(block.0 / f64::from(block.1));
                block = (0.0, 0);
            }
        }
        (spent, choice.now)
    }

    #[test]
    fn all_threads_are_used_where_they_help_at_little_cost() {
        let mut choice = Choice::new(2);
        let (spent, place) = goes(&mut choice, 10_000, |width| 0.02 / width as f64);
        assert_eq!(place, 0);
        assert!(spent < 1.005 * 100.0, "{spent}");
    }

    #[test]
    fn a_busy_core_is_left_and_taken_again() {
        let mut choice = Choice::new(2);
        let idle = |width: usize| 0.02 / width as f64;
        let busy = |width| if width == 2 { 0.03 } else { 0.02 };
        goes(&mut choice, 1000, idle);
        let (spent, place) = goes(&mut choice, 1000, busy);
        assert_eq!(place, 1);
        assert!(spent < 1.03 * 20.0, "{spent}");
        let (spent, place) = goes(&mut choice, 10_000, idle);
        assert_eq!(place, 0);
        assert!(spent < 1.1 * 100.0, "{spent}");
    }

    #[test]
    fn the_best_of_many_widths_is_found_by_steps() {
        let mut choice = Choice::new(16);
        let (_, place) = goes(&mut choice, 20_000, |width| 0.004 + 0.02 / width as f64 + 0.002 * width as f64);
        assert_eq!(choice.widths, [16, 8, 4, 2, 1]);
        assert_eq!(choice.widths[place], 4);
    }

    #[test]
    fn one_thread_is_never_on_trial() {
        let mut choice = Choice::new(1);
        goes(&mut choice, 1000, |_| 0.02);
        assert_eq!(choice.place(), 0);
    }

    #[test]
    fn steps_run_on_the_width_in_use() {
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        pool.install(|| {
            let mut pace = Pace::new();
            assert_eq!(pace.step(rayon::current_num_threads).unwrap(), 2);
            pace.choice.now = 1;
            assert_eq!(pace.step(rayon::current_num_threads).unwrap(), 1);
        });
    }
}
