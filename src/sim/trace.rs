//! A capacity that follows a record of what a network let through.
//!
//! A trace is a list of stretches. At the beginning of a stretch a *burst* of bytes may get through at that very instant;
//! from then until the next stretch bits get through at a steady rate. A trace starts over when its period ends; a burst
//! at its beginning gets through each time that it starts over, not at time zero.
//!
//! Capacity is counted in units of 10^-9 bit (a rate in bit/s times a time in ns), so that every sum is an exact integer.
//! What gets through *from* one instant *until* another is what the rates give between them and every burst after the
//! first, up to and with the second: who comes at the instant of a burst is too late for it, as behind Mahimahi's link
//! shells (Netravali et al., USENIX ATC 2015).

use crate::problem::Problem;
use crate::units::{BitsPerSec, Bytes, SimTime};

/// Units of a byte.
pub(super) const BYTE: u128 = 8_000_000_000;

/// What is known of a trace of bursts: the mean over this time before, or over the whole trace if that is shorter.
const RECENT: u64 = 1_000_000_000;

/// A part of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// When it begins, from the trace's beginning.
    pub at: SimTime,
    /// What gets through until the next one begins.
    pub rate: BitsPerSec,
    /// What gets through at its beginning.
    pub burst: Bytes,
}

/// A record of what a network let through, repeated for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    stretches: Vec<Stretch>,
    period: u64,
    /// By stretch: capacity since the trace's beginning, with its own burst.
    sums: Vec<u128>,
    /// Capacity of one period.
    total: u128,
    /// By stretch: nanoseconds since the trace's beginning in which something got through; empty if it has bursts.
    active: Vec<u64>,
}

impl Trace {
    /// A trace of these stretches that starts over after `period`.
    ///
    /// # Errors
    /// The first stretch is not at zero, one is not later than the one before, the period ends before the last, or
    /// nothing ever gets through.
    pub fn new(stretches: Vec<Stretch>, period: SimTime) -> Result<Self, Problem> {
        let rises = stretches.windows(2).all(|pair| pair[0].at < pair[1].at);
        if stretches.first().is_none_or(|first| first.at > SimTime::ZERO) || !rises {
            return Err(Problem::new("a trace must begin at zero and go forward"));
        }
        if stretches.last().is_some_and(|last| period <= last.at) {
            return Err(Problem::new("a trace must end after its last stretch begins").received(period));
        }
        let mut trace = Self { stretches, period: period.ns(), sums: Vec::new(), total: 0, active: Vec::new() };
        trace.add_up();
        if trace.total == 0 {
            return Err(Problem::new("a trace that lets nothing through"));
        }
        Ok(trace)
    }

    fn add_up(&mut self) {
        let bursts = self.stretches.iter().any(|s| s.burst.0 > 0);
        let (mut sum, mut active) = (0, 0);
        for (i, stretch) in self.stretches.iter().enumerate() {
            let burst = if i == 0 { 0 } else { u128::from(stretch.burst.0) * BYTE };
            self.sums.push(sum + burst);
            if !bursts {
                self.active.push(active);
            }
            let length = self.stretches.get(i + 1).map_or(self.period, |next| next.at.ns()) - stretch.at.ns();
            sum += burst + u128::from(stretch.rate.0) * u128::from(length);
            active += if stretch.rate.0 > 0 { length } else { 0 };
        }
        self.total = sum + u128::from(self.stretches[0].burst.0) * BYTE;
    }

    /// Its stretches, in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// After what time it starts over.
    pub fn period(&self) -> SimTime {
        SimTime::from_ns(self.period)
    }

    /// Its mean rate, rounded, at least 1 bit/s.
    pub fn mean(&self) -> BitsPerSec {
        let period = u128::from(self.period);
        BitsPerSec(u64::try_from((self.total + period / 2) / period).unwrap_or(u64::MAX).max(1))
    }

    /// The rate at an instant; of a trace of bursts the mean over the second before, rounded down.
    pub(super) fn rate(&self, at: u128) -> BitsPerSec {
        if !self.active.is_empty() {
            return self.stretches[self.stretch_at(self.within(at))].rate;
        }
        let span = u128::from(RECENT.min(self.period));
        let at = at + u128::from(self.period);
        BitsPerSec(((self.capacity(at) - self.capacity(at - span)) / span) as u64)
    }

    #[inline]
    fn within(&self, at: u128) -> u64 {
        (at % u128::from(self.period)) as u64
    }

    /// The stretch of an instant within the period.
    #[inline]
    fn stretch_at(&self, at: u64) -> usize {
        self.stretches.partition_point(|s| s.at.ns() <= at) - 1
    }

    /// What gets through from zero until `at`.
    pub(super) fn capacity(&self, at: u128) -> u128 {
        let (rounds, at) = (at / u128::from(self.period), self.within(at));
        let i = self.stretch_at(at);
        let stretch = &self.stretches[i];
        rounds * self.total + self.sums[i] + u128::from(stretch.rate.0) * u128::from(at - stretch.at.ns())
    }

