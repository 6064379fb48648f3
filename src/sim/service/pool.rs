//! Egalitarian processor sharing: n jobs share c servers equally, none faster than one server.
//!
//! With n jobs under way each is served at speed min(c, n)/n, so the *virtual time* V, the service that one which is
//! there all along has had, grows by (elapsed time)·min(c, n)/n. A job that joins at V with work w is done when V reaches
//! V + w: its target never changes, whoever comes or goes, so a heap of targets is all that is needed (Zhang 1990's
//! virtual clock, in reverse). What divides does so in 64 bits wherever the numbers fit.
//!
//! V is an integer in units of 2^-32 ns, and 0 whenever the pool is empty. It is advanced only when somebody joins or
//! leaves, by `(elapsed << 32) * min(c, n) / n` rounded down; so nothing depends on the order of joining at one instant.
//! The next to leave does so at `last change + ceil((target - V) * n / (min(c, n) << 32))`, and with it all whose target
//! V has reached.

use super::targets::Targets;
use super::{Change, Cut, Means, scaled_finely};
use crate::units::SimTime;

const SCALE: u32 = 32;

/// Jobs that share servers.
#[derive(Debug)]
pub(crate) struct Pool {
    servers: u32,
    virtual_time: u128,
    last: SimTime,
    targets: Targets,
    /// Whose leaving is scheduled, and when.
    announced: Option<Leaving>,
}

/// A slot, and when it leaves if nobody joins before.
pub(crate) type Leaving = (u32, SimTime);

/// In nanoseconds, rounded up.
fn whole(fine: u128) -> SimTime {
    SimTime::from_ns(u64::try_from(fine.div_ceil(1 << SCALE)).unwrap_or(u64::MAX))
}

impl Pool {
    pub(crate) fn new(servers: u32) -> Self {
        let targets = Targets::default();
        Self { servers, virtual_time: 0, last: SimTime::ZERO, targets, announced: None }
    }

    /// How many are served.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }

    /// When somebody last joined or left.
    #[inline]
    pub(crate) fn last(&self) -> SimTime {
        self.last
    }

    #[inline]
    fn count(&self) -> u64 {
        self.targets.len() as u64
    }

    /// How many servers are busy.
    #[inline]
    fn busy(&self) -> u64 {
        self.count().min(u64::from(self.servers))
    }

    /// From now on there are so many servers.
    pub(crate) fn resize(&mut self, now: SimTime, servers: u32) {
        self.advance(now);
        self.servers = servers;
    }

    /// A job joins.
    #[inline]
    pub(crate) fn join(&mut self, now: SimTime, (birth, slot): (u64, u32), work: SimTime) {
        self.advance(now);
        self.targets.push(self.virtual_time + (u128::from(work.ns()) << SCALE), birth, slot);
    }

    /// The next to leave, and when, if nobody joins before.
    #[inline]
    pub(crate) fn next(&self) -> Option<Leaving> {
        let (target, slot) = self.targets.least()?;
        let work = target.saturating_sub(self.virtual_time) * u128::from(self.count());
        let left = divided_up(work.div_ceil(1 << SCALE), self.busy());
        Some((slot, self.last + SimTime::from_ns(left)))
    }

    /// Notes who leaves next as scheduled; says who was before, and who is now.
    pub(crate) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        let next = self.next();
        (std::mem::replace(&mut self.announced, next), next)
    }

    /// What was scheduled has happened.
    pub(crate) fn forget(&mut self) {
        self.announced = None;
    }

    /// Takes out one that is done by now.
    #[inline]
    pub(crate) fn leave(&mut self, now: SimTime) -> Option<u32> {
        self.advance(now);
        let (_, slot) = self.targets.least().filter(|(target, _)| *target <= self.virtual_time)?;
        self.targets.pop();
        if self.targets.is_empty() {
            self.virtual_time = 0;
        }
        Some(slot)
    }

    /// Everybody's work goes on at another speed, `means` giving a slot's; notes what is left before and then.
    pub(crate) fn rescale(&mut self, now: SimTime, means: impl Fn(u32) -> Means, changes: &mut Vec<Change>) {
        self.advance(now);
        let reached = std::mem::take(&mut self.virtual_time);
        self.targets.replace(|target, slot| {
            let left = target.saturating_sub(reached);
            let then = scaled_finely(left, means(slot));
            changes.push(Change { slot, work: [left, then].map(whole), shares: true, leaves: None });
            then
        });
    }

    /// Turns out all; what is left of each is rounded down to whole nanoseconds.
    pub(crate) fn fail(&mut self, now: SimTime, cuts: &mut Vec<Cut>) {
        self.advance(now);
        let reached = self.virtual_time;
        let left = |target: u128| SimTime::from_ns((target.saturating_sub(reached) >> SCALE) as u64);
        cuts.extend(self.targets.drain().map(|(target, slot)| Cut { slot, left: Some(left(target)) }));
        (self.virtual_time, self.announced) = (0, None);
    }

    /// Work still to be done at `at`, in nanoseconds, rounded up.
    pub(crate) fn backlog(&self, at: SimTime) -> u128 {
        if self.targets.is_empty() {
            return 0;
        }
        let reached = self.virtual_time + self.growth(at);
        self.targets.sum().saturating_sub(reached * u128::from(self.count())).div_ceil(1 << SCALE)
    }

    #[inline]
    fn growth(&self, now: SimTime) -> u128 {
        divided((u128::from(now.since(self.last).ns()) << SCALE) * u128::from(self.busy()), self.count())
    }

    /// Lets time pass.
    #[inline]
    pub(crate) fn advance(&mut self, now: SimTime) {
        if !self.targets.is_empty() && now > self.last {
            self.virtual_time += self.growth(now);
        }
        self.last = now;
    }
}

