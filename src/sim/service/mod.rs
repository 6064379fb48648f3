//! How a node serves, and how a first-come-first-served channel sends: one mechanism a file.
//!
//! A station has one entry, [`Station::offer`]. The fast way answers [`Offer::Leaves`] with the times worked out; the
//! explicit way answers [`Offer::Queued`], and the engine then asks [`Station::begin`] who begins, until nobody does.
//! Where others can change when a request leaves, the answer is [`Offer::Joined`]: see [`live`].

mod batch;
mod elastic;
mod fifo;
mod gate;
mod line;
mod live;
mod noise;
mod ordered;
mod pool;
mod rescale;
mod shared;
mod targets;

pub(super) use batch::{Kind, Table};
pub(super) use elastic::Provided;
pub(super) use fifo::Fifo;
pub(super) use gate::{Gate, Store};
pub(super) use line::Line;
pub(super) use live::{Live, Turn};
pub(super) use noise::Spread;
#[cfg(test)]
pub(super) use pool::tests::brute as shared_by_hand;
pub(super) use pool::{Leaving, Pool, divided};
pub(super) use rescale::{Change, Means, scaled, scaled_finely};

use super::{NodeGroup, Service};
use crate::units::SimTime;
use std::sync::Arc;

/// What a station says to a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// Its service begins and ends then, whatever comes.
    Leaves { start: SimTime, leaves: SimTime },
    /// It waits; once it has begun, its end is known.
    Queued,
    /// It is in; others change when it leaves.
    Joined,
    /// The queue is full.
    Refused,
}

/// What is offered to a station.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Job {
    pub slot: u32,
    pub birth: u64,
    pub work: SimTime,
    /// The less, the more urgent; read where urgency matters.
    pub order: u64,
    /// With whom it is computed, and the draw that varies its time; read where requests are batched.
    pub kind: Kind,
    pub bits: u64,
}

/// A service that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Begun {
    pub slot: u32,
    pub leaves: SimTime,
}

/// Somebody whom a failure turns out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub slot: u32,
    /// What was left of its work, if that had begun.
    pub left: Option<SimTime>,
}

/// What can be known of a station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub waiting: u32,
    pub busy: u32,
    /// Nanoseconds of work in service and waiting, over all servers.
    pub work: u128,
    /// Its clock level.
    pub level: u8,
    /// How many servers it has, where that can change.
    pub servers: Option<u32>,
    /// It takes nobody.
    pub closed: bool,
    /// Roles that are resident, as bits by number, where that can change.
    pub resident: u64,
}

impl Look {
    /// All that are there.
    pub(super) fn requests(self) -> u32 {
        self.waiting + self.busy
    }
}

/// What all stations of a group share.
#[derive(Debug)]
pub(super) struct Plan {
    pub table: Arc<Table>,
    pub store: Option<Arc<Store>>,
    /// They fail.
    pub fails: bool,
}

/// A station: worked out at once, event by event, or with an order that others change.
#[derive(Debug)]
pub(super) enum Station {
    Elided(Fifo),
    Explicit(Box<Line>),
    Live(Box<Live>),
}

impl Station {
    /// First come, first served by equal servers.
    pub(super) fn new(servers: u32, bound: Option<u32>, explicit: bool) -> Self {
        match explicit {
            true => Self::Explicit(Box::new(Line::new(servers, bound))),
            false => Self::Elided(Fifo::new(servers, bound)),
        }
    }

    /// A node's station, `plan` being that of its group; `window` is what it accounts for. A clock, servers or
    /// models that may change can change any leaving, and so can failures.
    pub(super) fn of(group: &NodeGroup, plan: &Plan, explicit: bool, window: (SimTime, SimTime)) -> Self {
        let fixed = group.levels.is_empty() && group.elastic.is_none() && group.memory.is_none() && !plan.fails;
        match &group.service {
            Service::Fifo(fifo) if fixed => Self::new(fifo.servers, fifo.bound, explicit),
            _ => Self::Live(Box::new(Live::new(group, plan, window))),
        }
    }

    #[inline]
    pub(super) fn offer(&mut self, now: SimTime, job: Job) -> Offer {
        match self {
            Self::Elided(fifo) => fifo.offer(now, job.work),
            Self::Explicit(line) => line.offer(job.slot, job.work),
            Self::Live(live) => live.offer(now, job),
        }
    }

    /// Who begins now, if anybody.
    #[inline]
    pub(super) fn begin(&mut self, now: SimTime) -> Option<Begun> {
        match self {
            Self::Explicit(line) => line.begin(now),
            Self::Elided(_) | Self::Live(_) => None,
        }
    }

    /// A service ended.
    #[inline]
    pub(super) fn leave(&mut self, now: SimTime) {
        if let Self::Explicit(line) = self {
            line.leave(now);
        }
    }

