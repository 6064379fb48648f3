//! Models resident in a node's memory, and the gate where requests wait for theirs.
//!
//! A request whose role is not resident waits at the gate. One role is loaded at a time, that of the first at the gate
//! whose role is not there. Room is made when loading begins: of the roles that nobody in the node uses (waits for a
//! server with, or is served by) the least recently used go, as many as must; if that is not enough, none goes, and the
//! first waits until it is. As long as it waits for room nobody passes it, so that its turn comes; while its role is
//! being loaded, all whose roles are resident do. A role is used when a request passes the gate with it. What passes is
//! offered to the station, which may refuse it then.
//!
//! A role that an action wants loaded takes its place among those at the gate. One that an action wants gone lets nobody
//! pass any more, and goes when nobody uses it. A node that is switched off, or fails, forgets all its roles.

use super::{Cut, Job, Means, scaled};
use crate::sim::ModelId;
use crate::units::SimTime;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What the nodes of a group have room for, and how long loading takes.
#[derive(Debug)]
pub(crate) struct Store {
    pub room: u64,
    /// How long loading takes where the file is there.
    pub cold: SimTime,
    /// Bytes and loading time, by role.
    pub roles: Vec<(u64, SimTime)>,
    /// What is resident at first, the least recently used first.
    pub first: Vec<ModelId>,
}

/// What happens next at a gate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Passes(Job),
    Evicts(ModelId),
    Loads(ModelId, SimTime),
}

/// A node's memory.
#[derive(Debug)]
pub(crate) struct Gate {
    store: Arc<Store>,
    free: u64,
    roles: Vec<Role>,
    loading: Option<(ModelId, SimTime)>,
    /// Numbers uses, and joins of the gate.
    count: u64,
    /// Who has passed and not left, by slot.
    inside: BTreeMap<u32, ModelId>,
    waiting: u32,
    /// Nanoseconds of work waiting.
    queued: u128,
}

#[derive(Debug, Default)]
struct Role {
    there: bool,
    /// It is to go.
    leaving: bool,
    users: u32,
    used: u64,
    line: VecDeque<(u64, Job)>,
    /// An action wants it.
    wanted: Option<u64>,
    /// Its file was sent here.
    delivered: bool,
}

impl Role {
    fn is_resident(&self) -> bool {
        self.there && !self.leaving
    }

    /// The number of the first who wants it.
    fn first(&self) -> Option<u64> {
        let waits = self.line.front().map(|(number, _)| *number);
        waits.into_iter().chain(self.wanted).min()
    }
}

