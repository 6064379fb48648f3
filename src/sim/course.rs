//! The capacity of a channel over time, for one kind of transfers.
//!
//! Without a trace one unit gets through in a nanosecond, and work is the airtime of a transfer; with one, units are
//! 10^-9 bit. Outages let nothing through, a share lets its part through, rounded down each time that it is asked for.
//! All answers are exact integers, and the inverse is that of the sum: `finish(from, work)` is the first instant `t`
//! with `between(from, t) >= work`.

use super::conditions::Outages;
use super::trace::Trace;
use crate::units::{BitsPerSec, SimTime};
use std::sync::Arc;

/// The whole capacity, as a share.
pub(super) const WHOLE: u64 = 1 << 32;

/// How much gets through when.
#[derive(Clone, Debug)]
pub(super) struct Course {
    /// A trace, and where in it time zero is.
    pub trace: Option<(Arc<Trace>, u64)>,
    pub outages: Option<Arc<Outages>>,
    /// The part of it that is given, in units of 2^-32: what an action or a failure changes.
    pub share: u64,
    /// Nothing later is of interest.
    pub stop: SimTime,
}

impl Course {
    /// What gets through from one instant until another.
    #[inline]
    pub(super) fn between(&self, from: SimTime, to: SimTime) -> u128 {
        self.shared(self.sum(from, to, Self::raw))
    }

    /// Nanoseconds from one instant until another, or until the run stops, for which a transfer that is alone is on the
    /// air: stretches without capacity left out, others by their share.
    pub(super) fn airtime(&self, from: SimTime, to: SimTime) -> SimTime {
        let active = self.shared(self.sum(from, to.min(self.stop), Self::active));
        SimTime::from_ns(u64::try_from(active).unwrap_or(u64::MAX))
    }

    /// The first instant until which this work gets through; [`SimTime::NEVER`] if the run stops before.
    pub(super) fn finish(&self, from: SimTime, work: u128) -> SimTime {
        if work == 0 || self.share == 0 {
            return if work == 0 { from } else { SimTime::NEVER };
        }
        let mut left = if self.share == WHOLE { work } else { (work << 32).div_ceil(u128::from(self.share)) };
        let mut at = from;
        while at <= self.stop {
            let (open, until) = self.outages(at);
            let most = if open { self.raw(at, until) } else { 0 };
            if open && most >= left {
                return Some(self.reached(at, left)).filter(|t| *t <= self.stop).unwrap_or(SimTime::NEVER);
            }
            left -= most;
            at = until;
        }
        SimTime::NEVER
    }

    /// The rate at an instant, `usual` being that without a trace; `None` where it is that.
    pub(super) fn rate(&self, at: SimTime, usual: BitsPerSec) -> Option<BitsPerSec> {
        if !self.outages(at).0 {
            return Some(BitsPerSec(0));
        }
        let traced = self.trace.as_ref().map(|(trace, offset)| trace.rate(u128::from(at.ns()) + u128::from(*offset)));
        match self.share {
            WHOLE => traced,
            _ => Some(BitsPerSec(self.shared(u128::from(traced.unwrap_or(usual).0)) as u64)),
        }
    }

    #[inline]
    fn shared(&self, raw: u128) -> u128 {
        if self.share == WHOLE { raw } else { (raw * u128::from(self.share)) >> 32 }
    }

    #[inline]
    fn outages(&self, at: SimTime) -> (bool, SimTime) {
        self.outages.as_ref().map_or((true, SimTime::NEVER), |outages| outages.at(at))
    }

    /// Adds up what `of` gives for the times without outage.
    #[inline]
    fn sum(&self, from: SimTime, to: SimTime, of: impl Fn(&Self, SimTime, SimTime) -> u128) -> u128 {
        if self.outages.is_none() {
            return of(self, from, to.max(from));
        }
        let (mut at, mut sum) = (from, 0);
        while at < to {
            let (open, until) = self.outages(at);
            let until = until.min(to);
            sum += if open { of(self, at, until) } else { 0 };
            at = until;
        }
        sum
    }

    #[inline]
    fn raw(&self, from: SimTime, to: SimTime) -> u128 {
        self.difference(from, to, Trace::capacity)
    }

    fn active(&self, from: SimTime, to: SimTime) -> u128 {
        self.difference(from, to, Trace::active)
    }

    #[inline]
    fn difference(&self, from: SimTime, to: SimTime, of: impl Fn(&Trace, u128) -> u128) -> u128 {
        match &self.trace {
            None => u128::from(to.since(from).ns()),
            Some((trace, offset)) => {
                let place = |t: SimTime| u128::from(t.ns()) + u128::from(*offset);
                of(trace, place(to)) - of(trace, place(from))
            }
        }
    }

    #[inline]
    fn reached(&self, from: SimTime, work: u128) -> SimTime {
        let at = match &self.trace {
            None => u128::from(from.ns()) + work,
            Some((trace, offset)) => {
                let place = u128::from(from.ns()) + u128::from(*offset);
                trace.reached(trace.capacity(place) + work) - u128::from(*offset)
            }
        };
        SimTime::from_ns(u64::try_from(at).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Stretch;
    use crate::sim::conditions::PeriodicOutage;
    use crate::units::Bytes;
    use proptest::prelude::*;

    fn ns(t: u64) -> SimTime {
        SimTime::from_ns(t)
    }

    fn courses() -> impl Strategy<Value = Course> {
        let stretches = proptest::collection::vec((1u64..5, 0u64..4, 0u64..2), 1..5);
        let outages = proptest::option::of((0u64..9, 1u64..6, 1u64..6));
        let share = prop_oneof![Just(WHOLE), Just(WHOLE / 2), Just(WHOLE / 3)];
        (proptest::option::of((stretches, 0u64..20)), outages, share).prop_map(|(trace, outages, share)| Course {
            trace: trace.and_then(|(list, offset)| Some((Arc::new(made(&list)?), offset))),
            outages: outages.map(|(from, gap, lasts)| {
                let (from, every, lasts) = (ns(from), ns(gap + lasts), ns(lasts));
                Arc::new(Outages::Periodic(PeriodicOutage { from, every, lasts }))
            }),
            share,
            stop: ns(200),
        })
    }

    fn made(list: &[(u64, u64, u64)]) -> Option<Trace> {
        let mut at = 0;
        let mut stretch = |(gap, rate, burst): &(u64, u64, u64)| {
            at += gap;
            Stretch { at: ns(at - gap), rate: BitsPerSec(*rate), burst: Bytes(*burst) }
        };
        let stretches = list.iter().map(&mut stretch).collect();
        Trace::new(stretches, ns(at)).ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// `between` adds up over nanoseconds, and `finish` is its inverse.
        #[test]
        fn finish_is_the_inverse_of_the_sum(course in courses(), from in 0u64..40, work in 1u128..60) {
            let whole = Course { share: WHOLE, ..course.clone() };
            let mut sum = 0;
            let mut first = SimTime::NEVER;
            for t in from + 1..=200 {
                sum += whole.between(ns(t - 1), ns(t));
                prop_assert_eq!(whole.between(ns(from), ns(t)), sum);
                if first == SimTime::NEVER && course.between(ns(from), ns(t)) >= work {
                    first = ns(t);
                }
            }
            prop_assert_eq!(course.finish(ns(from), work), first);
        }
    }
}
