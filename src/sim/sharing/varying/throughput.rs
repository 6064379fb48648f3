//! Equal throughput: all transfers under way get the same number of wire bits in the same time, whatever their rates.
//!
//! This is what 802.11's distributed coordination gives to senders that always have something to send: each gets
//! 1/Σ(1/r), so that one slow sender holds all others up (Heusse, Rousseau, Berger-Sabbatel and Duda, "Performance anomaly
//! of 802.11b", INFOCOM 2003). r is what a transfer would get alone, time per packet included: its bits over its airtime.
//!
//! The *virtual time* is the number of bits that one that is there all along has had, in units of 2^-20 bit; the time of a
//! transfer's bit is its airtime over its bits, rounded down to 2^-32 ns. While the air is free for t nanoseconds the
//! virtual time grows by (t << 52)/(sum of the times of a bit), rounded down whenever somebody joins or leaves. Who has had
//! all its bits leaves at the next whole nanosecond, of which the others have what it does not need.

use super::{Job, Kind, Window};
use crate::sim::service::{Leaving, Offer};
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const BITS: u32 = 20;
const TIME: u32 = 32;

/// A transfer: (target, low bits of birth number, slot, time of a bit, whether it is sent up).
type Flow = (u128, u64, u32, u64, bool);

/// All on the air.
#[derive(Debug, Default)]
pub(super) struct Throughput {
    virtual_time: u128,
    last: SimTime,
    heap: BinaryHeap<Reverse<Flow>>,
    /// Sums of the times of a bit: of all, and of those that are sent up.
    times: u128,
    up: u128,
    /// Sum of target times time of a bit, modulo 2^128.
    targets: u128,
    /// Window time in which up and down were served, in units of 2^-32 ns.
    busy: [u128; 2],
    /// Done by now.
    done: Vec<u32>,
    announced: Option<Leaving>,
}

impl Throughput {
    /// Times of a bit: of those that are sent up, and of all.
    pub(super) fn sharers(&self) -> [u128; 2] {
        [self.up, self.times]
    }

    pub(super) fn join(&mut self, now: SimTime, job: Job, kinds: &[Kind], window: Window) -> Offer {
        self.advance(now, kinds, window);
        let bits = u128::from(job.wire.max(1)) * 8;
        let time = ((job.work << TIME) / bits).clamp(1, u128::from(u64::MAX)) as u64;
        let target = self.virtual_time + (bits << BITS);
        self.heap.push(Reverse((target, job.birth, job.slot, time, job.up)));
        self.count(target, time, job.up, u128::wrapping_add);
        Offer::Queued
    }

    fn count(&mut self, target: u128, time: u64, up: bool, with: impl Fn(u128, u128) -> u128) {
        let time = u128::from(time);
        self.times = with(self.times, time);
        self.up = with(self.up, if up { time } else { 0 });
        self.targets = with(self.targets, target.wrapping_mul(time));
    }

    /// The next to leave, and when, if nobody joins before.
    fn next(&self, kinds: &[Kind]) -> Option<Leaving> {
        let Reverse((target, _, slot, ..)) = self.heap.peek()?;
        let left = (target - self.virtual_time).saturating_mul(self.times).div_ceil(1 << (BITS + TIME));
        Some((*slot, kinds[0].course.finish(self.last, left)))
    }

    pub(super) fn announce(&mut self, kinds: &[Kind]) -> (Option<Leaving>, Option<Leaving>) {
        let next = self.next(kinds);
        (std::mem::replace(&mut self.announced, next), next)
    }

    pub(super) fn forget(&mut self) {
        self.announced = None;
    }

    /// Takes out one that is done by now.
    pub(super) fn leave(&mut self, now: SimTime, kinds: &[Kind], window: Window) -> Option<u32> {
        self.advance(now, kinds, window);
        self.done.pop()
    }

    /// Airtime still to be sent at `at`, in nanoseconds, rounded up.
    pub(super) fn backlog(&self, at: SimTime, kinds: &[Kind]) -> u128 {
        let left = self.targets.wrapping_sub(self.virtual_time.wrapping_mul(self.times));
        left.saturating_sub(self.free(at, kinds)).div_ceil(1 << (BITS + TIME))
    }

    /// Nanoseconds of the window in which up and down were served, up to `now`.
    pub(super) fn busy(&mut self, now: SimTime, kinds: &[Kind], window: Window) -> [u128; 2] {
        self.advance(now, kinds, window);
        self.busy.map(|b| b >> TIME)
    }

    /// Time in which the air was free since the last change, in units of 2^-52 ns.
    fn free(&self, now: SimTime, kinds: &[Kind]) -> u128 {
        kinds[0].course.between(self.last, now) << (BITS + TIME)
    }

    fn advance(&mut self, now: SimTime, kinds: &[Kind], window: Window) {
        if !self.heap.is_empty() && now > self.last {
            let counted = u128::from(now.min(window.1).since(self.last.max(window.0)).ns()) << TIME;
            let up = share(counted, self.up, self.times);
            self.busy[0] += up;
            self.busy[1] += counted - up;
            self.pass(self.free(now, kinds));
        }
        self.last = now;
    }

