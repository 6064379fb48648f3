//! A channel whose capacity changes over time, or differs between the nodes that use it.
//!
//! Transfers that see the same capacity are of one *kind*: they follow one [`Course`], in whose units their work is
//! counted. A transfer leaves at the first whole nanosecond at which all of it got through, at least 1 ns after it began.
//! What then is left of that instant's capacity is used by the next in line if that one is of the same kind, and by the
//! others of its kind where they share; so a queue that is never empty gets every byte that a trace lets through.

mod fair;
mod line;
mod queue;
mod throughput;

use fair::Fair;
use line::Line;
use queue::Queue;
use throughput::Throughput;

use super::{Transfer, Window};
use crate::sim::Sharing;
use crate::sim::course::Course;
use crate::sim::service::{Begun, Leaving, Offer};
use crate::units::{BitsPerSec, SimTime};

/// Transfers that see the same capacity.
#[derive(Debug)]
pub(in crate::sim) struct Kind {
    pub course: Course,
    /// Work of a byte on the wire; 0: work is airtime.
    pub byte: u128,
    /// Work that gets through in a nanosecond, in the mean.
    pub nominal: u64,
}

/// What a kind's transfer is to a channel.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Job {
    pub birth: u64,
    pub slot: u32,
    pub kind: u32,
    pub work: u128,
    pub wire: u64,
    pub up: bool,
}

/// A channel with its kinds.
#[derive(Debug)]
pub(in crate::sim) struct Varying {
    kinds: Vec<Kind>,
    /// Kinds of one direction.
    members: u32,
    /// A lower node's place among those of the channel is its number divided by this.
    stride: u32,
    discipline: Discipline,
}

/// How it is shared.
#[derive(Debug)]
enum Discipline {
    Fixed,
    /// First come, first served, worked out at once.
    Queue(Queue),
    /// The same, event by event.
    Line(Line),
    Fair(Fair),
    Throughput(Box<Throughput>),
}

impl Discipline {
    fn new(sharing: Sharing, explicit: bool, kinds: usize) -> Self {
        match sharing {
            Sharing::Fixed | Sharing::Flows => Self::Fixed,
            Sharing::Fifo if explicit => Self::Line(Line::default()),
            Sharing::Fifo => Self::Queue(Queue::default()),
            Sharing::Fair => Self::Fair(Fair::new(kinds)),
            Sharing::Throughput => Self::Throughput(Box::default()),
        }
    }
}

impl Kind {
    /// Nominal time of some work, rounded up.
    fn time(&self, work: u128) -> u128 {
        work.div_ceil(u128::from(self.nominal.max(1)))
    }
}

impl Varying {
    /// A channel of `members` kinds for the way up, then as many for the way down where both share it or it is for that
    /// alone.
    pub(in crate::sim) fn new(sharing: Sharing, explicit: bool, kinds: Vec<Kind>, members: u32, stride: u32) -> Self {
        Self { discipline: Discipline::new(sharing, explicit, kinds.len()), kinds, members, stride }
    }

    fn kind(&self, member: u32, up: bool) -> u32 {
        let both = self.kinds.len() as u32 > self.members;
        let place = if self.members == 1 { 0 } else { member / self.stride };
        place + if both && !up { self.members } else { 0 }
    }

    /// The rate of a lower node at an instant, where it may change; `usual` is what it has without a trace.
    pub(in crate::sim) fn rate(&self, member: u32, up: bool, at: SimTime, usual: BitsPerSec) -> Option<BitsPerSec> {
        self.kinds[self.kind(member, up) as usize].course.rate(at, usual)
    }

    fn job(&self, transfer: Transfer) -> Job {
        let Transfer { birth, slot, airtime, wire, member, up } = transfer;
        let kind = self.kind(member, up);
        let work = match self.kinds[kind as usize].byte {
            0 => u128::from(airtime.ns()),
            byte => byte * u128::from(wire.max(1)),
        };
        Job { birth, slot, kind, work, wire, up }
    }

    pub(in crate::sim) fn offer(&mut self, now: SimTime, transfer: Transfer, window: Window) -> Offer {
        let job = self.job(transfer);
        let course = &self.kinds[job.kind as usize].course;
        match &mut self.discipline {
            Discipline::Fixed => Offer::Leaves { start: now, leaves: course.finish(now, job.work) },
            Discipline::Queue(queue) => queue.offer(now, job, &self.kinds),
            Discipline::Line(line) => line.offer(job, &self.kinds),
            Discipline::Fair(fair) => fair.join(now, job, &self.kinds, window),
            Discipline::Throughput(cell) => cell.join(now, job, &self.kinds, window),
        }
    }

    /// For how long a transfer is charged that begins then: as if it were alone.
    pub(in crate::sim) fn alone(&self, transfer: Transfer, begins: SimTime) -> SimTime {
        let job = self.job(transfer);
        let course = &self.kinds[job.kind as usize].course;
        course.airtime(begins, course.finish(begins, job.work))
    }

