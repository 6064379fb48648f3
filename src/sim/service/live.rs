//! Stations where others change when a request leaves: event by event, and with their own accounts of time.
//!
//! Whatever changes one, the engine then takes its [`Turn`]s until there is none, and schedules who leaves next.

use super::batch::{Batching, Table};
use super::ordered::Ordered;
use super::shared::Shared;
use super::{Job, Leaving, Look, Offer};
use crate::sim::{Service, world};
use crate::units::SimTime;
use std::sync::Arc;

/// What follows from a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A service begins; it ends then, or at a time that others change and the station announces.
    /// It lasts for its work, or for that of those with whom it is computed.
    Begins { slot: u32, work: SimTime, lasts: SimTime, leaves: Option<SimTime> },
    /// A service that was stopped goes on, and ends then.
    Resumes { slot: u32, leaves: SimTime },
    /// A service stops: it does not end when it was to.
    Stops { slot: u32 },
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
}

impl Discipline {
    fn new(service: &Service, table: &Arc<Table>) -> Self {
        match service {
            Service::Fifo(world::Fifo { servers, bound, noise }) => Self::Ordered(Ordered::new(&world::Ordered {
                servers: *servers,
                bound: *bound,
                noise: noise.clone(),
                preempt: false,
            })),
            Service::Sharing(spec) => Self::Shared(Shared::new(spec)),
            Service::Priority(spec) | Service::Edf(spec) => Self::Ordered(Ordered::new(spec)),
            Service::Batch(spec) => Self::Batching(Batching::new(spec, table.clone())),
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
    pub(crate) fn new(service: &Service, table: &Arc<Table>, window: (SimTime, SimTime)) -> Self {
        Self { discipline: Discipline::new(service, table), window, last: SimTime::ZERO, busy_ns: 0, queue_ns: 0 }
    }

    pub(crate) fn offer(&mut self, now: SimTime, job: Job) -> Offer {
        self.pass(now);
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.offer(job),
            Discipline::Ordered(ordered) => ordered.offer(job),
            Discipline::Batching(batching) => batching.offer(now, job),
        }
    }

    pub(crate) fn turn(&mut self, now: SimTime) -> Option<Turn> {
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.turn(now),
            Discipline::Ordered(ordered) => ordered.turn(now),
            Discipline::Batching(batching) => batching.turn(now),
        }
    }

    /// The leaving of `slot` has come: notes all who go.
    pub(crate) fn leave(&mut self, now: SimTime, slot: u32, gone: &mut Vec<u32>) {
        self.pass(now);
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.leave(now, gone),
            Discipline::Ordered(ordered) => ordered.leave(slot, gone),
            Discipline::Batching(batching) => batching.leave(slot, gone),
        }
    }

    /// Takes out somebody who has not been served yet.
    pub(crate) fn cancel(&mut self, now: SimTime, slot: u32) -> bool {
        self.pass(now);
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.cancel(slot),
            Discipline::Ordered(ordered) => ordered.cancel(slot),
            Discipline::Batching(batching) => batching.cancel(slot),
        }
    }

    /// Notes who leaves next as scheduled, where others change that, or the next time limit; says who was before, and
    /// who is now.
    pub(crate) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        match &mut self.discipline {
            Discipline::Shared(shared) => shared.announce(),
            Discipline::Ordered(_) => (None, None),
            Discipline::Batching(batching) => batching.announce(),
        }
    }

    pub(crate) fn look(&self, at: SimTime) -> Look {
        match &self.discipline {
            Discipline::Shared(shared) => shared.look(at),
            Discipline::Ordered(ordered) => ordered.look(at),
            Discipline::Batching(batching) => batching.look(at),
        }
    }

    /// Busy and queueing time of the window, up to `now`.
    pub(crate) fn times(&mut self, now: SimTime) -> (u128, u128) {
        self.pass(now);
        (self.busy_ns, self.queue_ns)
    }

    /// Nothing changes until `now`: adds what that time is worth.
    fn pass(&mut self, now: SimTime) {
        let counted = u128::from(now.min(self.window.1).since(self.last.max(self.window.0)).ns());
        let (busy, waiting) = self.discipline.counts();
        self.busy_ns += u128::from(busy) * counted;
        self.queue_ns += u128::from(waiting) * counted;
        self.last = now;
    }
}
