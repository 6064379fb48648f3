//! Egalitarian processor sharing: n transfers have 1/n of the channel each; see `service/pool.rs` for its virtual time.

use crate::sim::service::{Cut, Leaving, Pool, divided};
use crate::units::SimTime;

const SCALE: u32 = 32;

/// A channel that its transfers share equally.
#[derive(Debug)]
pub struct Fair {
    pool: Pool,
    /// How many are sent up; the rest goes down.
    up: u32,
    /// Window time in which up and down were served, in units of 2^-32 ns.
    busy: [u128; 2],
}

/// The counted window: from when until when.
pub type Window = (SimTime, SimTime);

impl Default for Fair {
    fn default() -> Self {
        Self { pool: Pool::new(1), up: 0, busy: [0; 2] }
    }
}

impl Fair {
    /// A transfer of so much airtime joins, up or down; `who` is its birth number, and a slot by which it is called. Busy
    /// time is added up within the window.
    #[inline]
    pub fn join(&mut self, now: SimTime, who: (u64, u32), airtime: SimTime, up: bool, window: Window) {
        self.advance(now, window);
        self.pool.join(now, who, airtime);
        self.up += u32::from(up);
    }

    /// The next to leave, and when, if nobody joins before.
    #[inline]
    pub fn next(&self) -> Option<Leaving> {
        self.pool.next()
    }

    /// Notes who leaves next as scheduled; says who was before, and who is now.
    pub(crate) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        self.pool.announce()
    }

    /// What was scheduled has happened.
    pub(crate) fn forget(&mut self) {
        self.pool.forget();
    }

    /// Takes out one that is done by now; `up` says for a slot which way it goes.
    #[inline]
    pub fn leave(&mut self, now: SimTime, window: Window, up: impl Fn(u32) -> bool) -> Option<u32> {
        self.advance(now, window);
        let slot = self.pool.leave(now)?;
        self.up -= u32::from(up(slot));
        Some(slot)
    }

    /// How many are sent up, and how many in all.
    pub(crate) fn sharers(&self) -> [u128; 2] {
        [self.up.into(), self.pool.len() as u128]
    }

    /// Turns out all.
    pub(in crate::sim) fn fail(&mut self, now: SimTime, window: Window, cuts: &mut Vec<Cut>) {
        self.advance(now, window);
        self.pool.fail(now, cuts);
        self.up = 0;
    }

    /// Airtime still to be sent at `at`, in nanoseconds, rounded up.
    pub(crate) fn backlog(&self, at: SimTime) -> u128 {
        self.pool.backlog(at)
    }

    /// Nanoseconds of the window in which up and down were served, up to `now`.
    pub(crate) fn busy(&mut self, now: SimTime, window: Window) -> [u128; 2] {
        self.advance(now, window);
        self.busy.map(|b| b >> SCALE)
    }

    #[inline]
    fn advance(&mut self, now: SimTime, window: Window) {
        let (last, sharers) = (self.pool.last(), self.pool.len() as u64);
        if sharers > 0 && now > last {
            let counted = u128::from(now.min(window.1).since(last.max(window.0)).ns()) << SCALE;
            let up = match u64::from(self.up) {
                0 => 0,
                all if all == sharers => counted,
                some => divided(counted * u128::from(some), sharers),
            };
            self.busy[0] += up;
            self.busy[1] += counted - up;
        }
        self.pool.advance(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::service::shared_by_hand;
    use proptest::prelude::*;

    const ALL: Window = (SimTime::ZERO, SimTime::NEVER);

    /// Runs (gap, airtime) jobs through the channel: when each leaves.
    fn fair(jobs: &[(u64, u64)]) -> Vec<u64> {
        let (mut channel, mut now, mut out) = (Fair::default(), 0, vec![0; jobs.len()]);
        for (slot, (gap, airtime)) in jobs.iter().enumerate() {
            now += gap;
            drain(&mut channel, SimTime::from_ns(now), &mut out);
            let who = (slot as u64, slot as u32);
            channel.join(SimTime::from_ns(now), who, SimTime::from_ns(*airtime), slot % 3 == 0, ALL);
        }
        drain(&mut channel, SimTime::NEVER, &mut out);
        out
    }

    fn drain(channel: &mut Fair, until: SimTime, out: &mut [u64]) {
        while let Some((_, at)) = channel.next().filter(|(_, at)| *at <= until) {
            while let Some(slot) = channel.leave(at, ALL, |s| s % 3 == 0) {
                out[slot as usize] = at.ns();
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        /// Leaving is put off to the next whole nanosecond, which may let a sharer wait up to 1 ns longer: so within
        /// one nanosecond for each that left before in the same busy period.
        #[test]
        fn agrees_with_brute_force(jobs in proptest::collection::vec((0u64..2000, 1u64..3000), 1..40)) {
            let (clever, plain) = (fair(&jobs), shared_by_hand(1, &jobs));
            for (c, p) in clever.iter().zip(&plain) {
                prop_assert!(c.abs_diff(*p) <= jobs.len() as u64, "{clever:?} {plain:?}");
            }
        }

        /// Whoever joins first at one instant, times are the same.
        #[test]
        fn order_at_one_instant_does_not_matter(airtimes in proptest::collection::vec(1u64..500, 1..12)) {
            let jobs: Vec<_> = airtimes.iter().map(|a| (0, *a)).collect();
            let reversed: Vec<_> = jobs.iter().rev().copied().collect();
            let mut there = fair(&reversed);
            there.reverse();
            prop_assert_eq!(fair(&jobs), there);
        }
    }

    #[test]
    fn two_by_hand() {
        // Alone for 10, then both at half speed: the first has 20 left and needs 40, the second had 20 by then.
        assert_eq!(fair(&[(0, 30), (10, 40)]), [50, 70]);
        assert_eq!(fair(&[(0, 30), (10, 5)]), [35, 20]);
    }

    #[test]
    fn backlog_and_busy_time_add_up() {
        let mut channel = Fair::default();
        let ns = SimTime::from_ns;
        channel.join(ns(0), (0, 0), ns(30), true, (ns(5), ns(20)));
        channel.join(ns(10), (1, 1), ns(40), false, (ns(5), ns(20)));
        assert_eq!((channel.backlog(ns(10)), channel.backlog(ns(40))), (60, 30));
        assert_eq!(channel.busy(ns(40), (ns(5), ns(20))), [5 + 5, 5]);
    }
}
