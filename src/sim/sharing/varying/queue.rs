//! First come, first served, worked out at once: who is offered is told when it begins and leaves.

use super::{Job, Kind};
use crate::sim::service::Offer;
use crate::units::SimTime;
use std::collections::VecDeque;

/// What is under way or waits.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// In order; those that have left are forgotten at the next offer.
    entries: VecDeque<Entry>,
    last: Last,
    /// Nominal nanoseconds offered so far.
    offered: u128,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: SimTime,
    leaves: SimTime,
    kind: u32,
    /// Work to be done from its start on.
    work: u128,
    /// Nominal nanoseconds offered up to and with this one.
    offered: u128,
}

/// When the last will have left, and what its last instant has left over for its kind.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    leaves: SimTime,
    kind: u32,
    spare: u128,
}

impl Queue {
    pub(super) fn offer(&mut self, now: SimTime, job: Job, kinds: &[Kind]) -> Offer {
        while self.entries.front().is_some_and(|e| e.leaves <= now) {
            self.entries.pop_front();
        }
        let (kind, start) = (&kinds[job.kind as usize], self.last.leaves.max(now));
        let goes_on = self.last.leaves > now && self.last.kind == job.kind;
        let spare = if goes_on { self.last.spare } else { 0 };
        let work = job.work.saturating_sub(spare);
        let leaves = kind.course.finish(start, work).max(start + SimTime::from_ns(1));
        self.offered += kind.time(job.work);
        self.entries.push_back(Entry { start, leaves, kind: job.kind, work, offered: self.offered });
        let got = if leaves == SimTime::NEVER { 0 } else { kind.course.between(start, leaves) };
        let spare = (spare + got).saturating_sub(job.work);
        self.last = Last { leaves, kind: job.kind, spare };
        Offer::Leaves { start, leaves }
    }

    pub(super) fn backlog(&self, counted: SimTime, at: SimTime, kinds: &[Kind]) -> u128 {
        let begun = self.entries.partition_point(|e| e.start <= counted);
        let Some(current) = begun.checked_sub(1).map(|i| &self.entries[i]) else { return 0 };
        let waiting = self.offered - current.offered;
        match current.leaves > counted {
            true => {
                let kind = &kinds[current.kind as usize];
                waiting + kind.time(current.work.saturating_sub(kind.course.between(current.start, at)))
            }
            false => waiting,
        }
    }
}
