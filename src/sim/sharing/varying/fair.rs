//! Egalitarian sharing: n transfers have 1/n of the air each, whatever gets through meanwhile.
//!
//! As in `service/pool.rs`, but each kind has its own virtual time, the work that one of its transfers that is there
//! all along has got done: while n are on the air it grows by (what the kind's course lets through)/n, rounded down to
//! 2^-32 units whenever somebody joins or leaves. What an instant lets through for those of a kind that are done by then
//! beyond their work goes to the others of that kind.

use super::super::Window;
use super::{Job, Kind};
use crate::sim::service::{Leaving, Offer};
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const SCALE: u32 = 32;

/// All on the air.
#[derive(Debug)]
pub(super) struct Fair {
    crowds: Vec<Crowd>,
    last: SimTime,
    count: u32,
    up: u32,
    /// Window time in which up and down were served, in units of 2^-32 ns.
    busy: [u128; 2],
    announced: Option<Leaving>,
}

/// Those of one kind.
#[derive(Debug, Default)]
struct Crowd {
    virtual_time: u128,
    /// (target, low bits of birth number, slot, whether it is sent up).
    heap: BinaryHeap<Reverse<(u128, u64, u32, bool)>>,
    /// Sum of the targets.
    targets: u128,
    /// Done by now.
    done: Vec<(u32, bool)>,
}

impl Fair {
    pub(super) fn new(kinds: usize) -> Self {
        let crowds = (0..kinds).map(|_| Crowd::default()).collect();
        Self { crowds, last: SimTime::ZERO, count: 0, up: 0, busy: [0; 2], announced: None }
    }

    /// How many are sent up, and how many in all.
    pub(super) fn sharers(&self) -> [u128; 2] {
        [self.up.into(), self.count.into()]
    }

    pub(super) fn join(&mut self, now: SimTime, job: Job, kinds: &[Kind], window: Window) -> Offer {
        self.advance(now, kinds, window);
        let crowd = &mut self.crowds[job.kind as usize];
        let target = crowd.virtual_time + (job.work << SCALE);
        crowd.heap.push(Reverse((target, job.birth, job.slot, job.up)));
        crowd.targets += target;
        self.count += 1;
        self.up += u32::from(job.up);
        Offer::Queued
    }

    /// The next to leave, and when, if nobody joins before.
    fn next(&self, kinds: &[Kind]) -> Option<Leaving> {
        let of = |(crowd, kind): (&Crowd, &Kind)| {
            let Reverse((target, birth, slot, _)) = crowd.heap.peek()?;
            let work = ((target - crowd.virtual_time) * u128::from(self.count)).div_ceil(1 << SCALE);
            Some((kind.course.finish(self.last, work), *birth, *slot))
        };
        let (at, _, slot) = self.crowds.iter().zip(kinds).filter_map(of).min()?;
        Some((slot, at))
    }

    /// Notes who leaves next as scheduled; says who was before, and who is now.
    pub(super) fn announce(&mut self, kinds: &[Kind]) -> (Option<Leaving>, Option<Leaving>) {
        let next = self.next(kinds);
        (std::mem::replace(&mut self.announced, next), next)
    }

    /// What was scheduled has happened.
    pub(super) fn forget(&mut self) {
        self.announced = None;
    }

    /// Takes out one that is done by now.
    pub(super) fn leave(&mut self, now: SimTime, kinds: &[Kind], window: Window) -> Option<u32> {
        self.advance(now, kinds, window);
        let (slot, up) = self.crowds.iter_mut().find_map(Crowd::release)?;
        self.count -= 1;
        self.up -= u32::from(up);
        Some(slot)
    }

    /// Nominal nanoseconds still to be sent at `at`, rounded up for each kind.
    pub(super) fn backlog(&self, at: SimTime, kinds: &[Kind]) -> u128 {
        let of = |(crowd, kind): (&Crowd, &Kind)| {
            let left = crowd.left(self.share(crowd, kind, at));
            left.div_ceil(u128::from(kind.nominal) << SCALE)
        };
        self.crowds.iter().zip(kinds).map(of).sum()
    }

    /// Nanoseconds of the window in which up and down were served, up to `now`.
    pub(super) fn busy(&mut self, now: SimTime, kinds: &[Kind], window: Window) -> [u128; 2] {
        self.advance(now, kinds, window);
        self.busy.map(|b| b >> SCALE)
    }

    /// What a crowd gets until `now`, in units of 2^-32.
    fn share(&self, crowd: &Crowd, kind: &Kind, now: SimTime) -> u128 {
        if crowd.heap.is_empty() || now <= self.last {
            return 0;
        }
        let all = kind.course.between(self.last, now) << SCALE;
        all * crowd.heap.len() as u128 / u128::from(self.count)
    }

    pub(super) fn advance(&mut self, now: SimTime, kinds: &[Kind], window: Window) {
        if self.count > 0 && now > self.last {
            for (i, kind) in kinds.iter().enumerate() {
                let share = self.share(&self.crowds[i], kind, now);
                self.crowds[i].get(share);
            }
            self.pass(now, window);
        }
        self.last = now;
    }

    fn pass(&mut self, now: SimTime, window: Window) {
        let counted = u128::from(now.min(window.1).since(self.last.max(window.0)).ns()) << SCALE;
        let up = counted * u128::from(self.up) / u128::from(self.count);
        self.busy[0] += up;
        self.busy[1] += counted - up;
    }
}

impl Crowd {
    /// Equal parts of a share for all; who is done leaves the rest to the others.
    fn get(&mut self, mut share: u128) {
        while let Some(Reverse((target, _, slot, up))) = self.heap.peek().copied() {
            let (left, count) = (target - self.virtual_time, self.heap.len() as u128);
            if left * count > share {
                self.virtual_time += share / count;
                return;
            }
            share -= left * count;
            self.virtual_time = target;
            self.heap.pop();
            self.targets -= target;
            self.done.push((slot, up));
        }
        self.virtual_time = 0;
    }

    fn release(&mut self) -> Option<(u32, bool)> {
        self.done.pop()
    }

    /// Work left when a share has been had, in units of 2^-32.
    fn left(&self, share: u128) -> u128 {
        (self.targets - self.virtual_time * self.heap.len() as u128).saturating_sub(share)
    }
}