/// Rounded down.
#[inline]
pub(crate) fn divided(a: u128, b: u64) -> u128 {
    match u64::try_from(a) {
        Ok(a) => u128::from(a / b),
        Err(_) => a / u128::from(b),
    }
}

/// Rounded up, as far as 64 bits go.
#[inline]
fn divided_up(a: u128, b: u64) -> u64 {
    match u64::try_from(a) {
        Ok(a) if b == 1 => a,
        Ok(a) => a.div_ceil(b),
        Err(_) => u64::try_from(a.div_ceil(u128::from(b))).unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Runs (gap, work) jobs through the pool: when each leaves.
    fn shared(servers: u32, jobs: &[(u64, u64)]) -> Vec<u64> {
        let (mut pool, mut now, mut out) = (Pool::new(servers), 0, vec![0; jobs.len()]);
        for (slot, (gap, work)) in jobs.iter().enumerate() {
            now += gap;
            drain(&mut pool, SimTime::from_ns(now), &mut out);
            pool.join(SimTime::from_ns(now), (slot as u64, slot as u32), SimTime::from_ns(*work));
        }
        drain(&mut pool, SimTime::NEVER, &mut out);
        out
    }

    fn drain(pool: &mut Pool, until: SimTime, out: &mut [u64]) {
        while let Some((_, at)) = pool.next().filter(|(_, at)| *at <= until) {
            while let Some(slot) = pool.leave(at) {
                out[slot as usize] = at.ns();
            }
        }
    }

    /// The same by brute force: remaining work of each, no virtual time, no whole nanoseconds until the end.
    pub(crate) fn brute(servers: u32, jobs: &[(u64, u64)]) -> Vec<u64> {
        let (mut left, mut out, mut now, mut next) = (Vec::<(usize, f64)>::new(), vec![0; jobs.len()], 0.0, 0);
        let mut arrives = jobs.first().map_or(f64::INFINITY, |j| j.0 as f64);
        while next < jobs.len() || !left.is_empty() {
            let least = left.iter().map(|(_, l)| *l).fold(f64::INFINITY, f64::min);
            let speed = (f64::from(servers) / left.len() as f64).min(1.0);
            let to = arrives.min(now + least / speed);
            left.iter_mut().for_each(|(_, l)| *l -= (to - now) * speed);
            now = to;
            left.iter().filter(|(_, l)| *l < 1e-7).for_each(|(i, _)| out[*i] = (now - 1e-6).ceil() as u64);
            left.retain(|(_, l)| *l >= 1e-7);
            if to == arrives {
                left.push((next, jobs[next].1 as f64));
                next += 1;
                arrives = jobs.get(next).map_or(f64::INFINITY, |j| now + j.0 as f64);
            }
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        /// Leaving is put off to the next whole nanosecond, which may let a sharer wait up to 1 ns longer: so within
        /// one nanosecond for each that left before in the same busy period.
        #[test]
        fn agrees_with_brute_force(
            servers in 1u32..6,
            jobs in proptest::collection::vec((0u64..2000, 1u64..3000), 1..40),
        ) {
            let (clever, plain) = (shared(servers, &jobs), brute(servers, &jobs));
            for (c, p) in clever.iter().zip(&plain) {
                prop_assert!(c.abs_diff(*p) <= jobs.len() as u64, "{clever:?} {plain:?}");
            }
        }
    }

    #[test]
    fn three_on_two_servers_by_hand() {
        // Two alone for 10 at full speed; then three at 2/3: the first has 20 left and needs 30, the newcomer has had 20
        // of its 40 by then, the second 30 of its 60; then two at full speed.
        assert_eq!(shared(2, &[(0, 30), (0, 60), (10, 40)]), [40, 70, 60]);
    }
}
