//! Stations where others change when a request leaves: event by event, and with their own accounts of time.
//!
//! Whatever changes one, the engine then takes its [`Turn`]s until there is none, and schedules who leaves next.

use super::shared::Shared;
use super::{Job, Leaving, Look, Offer};
use crate::units::SimTime;

/// What follows from a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A service begins, at a speed that others change.
    Shares { slot: u32, work: SimTime },
}

/// A discipline, and what the window has seen of it.
#[derive(Debug)]
pub(crate) struct Live {
    discipline: Shared,
    window: (SimTime, SimTime),
    last: SimTime,
    /// Of the window: server-nanoseconds busy, request-nanoseconds waiting.
    busy_ns: u128,
    queue_ns: u128,
}

impl Live {
    pub(crate) fn new(discipline: Shared, window: (SimTime, SimTime)) -> Self {
        Self { discipline, window, last: SimTime::ZERO, busy_ns: 0, queue_ns: 0 }
    }

    pub(crate) fn offer(&mut self, now: SimTime, job: Job) -> Offer {
        self.pass(now);
        self.discipline.offer(job)
    }

    pub(crate) fn turn(&mut self, now: SimTime) -> Option<Turn> {
        self.discipline.turn(now)
    }

    /// An announced leaving has come: notes all who go.
    pub(crate) fn leave(&mut self, now: SimTime, gone: &mut Vec<u32>) {
        self.pass(now);
        self.discipline.leave(now, gone);
    }

    /// Notes who leaves next as scheduled; says who was before, and who is now.
    pub(crate) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        self.discipline.announce()
    }

    pub(crate) fn look(&self, at: SimTime) -> Look {
        self.discipline.look(at)
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
