//! In order of urgency: of those that wait the most urgent is served first, among equals who came first.
//!
//! With pre-emption a newcomer that is more urgent than somebody in service takes the place of the least urgent of
//! them, among equals of who came last. Who was pre-empted keeps its place in the order, whatever the queue's bound, and
//! later goes on where it stopped, on whichever server: pre-emptive resume.

use super::{Change, Cut, Job, Look, Means, Offer, Turn, scaled};
use crate::sim::world;
use crate::units::SimTime;
use std::collections::BTreeMap;

/// Least first: urgency, then the number of its joining.
type Place = (u64, u64);

/// Who waits and who is served.
#[derive(Debug)]
pub(crate) struct Ordered {
    servers: usize,
    bound: usize,
    preempt: bool,
    joined: u64,
    waiting: BTreeMap<Place, Waiting>,
    /// Nanoseconds of work waiting.
    queued: u128,
    running: BTreeMap<Place, Running>,
    /// By slot: the place of who is in service.
    places: BTreeMap<u32, Place>,
    /// Sum of the leaving times of those in service.
    ends: u128,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    slot: u32,
    left: SimTime,
    /// It was in service before.
    stopped: bool,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    slot: u32,
    leaves: SimTime,
}

impl Ordered {
    pub(crate) fn new(spec: &world::Ordered) -> Self {
        Self {
            servers: spec.servers as usize,
            bound: spec.bound.map_or(usize::MAX, |bound| bound as usize),
            preempt: spec.preempt,
            joined: 0,
            waiting: BTreeMap::new(),
            queued: 0,
            running: BTreeMap::new(),
            places: BTreeMap::new(),
            ends: 0,
        }
    }

    pub(crate) fn offer(&mut self, job: Job) -> Offer {
        let served = self.running.len() < self.servers || self.yields_to(job.order).is_some();
        if !served && self.waiting.len() >= self.bound {
            return Offer::Refused;
        }
        self.take_back(job);
        Offer::Joined
    }

    /// Lets somebody wait, whatever the bound.
    pub(crate) fn take_back(&mut self, job: Job) {
        self.joined += 1;
        self.wait((job.order, self.joined), Waiting { slot: job.slot, left: job.work, stopped: false });
    }

    /// Turns out all.
    pub(crate) fn fail(&mut self, now: SimTime, cuts: &mut Vec<Cut>) {
        let running = std::mem::take(&mut self.running).into_values();
        let waiting = std::mem::take(&mut self.waiting).into_values();
        cuts.extend(running.map(|r| Cut { slot: r.slot, left: Some(r.leaves.since(now)) }));
        cuts.extend(waiting.map(|w| Cut { slot: w.slot, left: w.stopped.then_some(w.left) }));
        self.places.clear();
        (self.queued, self.ends) = (0, 0);
    }

    fn wait(&mut self, place: Place, who: Waiting) {
        self.queued += u128::from(who.left.ns());
        self.waiting.insert(place, who);
    }

    /// Who in service would be pre-empted for somebody of this urgency.
    fn yields_to(&self, order: u64) -> Option<Place> {
        let last = *self.running.last_key_value()?.0;
        (self.preempt && order < last.0).then_some(last)
    }

    /// The next to begin, to go on, or to stop.
    pub(crate) fn turn(&mut self, now: SimTime) -> Option<Turn> {
        let (order, _) = *self.waiting.first_key_value()?.0;
        if self.running.len() < self.servers {
            return self.start(now);
        }
        let place = self.yields_to(order)?;
        self.stop(place, now)
    }

    fn start(&mut self, now: SimTime) -> Option<Turn> {
        let (place, Waiting { slot, left, stopped }) = self.waiting.pop_first()?;
        let leaves = now + left;
        self.queued -= u128::from(left.ns());
        self.ends += u128::from(leaves.ns());
        self.running.insert(place, Running { slot, leaves });
        self.places.insert(slot, place);
        let begins = Turn::Begins { slot, work: left, leaves: Some(leaves) };
        Some(if stopped { Turn::Resumes { slot, leaves } } else { begins })
    }

