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

use super::{Change, Cut, Job, Leaving, Look, Offer, Spread, Turn, scaled};
use crate::sim::{ModelId, NodeGroup, TapId, Works, world};
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
    /// By level, then by size less one, then by role.
    levels: Vec<Vec<Works>>,
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
    level: u8,
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
    kind: Kind,
    leaves: SimTime,
    slots: Vec<u32>,
}

/// The part of a span that is the i-th of n requests'.
fn share(span: SimTime, i: usize, n: usize) -> SimTime {
    SimTime::from_ns(span.ns() / n as u64 + u64::from((i as u64) < span.ns() % n as u64))
}

impl Table {
    pub(crate) fn new(group: &NodeGroup) -> Self {
        let sizes = |work: &Works, batches: &[Works]| std::iter::once(work).chain(batches).cloned().collect();
        let levels = match &group.levels[..] {
            [] => vec![sizes(&group.work, &group.batches)],
            levels => levels.iter().map(|level| sizes(&level.work, &level.batches)).collect(),
        };
        Self { levels, spread: Spread::new(group.service.noise()) }
    }

    fn mean(&self, level: u8, kind: Kind, size: usize) -> SimTime {
        let work = self.levels[level as usize][size - 1][kind.model.0 as usize].as_ref();
        work.map_or(SimTime::from_ns(1), |work| work.between(kind.from, kind.upto))
    }
}

impl Batching {
    pub(crate) fn new(spec: &world::Batch, table: Arc<Table>, level: u8) -> Self {
        Self {
            servers: spec.servers as usize,
            most: spec.most as usize,
            wait: spec.wait,
            bound: spec.bound.map_or(usize::MAX, |bound| bound as usize),
            table,
            level,
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
        self.take_back(now, job);
        Offer::Joined
    }

    /// Lets somebody wait, whatever the bound.
    pub(crate) fn take_back(&mut self, now: SimTime, job: Job) {
        self.joined += 1;
        self.waiting += 1;
        let who = Waiting { number: self.joined, slot: job.slot, bits: job.bits, since: now };
        self.lines.entry(job.kind).or_default().push_back(who);
    }

    /// Turns out all: of what is left of a batch each has its part.
    pub(crate) fn fail(&mut self, now: SimTime, cuts: &mut Vec<Cut>) {
        for batch in std::mem::take(&mut self.running).into_values() {
            let (left, n) = (batch.leaves.since(now), batch.slots.len());
            let part = |(i, slot)| Cut { slot, left: Some(share(left, i, n)) };
            cuts.extend(batch.slots.into_iter().enumerate().map(part));
        }
        let mut waiting: Vec<Waiting> = std::mem::take(&mut self.lines).into_values().flatten().collect();
        waiting.sort_by_key(|who| who.number);
        cuts.extend(waiting.into_iter().map(|who| Cut { slot: who.slot, left: None }));
        (self.waiting, self.ends, self.announced) = (0, 0, None);
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
        let time = self.table.spread.time(self.table.mean(self.level, kind, taken.len()), || first.bits);
        self.run(kind, now, time, taken.iter().map(|who| who.slot).collect());
    }

    fn run(&mut self, kind: Kind, now: SimTime, lasts: SimTime, slots: Vec<u32>) {
        let (leaves, n) = (now + lasts, slots.len());
        for (i, slot) in slots.iter().copied().enumerate() {
            let (work, leaves) = (share(lasts, i, n), (i == 0).then_some(leaves));
            self.starting.push_back(Turn::Begins { slot, work, leaves });
        }
        self.ends += u128::from(leaves.ns());
        self.running.insert(slots[0], Batch { kind, leaves, slots });
    }

    /// Batches go on at another level, where they take as much longer as their table says.
    pub(crate) fn rescale(&mut self, now: SimTime, level: u8, changes: &mut Vec<Change>) {
        for batch in self.running.values_mut() {
            let (left, n) = (batch.leaves.since(now), batch.slots.len());
            let mean = |level| self.table.mean(level, batch.kind, n);
            let after = scaled(left, [self.level, level].map(mean));
            batch.leaves = now + after;
            for (i, slot) in batch.slots.iter().copied().enumerate() {
                let (work, leaves) = ([share(left, i, n), share(after, i, n)], (i == 0).then_some(batch.leaves));
                changes.push(Change { slot, work, shares: false, leaves });
            }
        }
        self.ends = self.running.values().map(|batch| u128::from(batch.leaves.ns())).sum();
        self.level = level;
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

    /// From now on there are so many servers; who is served is served to the end.
    pub(crate) fn resize(&mut self, servers: u32) {
        self.servers = servers as usize;
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
        Look { waiting, busy, work: self.ends - u128::from(busy) * u128::from(at.ns()) + queued, ..Look::default() }
    }

    /// What so many take in batches as large as can be.
    fn whole(&self, kind: Kind, count: usize) -> u128 {
        let time = |size| if size == 0 { 0 } else { u128::from(self.table.mean(self.level, kind, size).ns()) };
        let batches = (count / self.most) as u128;
        if batches == 0 { time(count) } else { batches * time(self.most) + time(count % self.most) }
    }
}

#[cfg(test)]
mod tests;