    /// Equal numbers of bits for all; who is done leaves the rest to the others.
    fn pass(&mut self, mut free: u128) {
        while let Some(Reverse((target, _, slot, time, up))) = self.heap.peek().copied() {
            let need = (target - self.virtual_time).saturating_mul(self.times);
            if need > free {
                self.virtual_time += free / self.times;
                return;
            }
            free -= need;
            self.virtual_time = target;
            self.heap.pop();
            self.count(target, time, up, u128::wrapping_sub);
            self.done.push(slot);
        }
        self.virtual_time = 0;
    }
}

/// `counted * part / of`, by parts of 2^-32 where the product would not fit.
fn share(counted: u128, part: u128, of: u128) -> u128 {
    counted.checked_mul(part).map_or_else(|| (counted >> TIME) * ((part << TIME) / of), |product| product / of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::course::{Course, WHOLE};
    use proptest::prelude::*;

    const ALL: Window = (SimTime::ZERO, SimTime::NEVER);

    fn ns(t: u64) -> SimTime {
        SimTime::from_ns(t)
    }

    fn air() -> Vec<Kind> {
        let course = Course { trace: None, outages: None, share: WHOLE, stop: SimTime::NEVER };
        vec![Kind { course, byte: 0, nominal: 1 }]
    }

    /// Jobs (gap, bytes, airtime): when each leaves.
    fn clever(jobs: &[(u64, u64, u64)]) -> Vec<u64> {
        let (mut cell, kinds, mut now, mut out) = (Throughput::default(), air(), 0, vec![0; jobs.len()]);
        let mut drain = |cell: &mut Throughput, until: u64| {
            while let Some((_, at)) = cell.next(&kinds).filter(|(_, at)| at.ns() <= until) {
                while let Some(slot) = cell.leave(at, &kinds, ALL) {
                    out[slot as usize] = at.ns();
                }
            }
        };
        for (slot, (gap, bytes, airtime)) in jobs.iter().enumerate() {
            now += gap;
            drain(&mut cell, now);
            let (birth, slot, work) = (slot as u64, slot as u32, u128::from(*airtime));
            cell.join(ns(now), Job { birth, slot, kind: 0, work, wire: *bytes, up: true }, &kinds, ALL);
        }
        drain(&mut cell, u64::MAX - 1);
        out
    }

    /// The same bit by bit of time: at each change all bits of all under way are worked out anew.
    fn brute(jobs: &[(u64, u64, u64)]) -> Vec<f64> {
        let (mut left, mut out, mut now, mut next) = (Vec::<(usize, f64)>::new(), vec![0.0; jobs.len()], 0.0, 0);
        let mut arrives = jobs[0].0 as f64;
        let per_bit = |i: usize| jobs[i].2 as f64 / (jobs[i].1 as f64 * 8.0);
        while next < jobs.len() || !left.is_empty() {
            let sum: f64 = left.iter().map(|(i, _)| per_bit(*i)).sum();
            let least = left.iter().map(|(_, l)| *l).fold(f64::INFINITY, f64::min);
            let to = (now + least * sum).min(if next < jobs.len() { arrives } else { f64::INFINITY });
            let had = if left.is_empty() { 0.0 } else { (to - now) / sum };
            left.iter_mut().for_each(|(_, l)| *l -= had);
            now = to;
            left.iter().filter(|(_, l)| *l < 1e-6).for_each(|(i, _)| out[*i] = now);
            left.retain(|(_, l)| *l >= 1e-6);
            if next < jobs.len() && to == arrives {
                left.push((next, jobs[next].1 as f64 * 8.0));
                next += 1;
                arrives = jobs.get(next).map_or(0.0, |j| now + j.0 as f64);
            }
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// Leaving is put off to a whole nanosecond; nobody else waits for that.
        #[test]
        fn agrees_with_brute_force(jobs in proptest::collection::vec((0u64..2000, 1u64..50, 100u64..3000), 1..30)) {
            for (c, b) in clever(&jobs).iter().zip(&brute(&jobs)) {
                prop_assert!((*c as f64 - b).abs() <= 1.1, "{:?} {:?}", clever(&jobs), brute(&jobs));
            }
        }
    }

    /// Two at 54 and 6 Mbit/s, 1000 bytes each, together: each gets 1/(1/54 + 1/6) = 5.4 Mbit/s.
    #[test]
    fn a_slow_one_holds_up_a_fast_one() {
        let airtime = |mbit: u64| (8_000_000 / mbit).max(1);
        let both = clever(&[(0, 1000, airtime(54)), (0, 1000, airtime(6))]);
        assert!(both.iter().all(|leaves| leaves.abs_diff(8_000_000 * 10 / 54) <= 2), "{both:?}");
        assert_eq!(clever(&[(0, 1000, airtime(54))]), [airtime(54)]);
    }

    #[test]
    fn backlog_is_airtime() {
        let (mut cell, kinds) = (Throughput::default(), air());
        let job = |slot, work, wire| Job { birth: 0, slot, kind: 0, work, wire, up: slot == 0 };
        cell.join(ns(0), job(0, 800, 100), &kinds, ALL);
        cell.join(ns(0), job(1, 2400, 100), &kinds, ALL);
        assert_eq!((cell.backlog(ns(0), &kinds), cell.backlog(ns(1000), &kinds)), (3200, 2200));
        assert_eq!(cell.busy(ns(1000), &kinds, ALL), [250, 750]);
    }
}