    fn stop(&mut self, place: Place, now: SimTime) -> Option<Turn> {
        let Running { slot, leaves } = self.unplace(place)?;
        self.wait(place, Waiting { slot, left: leaves.since(now), stopped: true });
        Some(Turn::Stops { slot })
    }

    fn unplace(&mut self, place: Place) -> Option<Running> {
        let running = self.running.remove(&place)?;
        self.places.remove(&running.slot);
        self.ends -= u128::from(running.leaves.ns());
        Some(running)
    }

    /// Lets one go whose service is over.
    pub(crate) fn leave(&mut self, slot: u32, gone: &mut Vec<u32>) {
        let place = self.places.get(&slot).copied();
        gone.extend(place.and_then(|place| self.unplace(place)).map(|running| running.slot));
    }

    /// From now on there are so many servers; who is served is served to the end.
    pub(crate) fn resize(&mut self, servers: u32) {
        self.servers = servers as usize;
    }

    /// Takes out somebody who was not served yet.
    pub(crate) fn cancel(&mut self, slot: u32) -> bool {
        let place = self.waiting.iter().find(|(_, w)| w.slot == slot && !w.stopped).map(|(place, _)| *place);
        let waiting = place.and_then(|place| self.waiting.remove(&place));
        self.queued -= waiting.map_or(0, |w| u128::from(w.left.ns()));
        waiting.is_some()
    }

    /// All goes on at another speed, `means` giving a slot's.
    pub(crate) fn rescale(&mut self, now: SimTime, means: impl Fn(u32) -> Means, changes: &mut Vec<Change>) {
        let change = |slot, left, after| Change { slot, work: [left, after], shares: false, leaves: None };
        for running in self.running.values_mut() {
            let left = running.leaves.since(now);
            let after = scaled(left, means(running.slot));
            running.leaves = now + after;
            changes.push(Change { leaves: Some(running.leaves), ..change(running.slot, left, after) });
        }
        for waiting in self.waiting.values_mut() {
            let left = waiting.left;
            waiting.left = scaled(left, means(waiting.slot));
            changes.extend(waiting.stopped.then(|| change(waiting.slot, left, waiting.left)));
        }
        self.ends = self.running.values().map(|running| u128::from(running.leaves.ns())).sum();
        self.queued = self.waiting.values().map(|waiting| u128::from(waiting.left.ns())).sum();
    }

    /// How many servers are busy, and how many requests wait.
    pub(crate) fn counts(&self) -> (u32, u32) {
        (self.running.len() as u32, self.waiting.len() as u32)
    }

