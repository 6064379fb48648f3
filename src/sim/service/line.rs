//! First come, first served, event by event: the twin of the fast way.

use super::{Begun, Look, Offer};
use crate::units::SimTime;
use std::collections::VecDeque;

/// Who waits, and how many are in service.
#[derive(Debug)]
pub(crate) struct Line {
    servers: u32,
    bound: usize,
    busy: u32,
    /// Sum of the leaving times of those in service.
    ends: u128,
    waiting: VecDeque<(u32, SimTime)>,
}

impl Line {
    pub(crate) fn new(servers: u32, bound: Option<u32>) -> Self {
        let bound = bound.map_or(usize::MAX, |b| b as usize);
        Self { servers, bound, busy: 0, ends: 0, waiting: VecDeque::new() }
    }

    pub(crate) fn offer(&mut self, slot: u32, work: SimTime) -> Offer {
        if self.busy == self.servers && self.waiting.len() >= self.bound {
            return Offer::Refused;
        }
        self.waiting.push_back((slot, work));
        Offer::Queued
    }

    pub(crate) fn begin(&mut self, now: SimTime) -> Option<Begun> {
        if self.busy == self.servers {
            return None;
        }
        let (slot, work) = self.waiting.pop_front()?;
        let leaves = now + work;
        self.busy += 1;
        self.ends += u128::from(leaves.ns());
        Some(Begun { slot, leaves })
    }

    pub(crate) fn leave(&mut self, now: SimTime) {
        self.busy -= 1;
        self.ends -= u128::from(now.ns());
    }

    /// Takes out somebody who waits.
    pub(crate) fn cancel(&mut self, slot: u32) -> bool {
        let at = self.waiting.iter().position(|(waits, _)| *waits == slot);
        at.and_then(|at| self.waiting.remove(at)).is_some()
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.len() as u32
    }

    /// How many servers are busy.
    pub(crate) fn busy(&self) -> u32 {
        self.busy
    }

    pub(crate) fn look(&self, at: SimTime) -> Look {
        let served = self.ends - u128::from(self.busy) * u128::from(at.ns());
        let queued: u128 = self.waiting.iter().map(|(_, work)| u128::from(work.ns())).sum();
        Look { waiting: self.waiting.len() as u32, busy: self.busy, work: served + queued, ..Look::default() }
    }
}
