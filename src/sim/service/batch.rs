//! Batching: requests of equal (role, from, upto) are computed together, so many at most.
//!
//! An idle server takes the kind that is *due* whose oldest request came first: a kind is due when a whole batch of it
//! waits, or when its oldest has waited for as long as the time limit says. It takes as many of that kind as fit, in the
//! order of coming. A batch of n takes the time that the node's table has for n, varied by the draw of its first
//! request, and its requests leave together. Nobody joins a batch that has begun.
//!
//! *Shares.* A batch's time t is one server's. Of its n requests each is charged t/n rounded down, the first `t mod n`
//! of them one nanosecond more: together exactly t, and so are the joules.
//!
//! *Backlog.* What is left of batches under way, and what those waiting would take in batches as large as can be.

use super::{Job, Leaving, Look, Offer, Spread, Turn};
use crate::sim::{ModelId, NodeGroup, TapId, Work, world};
use crate::units::SimTime;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What batches together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub model: ModelId,
    pub from: TapId,
    pub upto: TapId,
}

/// How long batches take at the nodes of a group.
#[derive(Debug)]
pub(crate) struct Table {
    /// By size less one, then by role.
    sizes: Vec<Vec<Option<Work>>>,
    spread: Spread,
}

/// Who waits, by kind, and which batches are under way.
#[derive(Debug)]
pub(crate) struct Batching {
    servers: usize,
    most: usize,
    wait: SimTime,
    bound: usize,
    table: Arc<Table>,
    joined: u64,
    waiting: usize,
    lines: BTreeMap<Kind, VecDeque<Waiting>>,
    /// Turns of a batch that has just begun.
    starting: VecDeque<Turn>,
    /// By the slot of the first request.
    running: BTreeMap<u32, Batch>,
    /// Sum of the leaving times of the batches under way.
    ends: u128,
    /// The time limit that is scheduled, and for whom.
    announced: Option<Leaving>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    number: u64,
    slot: u32,
    bits: u64,
    since: SimTime,
}

#[derive(Debug)]
struct Batch {
    leaves: SimTime,
    slots: Vec<u32>,
}

impl Table {
    pub(crate) fn new(group: &NodeGroup) -> Self {
        let sizes = std::iter::once(&group.work).chain(&group.batches).cloned().collect();
        Self { sizes, spread: Spread::new(group.service.noise()) }
    }

    fn mean(&self, kind: Kind, size: usize) -> SimTime {
        let work = self.sizes[size - 1][kind.model.0 as usize].as_ref();
        work.map_or(SimTime::from_ns(1), |work| work.between(kind.from, kind.upto))
    }
}

impl Batching {
    pub(crate) fn new(spec: &world::Batch, table: Arc<Table>) -> Self {
        Self {
            servers: spec.servers as usize,
            most: spec.most as usize,
            wait: spec.wait,
            bound: spec.bound.map_or(usize::MAX, |bound| bound as usize),
            table,
            joined: 0,
            waiting: 0,
            lines: BTreeMap::new(),
            starting: VecDeque::new(),
            running: BTreeMap::new(),
            ends: 0,
            announced: None,
        }
    }

    pub(crate) fn offer(&mut self, now: SimTime, job: Job) -> Offer {
        if self.waiting >= self.bound && !self.starts_with(job.kind) {
            return Offer::Refused;
        }
        self.joined += 1;
        self.waiting += 1;
        let who = Waiting { number: self.joined, slot: job.slot, bits: job.bits, since: now };
        self.lines.entry(job.kind).or_default().push_back(who);
        Offer::Joined
    }

    fn is_idle(&self) -> bool {
        self.running.len() < self.servers
    }

    /// Whether a batch would begin with one more of a kind.
    fn starts_with(&self, kind: Kind) -> bool {
        let there = self.lines.get(&kind).map_or(0, VecDeque::len);
        self.is_idle() && (there + 1 >= self.most || self.wait == SimTime::ZERO)
    }

    pub(crate) fn turn(&mut self, now: SimTime) -> Option<Turn> {
        if self.starting.is_empty() && self.is_idle() {
            let kind = self.due(now)?;
            self.start(kind, now);
        }
        self.starting.pop_front()
    }

    /// When somebody will have waited long enough.
    fn limit(&self, first: &Waiting) -> SimTime {
        first.since + self.wait
    }

    /// The kind that is due whose oldest came first.
    fn due(&self, now: SimTime) -> Option<Kind> {
        let due = |(kind, line): (&Kind, &VecDeque<Waiting>)| {
            let first = line.front()?;
            (line.len() >= self.most || self.limit(first) <= now).then_some((first.number, *kind))
        };
        self.lines.iter().filter_map(due).min().map(|(_, kind)| kind)
    }