    pub(crate) fn look(&self, at: SimTime) -> Look {
        let (busy, waiting) = self.counts();
        Look {
            waiting,
            busy,
            work: self.ends - u128::from(busy) * u128::from(at.ns()) + self.queued,
            ..Look::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ns(t: u64) -> SimTime {
        SimTime::from_ns(t)
    }

    /// (gap, work, urgency)
    type Jobs = [(u64, u64, u64)];

    /// Serves jobs: when each leaves, if it is not refused.
    fn clever(spec: &world::Ordered, jobs: &Jobs) -> Vec<Option<u64>> {
        let (mut station, mut now, mut out) = (Ordered::new(spec), 0, vec![None; jobs.len()]);
        let mut leaving = BTreeMap::new();
        for (slot, (gap, work, order)) in jobs.iter().enumerate() {
            now += gap;
            drain(&mut station, now, &mut leaving, &mut out);
            station.offer(Job { slot: slot as u32, work: ns(*work), order: *order, ..Job::default() });
            settle(&mut station, now, &mut leaving);
        }
        drain(&mut station, u64::MAX / 4, &mut leaving, &mut out);
        out
    }

    fn drain(station: &mut Ordered, until: u64, leaving: &mut BTreeMap<u32, u64>, out: &mut [Option<u64>]) {
        let mut gone = Vec::new();
        while let Some((slot, at)) =
            leaving.iter().map(|(s, a)| (*s, *a)).min_by_key(|(s, a)| (*a, *s)).filter(|(_, a)| *a <= until)
        {
            leaving.remove(&slot);
            station.leave(slot, &mut gone);
            out[slot as usize] = Some(at);
            settle(station, at, leaving);
        }
    }

    fn settle(station: &mut Ordered, now: u64, leaving: &mut BTreeMap<u32, u64>) {
        while let Some(turn) = station.turn(ns(now)) {
            match turn {
                Turn::Begins { slot, leaves: Some(leaves), .. } | Turn::Resumes { slot, leaves } => {
                    leaving.insert(slot, leaves.ns());
                }
                Turn::Stops { slot } => assert!(leaving.remove(&slot).unwrap() > now),
                _ => unreachable!(),
            }
        }
    }

    /// The same by brute force, nanosecond by nanosecond: (urgency, number, work left, is served).
    fn brute(spec: &world::Ordered, jobs: &Jobs) -> Vec<Option<u64>> {
        let (servers, bound) = (spec.servers as usize, spec.bound.unwrap_or(u32::MAX) as usize);
        let (mut present, mut out) = (Vec::<(u64, usize, u64, bool)>::new(), vec![None; jobs.len()]);
        let mut next = 0;
        let mut comes = jobs.first().map_or(0, |j| j.0);
        for now in 0.. {
            for job in present.iter().filter(|j| j.2 == 0) {
                out[job.1] = Some(now);
            }
            present.retain(|j| j.2 > 0);
            serve(spec, &mut present);
            while next < jobs.len() && comes == now {
                present.push((jobs[next].2, next, jobs[next].1, false));
                serve(spec, &mut present);
                let served = present.iter().filter(|j| j.3).count();
                let last = present.last().unwrap();
                if !last.3 && present.len() - served > bound && served == servers {
                    present.pop();
                }
                next += 1;
                comes += jobs.get(next).map_or(0, |j| j.0);
            }
            if next == jobs.len() && present.is_empty() {
                return out;
            }
            present.iter_mut().filter(|j| j.3).for_each(|j| j.2 -= 1);
        }
        out
    }

    fn serve(spec: &world::Ordered, present: &mut [(u64, usize, u64, bool)]) {
        let mut order: Vec<usize> = (0..present.len()).collect();
        order.sort_by_key(|i| (!spec.preempt && !present[*i].3, present[*i].0, present[*i].1));
        if spec.preempt {
            // Among equals who is served stays.
            order.sort_by_key(|i| (present[*i].0, !present[*i].3, present[*i].1));
        }
        for (rank, i) in order.into_iter().enumerate() {
            present[i].3 = rank < spec.servers as usize;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn agrees_with_brute_force(
            servers in 1u32..4,
            preempt: bool,
            bound in proptest::option::of(0u32..4),
            jobs in proptest::collection::vec((0u64..6, 1u64..12, 0u64..4), 1..40),
        ) {
            let spec = world::Ordered { servers, bound, preempt, ..world::Ordered::default() };
            prop_assert_eq!(clever(&spec, &jobs), brute(&spec, &jobs));
        }
    }

    #[test]
    fn pre_emption_by_hand() {
        let jobs = [(0, 10, 2), (3, 4, 1), (1, 2, 0), (1, 5, 1)];
        let times = |preempt| {
            let spec = world::Ordered { preempt, ..world::Ordered::default() };
            clever(&spec, &jobs).into_iter().flatten().collect::<Vec<_>>()
        };
        // 0..3 the first, 3..4 the second, 4..6 the third, 6..9 the second, 9..14 the fourth, 14..21 the first.
        assert_eq!(times(true), [21, 9, 6, 14]);
        assert_eq!(times(false), [10, 16, 12, 21]);
    }
}
