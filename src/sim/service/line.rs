//! First come, first served, event by event: the twin of the fast way.

use super::{Begun, Look, Offer};
use crate::units::SimTime;
use std::collections::VecDeque;

/// Who waits, and how many are in service.
#[derive(Debug)]
pub(crate) struct Line {
    servers: u32,
    busy: u32,
    bound: usize,
    /// The first of those who wait, kept here because mostly there is no other.
    first: Option<Waits>,
    /// All others.
    rest: VecDeque<Waits>,
    /// Sum of the leaving times of those in service.
    ends: u128,
}

/// Somebody who waits.
#[derive(Clone, Copy, Debug)]
struct Waits {
    slot: u32,
    work: SimTime,
}

impl Line {
    pub(crate) fn new(servers: u32, bound: Option<u32>) -> Self {
        let bound = bound.map_or(usize::MAX, |b| b as usize);
        Self { servers, busy: 0, bound, first: None, rest: VecDeque::new(), ends: 0 }
    }

    pub(crate) fn offer(&mut self, slot: u32, work: SimTime) -> Offer {
        let waits = Waits { slot, work };
        if self.busy == self.servers && self.waiting() as usize >= self.bound {
            return Offer::Refused;
        }
        match self.first {
            None => self.first = Some(waits),
            Some(_) => self.rest.push_back(waits),
        }
        Offer::Queued
    }

    pub(crate) fn begin(&mut self, now: SimTime) -> Option<Begun> {
        if self.busy == self.servers {
            return None;
        }
        let Waits { slot, work } = self.first?;
        self.first = self.rest.pop_front();
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
        if self.first.is_some_and(|first| first.slot == slot) {
            self.first = self.rest.pop_front();
            return true;
        }
        let at = self.rest.iter().position(|waits| waits.slot == slot);
        at.and_then(|at| self.rest.remove(at)).is_some()
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> u32 {
        u32::from(self.first.is_some()) + self.rest.len() as u32
    }

    /// How many servers are busy.
    pub(crate) fn busy(&self) -> u32 {
        self.busy
    }

    pub(crate) fn look(&self, at: SimTime) -> Look {
        let served = self.ends - u128::from(self.busy) * u128::from(at.ns());
        let queued: u128 = self.first.iter().chain(&self.rest).map(|waits| u128::from(waits.work.ns())).sum();
        Look { waiting: self.waiting(), busy: self.busy, work: served + queued, ..Look::default() }
    }
}
