//! First come, first served, or at once, event by event, knowing who is on the air until when: for what can fail.

use crate::sim::service::{Begun, Cut};
use crate::units::SimTime;
use std::collections::VecDeque;

/// Who waits, and who is on the air until when.
#[derive(Debug)]
pub(super) struct Crew {
    /// How many are on the air at once, at most.
    most: usize,
    sending: Vec<(SimTime, u32)>,
    waiting: VecDeque<(u32, SimTime)>,
}

impl Crew {
    pub(super) fn new(most: usize) -> Self {
        Self { most, sending: Vec::new(), waiting: VecDeque::new() }
    }

    pub(super) fn wait(&mut self, slot: u32, airtime: SimTime) {
        self.waiting.push_back((slot, airtime));
    }

    pub(super) fn begin(&mut self, now: SimTime) -> Option<Begun> {
        if self.sending.len() == self.most {
            return None;
        }
        let (slot, airtime) = self.waiting.pop_front()?;
        let begun = Begun { slot, leaves: now + airtime };
        self.sending.push((begun.leaves, slot));
        Some(begun)
    }

    /// Somebody is through now; all who are get there at this instant.
    pub(super) fn leave(&mut self, now: SimTime) {
        if let Some(at) = self.sending.iter().position(|(leaves, _)| *leaves == now) {
            self.sending.swap_remove(at);
        }
    }

    /// Takes out somebody who waits.
    pub(super) fn cancel(&mut self, slot: u32) -> bool {
        let at = self.waiting.iter().position(|(waits, _)| *waits == slot);
        at.and_then(|at| self.waiting.remove(at)).is_some()
    }

    /// Turns out all.
    pub(super) fn fail(&mut self, now: SimTime, cuts: &mut Vec<Cut>) {
        cuts.extend(self.sending.drain(..).map(|(leaves, slot)| Cut { slot, left: Some(leaves.since(now)) }));
        cuts.extend(self.waiting.drain(..).map(|(slot, _)| Cut { slot, left: None }));
    }

    /// Airtime still to be sent.
    pub(super) fn backlog(&self, at: SimTime) -> u128 {
        let sending = self.sending.iter().map(|(leaves, _)| leaves.since(at));
        sending.chain(self.waiting.iter().map(|(_, airtime)| *airtime)).map(|time| u128::from(time.ns())).sum()
    }
}