    /// Takes out somebody who has not been served yet; false: nobody such waits.
    pub(super) fn cancel(&mut self, now: SimTime, slot: u32) -> bool {
        match self {
            Self::Elided(_) => false,
            Self::Explicit(line) => line.cancel(slot),
            Self::Live(live) => live.cancel(now, slot),
        }
    }

    /// The first figure of [`Station::look`] alone, at `now`.
    #[inline]
    pub(super) fn waiting(&self, now: SimTime) -> u32 {
        match self {
            Self::Elided(fifo) => fifo.waiting(now),
            Self::Explicit(line) => line.waiting(),
            Self::Live(live) => live.look(now).waiting,
        }
    }

    /// The second alone, at `now`.
    #[inline]
    pub(super) fn busy(&self, now: SimTime) -> u32 {
        match self {
            Self::Elided(fifo) => fifo.busy(now),
            Self::Explicit(line) => line.busy(),
            Self::Live(live) => live.look(now).busy,
        }
    }

    /// Both together.
    #[inline]
    pub(super) fn requests(&self, now: SimTime) -> u32 {
        match self {
            Self::Elided(fifo) => fifo.waiting(now) + fifo.busy(now),
            Self::Explicit(line) => line.waiting() + line.busy(),
            Self::Live(live) => live.look(now).requests(),
        }
    }

    /// The same, and until when that is so if nothing comes.
    pub(super) fn steady(&self, now: SimTime) -> (u32, SimTime) {
        match self {
            Self::Elided(fifo) => (fifo.waiting(now) + fifo.busy(now), fifo.next_leaving(now)),
            Self::Explicit(_) | Self::Live(_) => (self.requests(now), now),
        }
    }

    /// Its state after all that happens up to and with `counted`, its work as left at `at`.
    pub(super) fn look(&self, counted: SimTime, at: SimTime) -> Look {
        match self {
            Self::Elided(fifo) => fifo.look(counted, at),
            Self::Explicit(line) => line.look(at),
            Self::Live(live) => live.look(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ns(t: u64) -> SimTime {
        SimTime::from_ns(t)
    }

    /// Serves `jobs` (gap, work) event by event: the start and leaving time of each, or `None` if refused, and what
    /// could be seen just before each came.
    fn explicit(servers: u32, bound: Option<u32>, jobs: &[(u64, u64)]) -> Vec<(Option<(u64, u64)>, Look)> {
        let mut line = Line::new(servers, bound);
        let (mut running, mut out, mut now) = (Vec::<Begun>::new(), vec![(None, Look::default()); jobs.len()], 0);
        let end = [(u64::MAX / 4, 1)];
        for (slot, (gap, work)) in jobs.iter().chain(&end).enumerate() {
            now += gap;
            while let Some(first) = running.iter().copied().filter(|b| b.leaves <= ns(now)).min_by_key(|b| b.leaves) {
                running.retain(|b| *b != first);
                line.leave(first.leaves);
                begin_all(&mut line, first.leaves, &mut running, &mut out);
            }
            if slot == jobs.len() {
                break;
            }
            out[slot].1 = line.look(ns(now));
            if line.offer(slot as u32, ns(*work)) == Offer::Queued {
                begin_all(&mut line, ns(now), &mut running, &mut out);
            }
        }
        out
    }

    fn begin_all(line: &mut Line, now: SimTime, running: &mut Vec<Begun>, out: &mut [(Option<(u64, u64)>, Look)]) {
        while let Some(begun) = line.begin(now) {
            out[begun.slot as usize].0 = Some((now.ns(), begun.leaves.ns()));
            running.push(begun);
        }
    }

    fn elided(servers: u32, bound: Option<u32>, jobs: &[(u64, u64)]) -> Vec<(Option<(u64, u64)>, Look)> {
        let (mut fifo, mut now) = (Fifo::new(servers, bound), 0);
        let mut serve = |(gap, work): &(u64, u64)| {
            now += gap;
            let look = fifo.look(ns(now), ns(now));
            match fifo.offer(ns(now), ns(*work)) {
                Offer::Leaves { start, leaves } => (Some((start.ns(), leaves.ns())), look),
                _ => (None, look),
            }
        };
        jobs.iter().map(&mut serve).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        /// The fast way equals the explicit one: times, refusals and everything that can be seen.
        #[test]
        fn elided_equals_explicit(
            servers in 1u32..5,
            bound in proptest::option::of(0u32..4),
            jobs in proptest::collection::vec((0u64..6, 1u64..12), 0..60),
        ) {
            prop_assert_eq!(elided(servers, bound, &jobs), explicit(servers, bound, &jobs));
        }
    }

    #[test]
    fn two_servers_by_hand() {
        let jobs = [(0, 10), (1, 4), (1, 5), (1, 2)];
        let times: Vec<_> = elided(2, None, &jobs).into_iter().map(|(t, _)| t).collect();
        assert_eq!(times, [Some((0, 10)), Some((1, 5)), Some((5, 10)), Some((10, 12))]);
    }
}