    /// For how long a transfer is on the air that has the channel to itself between two instants.
    pub(in crate::sim) fn airtime(&self, transfer: Transfer, begins: SimTime, leaves: SimTime) -> SimTime {
        self.kinds[self.job(transfer).kind as usize].course.airtime(begins, leaves)
    }

    /// Nominal airtime still to be sent at `at`, after all that happens up to and with `counted`.
    pub(in crate::sim) fn backlog(&self, counted: SimTime, at: SimTime) -> u128 {
        match &self.discipline {
            Discipline::Fixed => 0,
            Discipline::Queue(queue) => queue.backlog(counted, at, &self.kinds),
            Discipline::Line(line) => line.backlog(at, &self.kinds),
            Discipline::Fair(fair) => fair.backlog(at, &self.kinds),
            Discipline::Throughput(cell) => cell.backlog(at, &self.kinds),
        }
    }

    /// Takes out one that waits: whether it did.
    pub(in crate::sim) fn cancel(&mut self, slot: u32) -> bool {
        match &mut self.discipline {
            Discipline::Line(line) => line.cancel(slot, &self.kinds),
            _ => false,
        }
    }

    /// Whether others change when a transfer leaves.
    pub(in crate::sim) fn is_shared(&self) -> bool {
        matches!(self.discipline, Discipline::Fair(_) | Discipline::Throughput(_))
    }

    /// First come, first served, event by event: who begins now, if anybody.
    pub(in crate::sim) fn begin(&mut self, now: SimTime) -> Option<Begun> {
        match &mut self.discipline {
            Discipline::Line(line) => line.begin(now, &self.kinds),
            _ => None,
        }
    }

    /// The same: who was on the air is through; when it began.
    pub(in crate::sim) fn end(&mut self, now: SimTime) -> SimTime {
        match &mut self.discipline {
            Discipline::Line(line) => line.leave(now, &self.kinds),
            _ => now,
        }
    }

    /// Shared: notes who leaves next as scheduled; says who was before, and who is now.
    pub(in crate::sim) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        match &mut self.discipline {
            Discipline::Fair(fair) => fair.announce(&self.kinds),
            Discipline::Throughput(cell) => cell.announce(&self.kinds),
            _ => (None, None),
        }
    }

    /// Shared: what was announced happens; all who are done by now.
    pub(in crate::sim) fn leave(&mut self, now: SimTime, window: Window) -> Vec<u32> {
        let kinds = &self.kinds;
        match &mut self.discipline {
            Discipline::Fair(fair) => {
                fair.forget();
                std::iter::from_fn(|| fair.leave(now, kinds, window)).collect()
            }
            Discipline::Throughput(cell) => {
                cell.forget();
                std::iter::from_fn(|| cell.leave(now, kinds, window)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Lets a lower node's transfers have another share from now on; whoever leaves at another time because of that, where
    /// that is not announced.
    pub(in crate::sim) fn set_share(&mut self, member: u32, share: u64, now: SimTime, window: Window) -> Option<Begun> {
        let own = [true, false].map(|up| self.kind(member, up));
        match &mut self.discipline {
            Discipline::Line(line) if !line.is_sending(own) => {}
            Discipline::Line(line) => line.catch_up(now, &self.kinds),
            Discipline::Fair(fair) => fair.advance(now, &self.kinds, window),
            _ => {}
        }
        own.into_iter().for_each(|kind| self.kinds[kind as usize].course.share = share);
        match &self.discipline {
            Discipline::Line(line) if line.is_sending(own) => line.leaving(&self.kinds),
            _ => None,
        }
    }

    /// Shared: parts of the air that are sent up, and all parts.
    pub(in crate::sim) fn sharers(&self) -> Option<[u128; 2]> {
        match &self.discipline {
            Discipline::Fair(fair) => Some(fair.sharers()),
            Discipline::Throughput(cell) => Some(cell.sharers()),
            _ => None,
        }
    }

    /// First come, first served, event by event: which way who is on the air is sent, and since when.
    pub(in crate::sim) fn unfinished(&self) -> Option<(bool, SimTime)> {
        match &self.discipline {
            Discipline::Line(line) => line.unfinished(),
            _ => None,
        }
    }

    /// Nanoseconds of the window in which up and down were served and that were not accounted for yet, up to `now`.
    pub(in crate::sim) fn busy(&mut self, now: SimTime, window: Window) -> [u128; 2] {
        match &mut self.discipline {
            Discipline::Fair(fair) => fair.busy(now, &self.kinds, window),
            Discipline::Throughput(cell) => cell.busy(now, &self.kinds, window),
            Discipline::Line(line) => line.busy(now, window),
            _ => [0; 2],
        }
    }
}