    fn start(&mut self, kind: Kind, now: SimTime) {
        let Some(line) = self.lines.get_mut(&kind) else { return };
        let taken: Vec<Waiting> = line.drain(..line.len().min(self.most)).collect();
        if line.is_empty() {
            self.lines.remove(&kind);
        }
        let Some(first) = taken.first() else { return };
        self.waiting -= taken.len();
        self.announced = self.announced.filter(|(slot, _)| *slot != first.slot);
        let time = self.table.spread.time(self.table.mean(kind, taken.len()), || first.bits);
        self.run(now, time, taken.iter().map(|who| who.slot).collect());
    }

    fn run(&mut self, now: SimTime, time: SimTime, slots: Vec<u32>) {
        let (leaves, size) = (now + time, slots.len() as u64);
        let (each, more) = (time.ns() / size, time.ns() % size);
        for (i, slot) in (0..).zip(&slots) {
            let work = SimTime::from_ns(each + u64::from(i < more));
            let leaves = (i == 0).then_some(leaves);
            self.starting.push_back(Turn::Begins { slot: *slot, work, lasts: time, leaves });
        }
        self.ends += u128::from(leaves.ns());
        self.running.insert(slots[0], Batch { leaves, slots });
    }

    /// A batch is done, or a time limit has come.
    pub(crate) fn leave(&mut self, slot: u32, gone: &mut Vec<u32>) {
        match self.running.remove(&slot) {
            Some(batch) => {
                self.ends -= u128::from(batch.leaves.ns());
                gone.extend(batch.slots);
            }
            None => self.announced = None,
        }
    }

    /// Takes out somebody who waits.
    pub(crate) fn cancel(&mut self, slot: u32) -> bool {
        let waits = |line: &VecDeque<Waiting>| line.iter().position(|who| who.slot == slot);
        let Some((kind, at)) = self.lines.iter().find_map(|(kind, line)| Some((*kind, waits(line)?))) else {
            return false;
        };
        self.waiting -= 1;
        self.lines.get_mut(&kind).map(|line| line.remove(at));
        self.lines.retain(|_, line| !line.is_empty());
        true
    }

