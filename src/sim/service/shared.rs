//! Processor sharing, to a limit: at most so many share the servers, the others wait in the order of coming.
//!
//! Whoever is in the pool beyond the number of servers counts as waiting, for it is the same time that is lost: a
//! request has waited for as long as it was there less its work, and requests present are those busy and those waiting.

use super::{Change, Cut, Job, Leaving, Look, Means, Offer, Pool, Turn, scaled};
use crate::sim::world;
use crate::units::SimTime;
use std::collections::VecDeque;

/// Who shares, and who waits.
#[derive(Debug)]
pub(crate) struct Shared {
    pool: Pool,
    servers: usize,
    most: usize,
    bound: usize,
    waiting: VecDeque<Job>,
    /// Nanoseconds of work waiting.
    queued: u128,
}

fn limit(of: Option<u32>) -> usize {
    of.map_or(usize::MAX, |n| n as usize)
}

impl Shared {
    pub(crate) fn new(spec: &world::Shared) -> Self {
        Self {
            pool: Pool::new(spec.servers),
            servers: spec.servers as usize,
            most: limit(spec.most),
            bound: limit(spec.bound),
            waiting: VecDeque::new(),
            queued: 0,
        }
    }

    pub(crate) fn offer(&mut self, job: Job) -> Offer {
        if self.pool.len() >= self.most && self.waiting.len() >= self.bound {
            return Offer::Refused;
        }
        self.take_back(job);
        Offer::Joined
    }

    /// Lets somebody wait, whatever the bound.
    pub(crate) fn take_back(&mut self, job: Job) {
        self.queued += u128::from(job.work.ns());
        self.waiting.push_back(job);
    }

    /// Turns out all.
    pub(crate) fn fail(&mut self, now: SimTime, cuts: &mut Vec<Cut>) {
        self.pool.fail(now, cuts);
        cuts.extend(self.waiting.drain(..).map(|job| Cut { slot: job.slot, left: None }));
        self.queued = 0;
    }

    /// Lets the next in line share, if there is room.
    pub(crate) fn turn(&mut self, now: SimTime) -> Option<Turn> {
        if self.pool.len() >= self.most {
            return None;
        }
        let Job { slot, birth, work, .. } = self.waiting.pop_front()?;
        self.queued -= u128::from(work.ns());
        self.pool.join(now, (birth, slot), work);
        Some(Turn::Shares { slot, work })
    }

    /// All goes on at another speed, `means` giving a slot's.
    pub(crate) fn rescale(&mut self, now: SimTime, means: impl Fn(u32) -> Means, changes: &mut Vec<Change>) {
        self.pool.rescale(now, &means, changes);
        self.waiting.iter_mut().for_each(|job| job.work = scaled(job.work, means(job.slot)));
        self.queued = self.waiting.iter().map(|job| u128::from(job.work.ns())).sum();
    }

    /// From now on there are so many servers to share.
    pub(crate) fn resize(&mut self, now: SimTime, servers: u32) {
        self.servers = servers as usize;
        self.pool.resize(now, servers);
    }

    /// Takes out somebody who waits.
    pub(crate) fn cancel(&mut self, slot: u32) -> bool {
        let at = self.waiting.iter().position(|job| job.slot == slot);
        let job = at.and_then(|at| self.waiting.remove(at));
        self.queued -= job.map_or(0, |job| u128::from(job.work.ns()));
        job.is_some()
    }

    pub(crate) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        self.pool.announce()
    }

    /// Lets all go who are done.
    pub(crate) fn leave(&mut self, now: SimTime, gone: &mut Vec<u32>) {
        self.pool.forget();
        gone.extend(std::iter::from_fn(|| self.pool.leave(now)));
    }

    /// How many servers are busy, and how many requests they are too few for.
    pub(crate) fn counts(&self) -> (u32, u32) {
        let busy = self.pool.len().min(self.servers);
        (busy as u32, (self.pool.len() - busy + self.waiting.len()) as u32)
    }

    pub(crate) fn look(&self, at: SimTime) -> Look {
        let (busy, waiting) = self.counts();
        Look { waiting, busy, work: self.pool.backlog(at) + self.queued, ..Look::default() }
    }
}
