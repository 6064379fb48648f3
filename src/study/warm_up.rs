//! Whether a steady run's warm-up is long enough: MSER-5 (White 1997) on the times to the answer, in the order of births.
//!
//! All replications of a policy at a point are looked at from their beginning, warm-up included: the mean time to the
//! answer of those born in each of [`STRETCHES`] equal stretches of time, over the replications, is the series that
//! MSER-5 cuts; stretches without an answer are left out. Where it cuts after the warm-up's end, or finds no cut in the
//! first half (a queue that grows without end), the runs are flagged; but a cut is itself a chance result, so only if
//! the warm-up leaves a standard error at least [`EXCESS`] times as large as the cut's. Fewer stretches than [`LEAST`] tell
//! nothing.

use crate::scenario::{Horizon, Point};
use crate::sim::World;
use crate::stats::{mser5, mser5_excess};
use crate::units::SimTime;

const STRETCHES: usize = 500;
const LEAST: usize = 50;
const EXCESS: f64 = 1.1;

/// Sums and counts of times to the answer, by when requests were born.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Nanoseconds of a stretch.
    stretch: u64,
    sums: Vec<(u128, u64)>,
}

impl Answers {
    /// Of a steady point's runs; nothing of others'.
    pub fn of(point: &Point, world: &World) -> Option<Self> {
        let steady = matches!(point.file.run.horizon, Horizon::Steady { .. });
        steady.then(|| Self::until(world.horizon.end))
    }

    fn until(end: SimTime) -> Self {
        Self { stretch: end.ns().div_ceil(STRETCHES as u64).max(1), sums: vec![(0, 0); STRETCHES] }
    }

    /// An answer came.
    pub fn note(&mut self, born: SimTime, arrived: SimTime) {
        if let Some((sum, count)) = self.sums.get_mut((born.ns() / self.stretch) as usize) {
            *sum += u128::from(arrived.since(born).ns());
            *count += 1;
        }
    }

    /// Those of another run come to it.
    pub fn merge(&mut self, other: &Self) {
        if self.sums.is_empty() {
            return self.clone_from(other);
        }
        for (own, more) in self.sums.iter_mut().zip(&other.sums) {
            *own = (own.0 + more.0, own.1 + more.1);
        }
    }

    /// Whether the times had settled by the end of the warm-up; also where nothing can be told.
    pub fn settled(&self, warm_up: SimTime) -> bool {
        let answered = self.sums.iter().enumerate().filter(|(_, (_, count))| *count > 0);
        let (at, means): (Vec<usize>, Vec<f64>) = answered.map(|(i, (sum, n))| (i, *sum as f64 / *n as f64)).unzip();
        let time = |stretch: usize| self.stretch * stretch as u64;
        let before = |stretch: usize| time(stretch) <= warm_up.ns();
        let in_time = mser5(&means).and_then(|cut| at.get(cut)).is_some_and(|stretch| before(*stretch));
        let out = at.partition_point(|stretch| time(*stretch) < warm_up.ns());
        at.len() < LEAST || in_time || mser5_excess(&means, out) < EXCESS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream, sample};

    fn ns(ns: u64) -> SimTime {
        SimTime::from_ns(ns)
    }

    /// 100 replications' worth of answers whose mean time is told, each exponential, over a million nanoseconds.
    fn answers(mean: impl Fn(u64) -> f64) -> Answers {
        let mut answers = Answers::until(ns(1_000_000));
        let stream = Stream::new(7, 0, Purpose::Service);
        for born in (0..1_000_000).step_by(100) {
            let takes = sample::exponential(stream.draw(born, 0)[0]) * mean(born);
            answers.note(ns(born), ns(born + takes as u64));
        }
        answers
    }

    #[test]
    fn a_slow_beginning_needs_a_warm_up() {
        let slow = answers(|born| if born < 200_000 { born as f64 } else { 200_000.0 });
        assert!(!slow.settled(ns(0)) && !slow.settled(ns(50_000)) && slow.settled(ns(200_000)));
    }

    #[test]
    fn what_is_level_needs_none_and_what_grows_never_settles() {
        assert!(answers(|_| 500.0).settled(ns(0)));
        assert!(!answers(|born| born as f64).settled(ns(200_000)));
    }

    #[test]
    fn few_answers_tell_nothing() {
        let mut few = Answers::until(ns(1000));
        (0..LEAST as u64 - 1).for_each(|i| few.note(ns(i * 2), ns(i * i * 2 + 10)));
        assert!(few.settled(ns(0)));
        let mut sum = Answers::default();
        sum.merge(&few);
        assert_eq!(sum, few);
        sum.merge(&few);
        assert_eq!(sum.sums[0].1, 2 * few.sums[0].1);
    }
}