    /// Notes the next time limit as scheduled; says which was before, and which is now.
    pub(crate) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        let next = if self.is_idle() { self.next_limit() } else { None };
        (std::mem::replace(&mut self.announced, next), next)
    }

    fn next_limit(&self) -> Option<Leaving> {
        let firsts = self.lines.values().filter_map(VecDeque::front);
        let (at, _, slot) = firsts.map(|first| (self.limit(first), first.number, first.slot)).min()?;
        (at < SimTime::NEVER).then_some((slot, at))
    }

    /// How many servers are busy, and how many requests wait.
    pub(crate) fn counts(&self) -> (u32, u32) {
        (self.running.len() as u32, self.waiting as u32)
    }

    pub(crate) fn look(&self, at: SimTime) -> Look {
        let (busy, waiting) = self.counts();
        let queued: u128 = self.lines.iter().map(|(kind, line)| self.whole(*kind, line.len())).sum();
        Look { waiting, busy, work: self.ends - u128::from(busy) * u128::from(at.ns()) + queued }
    }

    /// What so many take in batches as large as can be.
    fn whole(&self, kind: Kind, count: usize) -> u128 {
        let time = |size| if size == 0 { 0 } else { u128::from(self.table.mean(kind, size).ns()) };
        let batches = (count / self.most) as u128;
        if batches == 0 { time(count) } else { batches * time(self.most) + time(count % self.most) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Noise;
    use proptest::prelude::*;

    /// (gap, kind)
    type Jobs = [(u64, u8)];

    fn ns(t: u64) -> SimTime {
        SimTime::from_ns(t)
    }

    /// A batch of n of kind k takes `3 + n * (k + 1)`.
    fn time(kind: u8, size: usize) -> u64 {
        3 + size as u64 * (u64::from(kind) + 1)
    }

    fn table(most: u32) -> Arc<Table> {
        let work =
            |size, kind| Some(Work { per_call: ns(0), upto: vec![ns(0), ns(time(kind, size))], extrapolated: false });
        let sizes = (1..=most as usize).map(|size| (0..3).map(|kind| work(size, kind)).collect()).collect();
        Arc::new(Table { sizes, spread: Spread::new(&Noise::None) })
    }

    /// Serves jobs: when each leaves, if it is not refused, and its share.
    fn clever(spec: &world::Batch, jobs: &Jobs) -> Vec<Option<(u64, u64)>> {
        let (mut station, mut now) = (Batching::new(spec, table(spec.most)), 0);
        let (mut out, mut leaving) = (vec![None; jobs.len()], BTreeMap::new());
        for (slot, (gap, kind)) in jobs.iter().enumerate() {
            now += gap;
            drain(&mut station, now, &mut leaving, &mut out);
            let kind = Kind { model: ModelId(*kind), from: TapId(0), upto: TapId(1) };
            let job = Job { slot: slot as u32, kind, ..Job::default() };
            if station.offer(ns(now), job) == Offer::Joined {
                settle(&mut station, now, &mut leaving, &mut out);
            }
        }
        drain(&mut station, u64::MAX / 4, &mut leaving, &mut out);
        out
    }

    type Out = [Option<(u64, u64)>];

    fn drain(station: &mut Batching, until: u64, leaving: &mut BTreeMap<u32, u64>, out: &mut Out) {
        let mut gone = Vec::new();
        while let Some((at, slot)) = leaving.iter().map(|(s, a)| (*a, *s)).min().filter(|(at, _)| *at <= until) {
            leaving.remove(&slot);
            station.leave(slot, &mut gone);
            gone.drain(..).for_each(|slot| out[slot as usize].as_mut().unwrap().0 = at);
            settle(station, at, leaving, out);
        }
    }

    fn settle(station: &mut Batching, now: u64, leaving: &mut BTreeMap<u32, u64>, out: &mut Out) {
        while let Some(turn) = station.turn(ns(now)) {
            let Turn::Begins { slot, work, leaves, .. } = turn else { unreachable!() };
            out[slot as usize] = Some((0, work.ns()));
            leaving.extend(leaves.map(|leaves| (slot, leaves.ns())));
        }
        let (before, next) = station.announce();
        if before != next {
            leaving.retain(|slot, _| before.is_none_or(|(was, _)| was != *slot));
            leaving.extend(next.map(|(slot, at)| (slot, at.ns())));
        }
    }

    /// The same by brute force, nanosecond by nanosecond: those waiting as (number, kind, since), servers as when free.
    fn brute(spec: &world::Batch, jobs: &Jobs) -> Vec<Option<(u64, u64)>> {
        let (mut waiting, mut free) = (Vec::<(usize, u8, u64)>::new(), vec![0; spec.servers as usize]);
        let (mut out, mut next, mut comes) = (vec![None; jobs.len()], 0, jobs.first().map_or(0, |j| j.0));
        for now in 0..100_000 {
            serve(spec, now, &mut waiting, &mut free, &mut out);
            while next < jobs.len() && comes == now {
                waiting.push((next, jobs[next].1, now));
                let crowded = waiting.len() > spec.bound.unwrap_or(u32::MAX) as usize;
                serve(spec, now, &mut waiting, &mut free, &mut out);
                if crowded && waiting.last().is_some_and(|last| last.0 == next) {
                    waiting.pop();
                }
                next += 1;
                comes += jobs.get(next).map_or(0, |j| j.0);
            }
        }
        out
    }

    fn serve(spec: &world::Batch, now: u64, waiting: &mut Vec<(usize, u8, u64)>, free: &mut [u64], out: &mut Out) {
        while let Some(server) = free.iter().position(|f| *f <= now) {
            let of = |kind| waiting.iter().filter(move |w| w.1 == kind).take(spec.most as usize);
            let due = |w: &&(usize, u8, u64)| {
                of(w.1).count() == spec.most as usize || w.2.saturating_add(spec.wait.ns()) <= now
            };
            let Some(first) = waiting.iter().find(due) else { return };
            let batch: Vec<usize> = of(first.1).map(|w| w.0).collect();
            let time = time(first.1, batch.len());
            free[server] = now + time;
            for (i, number) in batch.iter().enumerate() {
                let more = u64::from((i as u64) < time % batch.len() as u64);
                out[*number] = Some((now + time, time / batch.len() as u64 + more));
            }
            waiting.retain(|w| !batch.contains(&w.0));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn agrees_with_brute_force(
            servers in 1u32..3,
            most in 1u32..5,
            wait in 0u64..20,
            bound in proptest::option::of(0u32..6),
            jobs in proptest::collection::vec((0u64..6, 0u8..3), 1..40),
        ) {
            let spec = world::Batch { servers, most, wait: ns(wait), bound, ..world::Batch::default() };
            prop_assert_eq!(clever(&spec, &jobs), brute(&spec, &jobs));
        }
    }

    #[test]
    fn batches_by_hand() {
        let spec = world::Batch { most: 3, wait: ns(10), ..world::Batch::default() };
        // Two of kind 0 wait until the first has done so for 10: 5 for both. Meanwhile three of kind 1 fill a batch.
        let jobs = [(0, 0), (4, 0), (7, 1), (1, 1), (1, 1)];
        let found: Vec<_> = clever(&spec, &jobs).into_iter().flatten().collect();
        assert_eq!(found, [(15, 3), (15, 2), (24, 3), (24, 3), (24, 3)]);
    }

    #[test]
    fn without_a_time_limit_only_whole_batches_are_computed() {
        let spec = world::Batch { most: 2, wait: SimTime::NEVER, ..world::Batch::default() };
        assert_eq!(clever(&spec, &[(0, 0), (50, 0), (9, 0)]), [Some((55, 3)), Some((55, 2)), None]);
    }
}
