//! Stations where others change when a request leaves: event by event, and with their own accounts of time.
//!
//! Whatever changes one, the engine then takes its [`Turn`]s until there is none, and schedules who leaves next.

use super::batch::{Batching, Table};
use super::elastic::{Capacity, Power, Provided};
use super::gate::{Gate, Step};
use super::ordered::Ordered;
use super::shared::Shared;
use super::{Change, Cut, Job, Leaving, Look, Means, Offer, Plan};
use crate::sim::series::Moment;
use crate::sim::{ModelId, NodeGroup, Service, world};
use crate::units::SimTime;
use std::sync::Arc;

/// What follows from a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A service begins, and ends then; in a batch, which ends for all at once, the time is told for the first alone.
    Begins { slot: u32, work: SimTime, leaves: Option<SimTime> },
    /// A service begins, at a speed that others change; the station announces who is done next.
    Shares { slot: u32, work: SimTime },
    /// A service that was stopped goes on, and ends then.
    Resumes { slot: u32, leaves: SimTime },
    /// A service stops: it does not end when it was to.
    Stops { slot: u32 },
    /// Somebody whose role was loaded finds the queue full.
    Refused { slot: u32 },
    /// A role goes.
    Evicts { model: ModelId },
    /// A role is loaded, and will be there then.
    Loads { model: ModelId, until: SimTime },
}

/// Who is served when.
#[derive(Debug)]
enum Discipline {
    Shared(Shared),
    Ordered(Ordered),
    Batching(Batching),
}

/// A discipline, and what the window has seen of it.
#[derive(Debug)]
pub(crate) struct Live {
    discipline: Discipline,
    window: (SimTime, SimTime),
    last: SimTime,
    /// Of the window: server-nanoseconds busy, request-nanoseconds waiting.
    busy_ns: u128,
    queue_ns: u128,
    bound: u32,
    level: u8,
    /// Nanoseconds of the window at each level.
    at_level: Vec<u64>,
    capacity: Capacity,
    gate: Option<Gate>,
    /// Of the window: request-nanoseconds at the gate.
    held_ns: u128,
    /// It does not work.
    down: bool,
}

impl Discipline {
    fn new(group: &NodeGroup, table: &Arc<Table>) -> Self {
        match &group.service {
            Service::Fifo(world::Fifo { servers, bound, noise }) => Self::Ordered(Ordered::new(&world::Ordered {
                servers: *servers,
                bound: *bound,
                noise: noise.clone(),
                preempt: false,
            })),
            Service::Sharing(spec) => Self::Shared(Shared::new(spec)),
            Service::Priority(spec) | Service::Edf(spec) => Self::Ordered(Ordered::new(spec)),
            Service::Batch(spec) => Self::Batching(Batching::new(spec, table.clone(), group.level)),
        }
    }

    fn counts(&self) -> (u32, u32) {
        match self {
            Self::Shared(shared) => shared.counts(),
            Self::Ordered(ordered) => ordered.counts(),
            Self::Batching(batching) => batching.counts(),
        }
    }
}

impl Live {
    pub(crate) fn new(group: &NodeGroup, plan: &Plan, window: (SimTime, SimTime)) -> Self {
        Self {
            discipline: Discipline::new(group, &plan.table),
            window,
            last: SimTime::ZERO,
            busy_ns: 0,
            queue_ns: 0,
            bound: group.service.bound().unwrap_or(u32::MAX),
            level: group.level,
            at_level: vec![0; group.levels.len().max(1)],
            capacity: Capacity::new(group.servers()),
            gate: plan.store.clone().map(Gate::new),
            held_ns: 0,
            down: false,
        }
    }

    #[inline]
    pub(crate) fn level(&self) -> u8 {
        self.level
    }

