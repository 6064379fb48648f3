//! First come, first served, event by event: the twin of the fast way, and the way of channels whose share may change.

use super::{Job, Kind, Window};
use crate::sim::service::{Begun, Offer};
use crate::units::SimTime;
use std::collections::VecDeque;

/// Who waits and who is on the air.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: VecDeque<Job>,
    /// Nominal nanoseconds of those that wait.
    queued: u128,
    current: Option<Current>,
    /// What the instant of the last leaving has left over, for which kind; nothing where nobody waited.
    spare: (u32, u128),
}

/// A transfer on the air.
#[derive(Clone, Copy, Debug)]
struct Current {
    job: Job,
    begun: SimTime,
    /// Work left at `since`.
    left: u128,
    /// What the one before it left over beyond its work.
    extra: u128,
    since: SimTime,
}

impl Line {
    pub(super) fn offer(&mut self, job: Job, kinds: &[Kind]) -> Offer {
        self.queued += kinds[job.kind as usize].time(job.work);
        self.waiting.push_back(job);
        Offer::Queued
    }

    /// Who begins now, if anybody.
    pub(super) fn begin(&mut self, now: SimTime, kinds: &[Kind]) -> Option<Begun> {
        if self.current.is_some() {
            return None;
        }
        let job = self.waiting.pop_front()?;
        let kind = &kinds[job.kind as usize];
        self.queued -= kind.time(job.work);
        let (of, spare) = std::mem::take(&mut self.spare);
        let spare = if of == job.kind { spare } else { 0 };
        let (left, extra) = (job.work.saturating_sub(spare), spare.saturating_sub(job.work));
        self.current = Some(Current { job, begun: now, left, extra, since: now });
        self.leaving(kinds)
    }

    /// Takes out one that waits: whether it did.
    pub(super) fn cancel(&mut self, slot: u32, kinds: &[Kind]) -> bool {
        let Some(at) = self.waiting.iter().position(|job| job.slot == slot) else { return false };
        let job = self.waiting.remove(at);
        self.queued -= job.map_or(0, |job| kinds[job.kind as usize].time(job.work));
        true
    }

    /// Whether who is on the air is of one of these kinds.
    pub(super) fn is_sending(&self, kinds: [u32; 2]) -> bool {
        self.current.is_some_and(|current| kinds.contains(&current.job.kind))
    }

    /// Notes what got through so far.
    pub(super) fn catch_up(&mut self, now: SimTime, kinds: &[Kind]) {
        if let Some(current) = &mut self.current {
            let got = kinds[current.job.kind as usize].course.between(current.since, now);
            (current.left, current.since) = (current.left.saturating_sub(got), now);
        }
    }

    /// Who leaves next, and when, as things stand.
    pub(super) fn leaving(&self, kinds: &[Kind]) -> Option<Begun> {
        let Current { job, left, since, .. } = self.current?;
        let leaves = kinds[job.kind as usize].course.finish(since, left).max(since + SimTime::from_ns(1));
        Some(Begun { slot: job.slot, leaves })
    }

    /// The transfer on the air is through: when it began.
    pub(super) fn leave(&mut self, now: SimTime, kinds: &[Kind]) -> SimTime {
        let Some(Current { job, begun, left, extra, since }) = self.current.take() else { return now };
        let got = extra + kinds[job.kind as usize].course.between(since, now);
        self.spare = if self.waiting.is_empty() { (0, 0) } else { (job.kind, got.saturating_sub(left)) };
        begun
    }

    /// Which way who is on the air is sent, and since when.
    pub(super) fn unfinished(&self) -> Option<(bool, SimTime)> {
        self.current.map(|current| (current.job.up, current.begun))
    }

    /// Nanoseconds of the window for which whoever is on the air has been so, up and down.
    pub(super) fn busy(&self, now: SimTime, window: Window) -> [u128; 2] {
        let span = |begun: SimTime| u128::from(now.min(window.1).since(begun.max(window.0)).ns());
        match self.current {
            Some(Current { job, begun, .. }) if job.up => [span(begun), 0],
            Some(Current { begun, .. }) => [0, span(begun)],
            None => [0; 2],
        }
    }

    pub(super) fn backlog(&self, at: SimTime, kinds: &[Kind]) -> u128 {
        let left = |c: &Current| {
            let kind = &kinds[c.job.kind as usize];
            kind.time(c.left.saturating_sub(kind.course.between(c.since, at)))
        };
        self.queued + self.current.as_ref().map_or(0, left)
    }
}