impl Gate {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        let roles = store.roles.iter().map(|_| Role::default()).collect();
        let (free, first) = (store.room, store.first.clone());
        let (inside, loading) = (BTreeMap::new(), None);
        let mut gate = Self { store, free, roles, loading, count: 0, inside, waiting: 0, queued: 0 };
        first.into_iter().for_each(|model| gate.place(model));
        gate
    }

    fn place(&mut self, model: ModelId) {
        self.free -= self.store.roles[model.0 as usize].0;
        self.arrives(model);
    }

    fn arrives(&mut self, model: ModelId) {
        self.count += 1;
        let role = &mut self.roles[model.0 as usize];
        (role.there, role.wanted, role.used) = (true, None, self.count);
    }

    /// How many wait for their roles.
    pub(crate) fn waiting(&self) -> u32 {
        self.waiting
    }

    /// Nanoseconds of their work.
    pub(crate) fn queued(&self) -> u128 {
        self.queued
    }

    /// Roles that are resident, as bits by number.
    pub(crate) fn resident(&self) -> u64 {
        let bits = self.roles.iter().enumerate().filter(|(_, role)| role.is_resident());
        bits.fold(0, |all, (model, _)| all | 1 << model)
    }

    /// The first role that is not resident and wanted.
    fn head(&self) -> Option<(u64, ModelId)> {
        let absent = self.roles.iter().enumerate().filter(|(_, role)| !role.is_resident());
        absent.filter_map(|(i, role)| Some((role.first()?, ModelId(i as u8)))).min()
    }

    /// Whether a newcomer need not wait.
    pub(crate) fn is_open(&self, model: ModelId) -> bool {
        self.roles[model.0 as usize].is_resident() && (self.loading.is_some() || self.head().is_none())
    }

    pub(crate) fn wait(&mut self, job: Job) {
        self.count += 1;
        self.waiting += 1;
        self.queued += u128::from(job.work.ns());
        self.roles[job.kind.model.0 as usize].line.push_back((self.count, job));
    }

    /// Somebody was taken by the station.
    pub(crate) fn enter(&mut self, slot: u32, model: ModelId) {
        self.count += 1;
        let role = &mut self.roles[model.0 as usize];
        (role.users, role.used) = (role.users + 1, self.count);
        self.inside.insert(slot, model);
    }

    /// Somebody has left the station.
    pub(crate) fn leave(&mut self, slot: u32) {
        if let Some(model) = self.inside.remove(&slot) {
            self.roles[model.0 as usize].users -= 1;
        }
    }

    /// Somebody has, perhaps.
    pub(crate) fn leave_if(&mut self, left: bool, slot: u32) {
        if left {
            self.leave(slot);
        }
    }

    /// What happens next, if anything.
    pub(crate) fn step(&mut self, now: SimTime) -> Option<Step> {
        if let Some(model) = self.roles.iter().position(|role| role.leaving && role.users == 0) {
            return Some(self.evict(model));
        }
        let head = self.head();
        if let Some(model) = self.passes(head) {
            return self.pass(model);
        }
        let (_, model) = head.filter(|_| self.loading.is_none())?;
        self.load(model, now)
    }

    /// The role of the next who passes.
    fn passes(&self, head: Option<(u64, ModelId)>) -> Option<usize> {
        let resident = self.roles.iter().enumerate().filter(|(_, role)| role.is_resident());
        let (number, model) = resident.filter_map(|(i, role)| Some((role.line.front()?.0, i))).min()?;
        let free = self.loading.is_some() || head.is_none_or(|(first, _)| number < first);
        free.then_some(model)
    }

    fn pass(&mut self, model: usize) -> Option<Step> {
        let (_, job) = self.roles[model].line.pop_front()?;
        self.waiting -= 1;
        self.queued -= u128::from(job.work.ns());
        Some(Step::Passes(job))
    }

    fn evict(&mut self, model: usize) -> Step {
        self.free += self.store.roles[model].0;
        (self.roles[model].there, self.roles[model].leaving) = (false, false);
        Step::Evicts(ModelId(model as u8))
    }

    /// Loads a role if there is room for it, or makes room if that can be done.
    fn load(&mut self, model: ModelId, now: SimTime) -> Option<Step> {
        let (size, time) = self.store.roles[model.0 as usize];
        if self.roles[model.0 as usize].there {
            return None;
        }
        if size <= self.free {
            let delivered = std::mem::take(&mut self.roles[model.0 as usize].delivered);
            let time = if delivered { self.store.cold } else { time };
            self.free -= size;
            self.loading = Some((model, now + time));
            return Some(Step::Loads(model, now + time));
        }
        let unused = || self.roles.iter().enumerate().filter(|(_, role)| role.there && role.users == 0);
        let most: u64 = unused().map(|(i, _)| self.store.roles[i].0).sum();
        let oldest = unused().min_by_key(|(_, role)| role.used).filter(|_| size <= self.free + most)?.0;
        Some(self.evict(oldest))
    }

    /// What was loaded by now is there.
    pub(crate) fn change(&mut self, now: SimTime) {
        if let Some((model, _)) = self.loading.take_if(|(_, until)| *until <= now) {
            self.arrives(model);
        }
    }

    /// An action wants a role.
    pub(crate) fn want(&mut self, model: ModelId) {
        self.count += 1;
        let role = &mut self.roles[model.0 as usize];
        role.leaving = false;
        if !role.there && self.loading.is_none_or(|(loads, _)| loads != model) {
            role.wanted.get_or_insert(self.count);
        }
    }

    /// A role's file has come; it is of use where the role is neither there nor being loaded.
    pub(crate) fn deliver(&mut self, model: ModelId) {
        let loads = self.loading.is_some_and(|(loads, _)| loads == model);
        if !loads && !self.roles[model.0 as usize].there {
            self.roles[model.0 as usize].delivered = true;
            self.want(model);
        }
    }

    /// An action wants a role gone; what is not there cannot go.
    pub(crate) fn dismiss(&mut self, model: ModelId) {
        let role = &mut self.roles[model.0 as usize];
        role.leaving = role.there;
    }

    /// Takes out somebody who waits.
    pub(crate) fn cancel(&mut self, slot: u32) -> bool {
        let waits = |role: &Role| role.line.iter().position(|(_, job)| job.slot == slot);
        let found = self.roles.iter_mut().find_map(|role| waits(role).and_then(|at| role.line.remove(at)));
        self.waiting -= u32::from(found.is_some());
        self.queued -= found.map_or(0, |(_, job)| u128::from(job.work.ns()));
        found.is_some()
    }

    /// The work of those who wait at another clock level.
    pub(crate) fn rescale(&mut self, means: impl Fn(u32) -> Means) {
        let jobs = self.roles.iter_mut().flat_map(|role| &mut role.line).map(|(_, job)| job);
        jobs.for_each(|job| job.work = scaled(job.work, means(job.slot)));
        let jobs = self.roles.iter().flat_map(|role| &role.line);
        self.queued = jobs.map(|(_, job)| u128::from(job.work.ns())).sum();
    }

    /// The node fails: all who wait are turned out, in their order, and its memory is lost.
    pub(crate) fn fail(&mut self, cuts: &mut Vec<Cut>) {
        let mut all: Vec<(u64, Job)> = self.roles.iter_mut().flat_map(|role| role.line.drain(..)).collect();
        all.sort_by_key(|(number, _)| *number);
        cuts.extend(all.into_iter().map(|(_, job)| Cut { slot: job.slot, left: None }));
        (self.waiting, self.queued) = (0, 0);
        self.forget();
    }

    /// The node lost its memory; nobody is inside.
    pub(crate) fn forget(&mut self) {
        self.inside.clear();
        (self.free, self.loading) = (self.store.room, None);
        for role in &mut self.roles {
            (role.there, role.leaving, role.users) = (false, false, 0);
            (role.wanted, role.delivered) = (None, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    const A: ModelId = ModelId(0);
    const B: ModelId = ModelId(1);
    const C: ModelId = ModelId(2);

    fn ns(t: u64) -> SimTime {
        SimTime::from_ns(t)
    }

    /// Room for 10 bytes; A, B and C have 6, 4 and 5, and take as long to load. A and B are there.
    fn gate() -> Gate {
        let roles = vec![(6, ns(6)), (4, ns(4)), (5, ns(5))];
        Gate::new(Arc::new(Store { room: 10, cold: ns(1), roles, first: vec![A, B] }))
    }

    fn job(slot: u32, model: ModelId) -> Job {
        Job { slot, work: ns(1), kind: Kind { model, ..Kind::default() }, ..Job::default() }
    }

    fn steps(gate: &mut Gate, now: u64) -> String {
        let mut text = Vec::new();
        while let Some(step) = gate.step(ns(now)) {
            text.push(match step {
                Step::Passes(job) => {
                    gate.enter(job.slot, job.kind.model);
                    format!("{} passes", job.slot)
                }
                Step::Evicts(model) => format!("{} goes", model.0),
                Step::Loads(model, until) => format!("{} until {}", model.0, until.ns()),
            });
        }
        text.join(", ")
    }

    #[test]
    fn the_least_recently_used_goes() {
        let mut gate = gate();
        gate.enter(1, A);
        gate.leave(1);
        gate.wait(job(2, C));
        assert_eq!(steps(&mut gate, 10), "1 goes, 0 goes, 2 until 15");
        gate.change(ns(14));
        assert_eq!((steps(&mut gate, 14).as_str(), gate.resident()), ("", 0));
        gate.change(ns(15));
        assert_eq!((steps(&mut gate, 15).as_str(), gate.resident()), ("2 passes", 4));
    }

    #[test]
    fn what_is_used_stays_and_nobody_passes_the_first() {
        let mut gate = gate();
        gate.enter(1, A);
        gate.enter(9, B);
        gate.leave(9);
        gate.wait(job(2, C));
        assert_eq!((steps(&mut gate, 0).as_str(), gate.is_open(B)), ("", false));
        gate.wait(job(3, B));
        gate.leave(1);
        assert_eq!(steps(&mut gate, 0), "0 goes, 2 until 5, 3 passes");
        assert!(gate.is_open(B) && !gate.is_open(A));
        gate.wait(job(4, A));
        assert!(gate.cancel(4) && !gate.cancel(4));
        gate.change(ns(5));
        assert_eq!((steps(&mut gate, 5).as_str(), gate.waiting(), gate.queued()), ("2 passes", 0, 0));
    }

    #[test]
    fn actions_load_and_evict() {
        let mut gate = gate();
        gate.enter(1, B);
        gate.dismiss(B);
        gate.wait(job(2, B));
        assert_eq!((steps(&mut gate, 0).as_str(), gate.resident()), ("", 1));
        gate.leave(1);
        assert_eq!(steps(&mut gate, 0), "1 goes, 1 until 4");
        gate.want(C);
        gate.change(ns(4));
        assert_eq!(steps(&mut gate, 4), "2 passes, 0 goes, 2 until 9");
        gate.deliver(A);
        gate.change(ns(9));
        assert_eq!((steps(&mut gate, 9).as_str(), gate.resident()), ("2 goes, 0 until 10", 0b10));
        gate.forget();
        assert_eq!((steps(&mut gate, 10).as_str(), gate.resident()), ("", 0));
    }
}