    /// The first instant until which `capacity` gets through from zero.
    pub(super) fn reached(&self, capacity: u128) -> u128 {
        if capacity == 0 {
            return 0;
        }
        let rounds = (capacity - 1) / self.total;
        rounds * u128::from(self.period) + u128::from(self.reached_within(capacity - rounds * self.total))
    }

    /// The same for what one period lets through at most.
    fn reached_within(&self, capacity: u128) -> u64 {
        let next = self.sums.partition_point(|sum| *sum < capacity).max(1);
        let (stretch, sum) = (&self.stretches[next - 1], self.sums[next - 1]);
        let end = self.stretches.get(next).map_or(self.period, |s| s.at.ns());
        match u128::from(stretch.rate.0) {
            0 => end,
            rate => end.min(stretch.at.ns() + (capacity - sum).div_ceil(rate) as u64),
        }
    }

    /// Nanoseconds from zero until `at` in which something gets through; all of them, where bursts do.
    pub(super) fn active(&self, at: u128) -> u128 {
        if self.active.is_empty() {
            return at;
        }
        let (rounds, within) = (at / u128::from(self.period), self.within(at));
        rounds * u128::from(self.active_within(self.period)) + u128::from(self.active_within(within))
    }

    fn active_within(&self, at: u64) -> u64 {
        let i = self.stretch_at(at);
        let stretch = &self.stretches[i];
        self.active[i] + if stretch.rate.0 > 0 { at - stretch.at.ns() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stretch(at: u64, rate: u64, burst: u64) -> Stretch {
        Stretch { at: SimTime::from_ns(at), rate: BitsPerSec(rate), burst: Bytes(burst) }
    }

    fn trace(gaps: &[(u64, u64, u64)], last: u64) -> Option<Trace> {
        let mut at = 0;
        let mut stretches = Vec::new();
        for (gap, rate, burst) in gaps {
            stretches.push(stretch(at, *rate, *burst));
            at += gap;
        }
        Trace::new(stretches, SimTime::from_ns(at - gaps[gaps.len() - 1].0 + last)).ok()
    }

    /// What gets through in the nanosecond that ends at `at`, read from the list.
    fn nanosecond(trace: &Trace, at: u64) -> u128 {
        let of = |t: u64| trace.stretches.iter().rev().find(|s| s.at.ns() <= t % trace.period).unwrap();
        let here = of(at);
        let burst = if here.at.ns() == at % trace.period { here.burst.0 } else { 0 };
        u128::from(of(at - 1).rate.0) + u128::from(burst) * BYTE
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// Sums, their inverse and active time, nanosecond by nanosecond over several periods.
        #[test]
        fn agrees_with_a_loop(
            gaps in proptest::collection::vec((1u64..6, prop_oneof![Just(0u64), 1u64..5], prop_oneof![4 => Just(0u64), 1 => 1u64..4]), 1..6),
            last in 1u64..6,
        ) {
            let Some(trace) = trace(&gaps, last) else { return Ok(()) };
            let (mut sum, mut active) = (0, 0);
            let bursts = gaps.iter().any(|g| g.2 > 0);
            for at in 1..4 * trace.period {
                let more = nanosecond(&trace, at);
                for wanted in [sum + 1, sum + more].into_iter().filter(|w| *w <= sum + more) {
                    prop_assert!(more == 0 || trace.reached(wanted) == u128::from(at), "{wanted} {at}");
                }
                sum += more;
                let rate = trace.stretches.iter().rev().find(|s| s.at.ns() <= (at - 1) % trace.period).unwrap().rate;
                active += u128::from(bursts || rate.0 > 0);
                prop_assert_eq!(trace.capacity(u128::from(at)), sum);
                prop_assert_eq!(trace.active(u128::from(at)), active);
            }
        }
    }

    #[test]
    fn refuses_what_cannot_be_replayed() {
        let new = |stretches: Vec<Stretch>, period| Trace::new(stretches, SimTime::from_ns(period)).unwrap_err().what;
        assert!(new(vec![], 5).contains("begin at zero"));
        assert!(new(vec![stretch(1, 1, 0)], 5).contains("begin at zero"));
        assert!(new(vec![stretch(0, 1, 0), stretch(0, 2, 0)], 5).contains("go forward"));
        assert!(new(vec![stretch(0, 1, 0), stretch(5, 2, 0)], 5).contains("end after"));
        assert!(new(vec![stretch(0, 0, 0)], 5).contains("nothing"));
    }

    #[test]
    fn knows_its_rates() {
        let steps = Trace::new(vec![stretch(0, 10, 0), stretch(2, 0, 0)], SimTime::from_ns(8)).unwrap();
        assert_eq!(
            (steps.mean(), steps.rate(1), steps.rate(2), steps.rate(9)),
            (BitsPerSec(3), BitsPerSec(10), BitsPerSec(0), BitsPerSec(10))
        );
        let bursts = Trace::new(vec![stretch(0, 0, 1), stretch(2, 0, 3)], SimTime::from_ns(4)).unwrap();
        assert_eq!((bursts.mean().0, bursts.rate(3).0), (8_000_000_000, 8_000_000_000));
    }
}