    /// Changes the clock: `means` gives a slot's mean times. Notes what changes of services that have
    /// begun.
    pub(crate) fn set_level(
        &mut self,
        now: SimTime,
        level: u8,
        means: impl Fn(u32) -> Means,
        changes: &mut Vec<Change>,
    ) {
        self.pass(now);
        self.level = level;
        self.gate.iter_mut().for_each(|gate| gate.rescale(&means));
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.rescale(now, means, changes),
            Discipline::Ordered(ordered) => ordered.rescale(now, means, changes),
            Discipline::Batching(batching) => batching.rescale(now, level, changes),
        }
    }

    pub(crate) fn offer(&mut self, now: SimTime, job: Job) -> Offer {
        self.pass(now);
        if self.capacity.power != Power::On {
            return Offer::Refused;
        }
        match self.gate.as_ref().is_some_and(|gate| !gate.is_open(job.kind.model)) {
            true => self.hold(job),
            false => self.enter(now, job),
        }
    }

    /// Somebody waits at the gate, if as many as may wait do not yet.
    fn hold(&mut self, job: Job) -> Offer {
        let full = self.counts().1 >= self.bound;
        match &mut self.gate {
            Some(gate) if !full => gate.wait(job),
            _ => return Offer::Refused,
        }
        Offer::Joined
    }

    /// Somebody is offered to the servers.
    fn enter(&mut self, now: SimTime, job: Job) -> Offer {
        let offer = match &mut self.discipline {
            Discipline::Shared(shared) => shared.offer(job),
            Discipline::Ordered(ordered) => ordered.offer(job),
            Discipline::Batching(batching) => batching.offer(now, job),
        };
        if let Some(gate) = self.gate.as_mut().filter(|_| offer == Offer::Joined) {
            gate.enter(job.slot, job.kind.model);
        }
        offer
    }

    /// Servers before the gate: whoever passes it finds those begun who can.
    pub(crate) fn turn(&mut self, now: SimTime) -> Option<Turn> {
        if self.down {
            self.drained();
            return None;
        }
        loop {
            let turn = match &mut self.discipline {
                Discipline::Shared(shared) => shared.turn(now),
                Discipline::Ordered(ordered) => ordered.turn(now),
                Discipline::Batching(batching) => batching.turn(now),
            };
            if turn.is_some() {
                return turn;
            }
            match self.gate.as_mut()?.step(now)? {
                Step::Evicts(model) => return Some(Turn::Evicts { model }),
                Step::Loads(model, until) => return Some(Turn::Loads { model, until }),
                Step::Passes(job) if self.enter(now, job) == Offer::Refused => {
                    return Some(Turn::Refused { slot: job.slot });
                }
                Step::Passes(_) => {}
            }
        }
    }

    /// It fails: turns out all, those in service first, then those who wait, then those at the gate, and forgets its roles.
    pub(crate) fn fail(&mut self, now: SimTime, cuts: &mut Vec<Cut>) {
        self.pass(now);
        self.down = true;
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.fail(now, cuts),
            Discipline::Ordered(ordered) => ordered.fail(now, cuts),
            Discipline::Batching(batching) => batching.fail(now, cuts),
        }
        self.gate.iter_mut().for_each(|gate| gate.fail(cuts));
    }

    /// Lets somebody wait who was turned out, whatever the bound.
    pub(crate) fn take_back(&mut self, now: SimTime, job: Job) {
        self.pass(now);
        match (&mut self.gate, &mut self.discipline) {
            (Some(gate), _) => gate.wait(job),
            (None, Discipline::Shared(shared)) => shared.take_back(job),
            (None, Discipline::Ordered(ordered)) => ordered.take_back(job),
            (None, Discipline::Batching(batching)) => batching.take_back(now, job),
        }
    }

    /// It works again.
    pub(crate) fn repair(&mut self, now: SimTime) {
        self.pass(now);
        self.down = false;
    }

    /// Whether it works.
    pub(super) fn works(&self) -> bool {
        !self.down
    }

    /// The leaving of `slot` has come: notes all who go.
    pub(crate) fn leave(&mut self, now: SimTime, slot: u32, gone: &mut Vec<u32>) {
        self.pass(now);
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.leave(now, gone),
            Discipline::Ordered(ordered) => ordered.leave(slot, gone),
            Discipline::Batching(batching) => batching.leave(slot, gone),
        }
        if let Some(gate) = &mut self.gate {
            gone.iter().for_each(|slot| gate.leave(*slot));
        }
        self.drained();
    }

    /// Takes out somebody who has not been served yet.
    pub(crate) fn cancel(&mut self, now: SimTime, slot: u32) -> bool {
        self.pass(now);
        let canceled = match &mut self.discipline {
            Discipline::Shared(shared) => shared.cancel(slot),
            Discipline::Ordered(ordered) => ordered.cancel(slot),
            Discipline::Batching(batching) => batching.cancel(slot),
        };
        let held = self.gate.as_mut().is_some_and(|gate| {
            gate.leave_if(canceled, slot);
            gate.cancel(slot)
        });
        self.drained();
        canceled || held
    }

    /// Notes who leaves next as scheduled, where others change that, or the next time limit; says who was before, and
    /// who is now.
    pub(crate) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        if self.down {
            return (None, None);
        }
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.announce(),
            Discipline::Ordered(_) => (None, None),
            Discipline::Batching(batching) => batching.announce(),
        }
    }

    pub(crate) fn look(&self, at: SimTime) -> Look {
        let look = match &self.discipline {
            Discipline::Shared(shared) => shared.look(at),
            Discipline::Ordered(ordered) => ordered.look(at),
            Discipline::Batching(batching) => batching.look(at),
        };
        let Capacity { servers, power, .. } = self.capacity;
        let held = self.gate.as_ref();
        Look {
            level: self.level,
            servers: Some(servers),
            closed: power != Power::On || self.down,
            waiting: look.waiting + held.map_or(0, Gate::waiting),
            work: look.work + held.map_or(0, Gate::queued),
            resident: held.map_or(0, Gate::resident),
            ..look
        }
    }

    /// What is so of it.
    pub(crate) fn moment(&self) -> Moment {
        let (busy, waiting) = self.counts();
        let (servers, off) = (self.capacity.provides(busy), self.capacity.power == Power::Off);
        Moment { waiting, busy, servers, level: self.level, off }
    }

    /// Busy and queueing time of the window up to `now`, and its time at each level.
    pub(crate) fn times(&mut self, now: SimTime) -> (u128, u128, &[u64]) {
        self.pass(now);
        (self.busy_ns, self.queue_ns, &self.at_level)
    }

    /// The same of what it provided.
    pub(crate) fn provided(&self) -> Provided {
        self.capacity.seen
    }

    pub(super) fn power(&self) -> Power {
        self.capacity.power
    }

    pub(super) fn capacity(&mut self) -> &mut Capacity {
        &mut self.capacity
    }

    /// How many are served, and how many wait.
    pub(super) fn counts(&self) -> (u32, u32) {
        let (busy, waiting) = self.discipline.counts();
        (busy, waiting + self.gate.as_ref().map_or(0, Gate::waiting))
    }

    /// Its memory, if it has one, about to change.
    pub(crate) fn gate_at(&mut self, now: SimTime) -> Option<&mut Gate> {
        self.pass(now);
        self.gate.as_mut()
    }

    pub(super) fn gate(&mut self) -> Option<&mut Gate> {
        self.gate.as_mut()
    }

    /// Request-nanoseconds of the window at the gate.
    pub(crate) fn held(&self) -> u128 {
        self.held_ns
    }

    /// Lets time pass; whether what happens now is of the window.
    pub(super) fn counts_at(&mut self, now: SimTime) -> bool {
        self.pass(now);
        (self.window.0..self.window.1).contains(&now)
    }

    /// From now on it has so many servers.
    pub(super) fn resize(&mut self, now: SimTime, servers: u32) {
        self.capacity.servers = servers;
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.resize(now, servers),
            Discipline::Ordered(ordered) => ordered.resize(servers),
            Discipline::Batching(batching) => batching.resize(servers),
        }
    }

    /// Nothing changes until `now`: adds what that time is worth.
    fn pass(&mut self, now: SimTime) {
        let counted = now.min(self.window.1).since(self.last.max(self.window.0)).ns();
        let (busy, waiting) = self.counts();
        let held = self.gate.as_ref().map_or(0, Gate::waiting);
        self.held_ns += u128::from(held) * u128::from(counted);
        self.busy_ns += u128::from(busy) * u128::from(counted);
        self.queue_ns += u128::from(waiting) * u128::from(counted);
        self.at_level[self.level as usize] += if self.capacity.power == Power::Off { 0 } else { counted };
        self.capacity.pass(busy, counted.into());
        self.last = now;
    }
}
