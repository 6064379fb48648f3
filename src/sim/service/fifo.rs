//! First come, first served, worked out at once: an offer says when it begins and ends, and needs no event of its own.

use super::{Look, Offer};
use crate::units::SimTime;
use std::collections::VecDeque;

/// Busy-until times of the servers, and a ring of the begins that lie ahead.
#[derive(Debug)]
pub(crate) struct Fifo {
    servers: u32,
    bound: u32,
    until: Until,
    /// Begins later than their offers, in order: those after now are waiting. None before anybody had to wait.
    #[expect(clippy::box_collection, reason = "keeps a station within 40 bytes: there may be millions")]
    begins: Option<Box<VecDeque<SimTime>>>,
}

/// How many of the times, which are in order, come after `counted`.
#[inline]
fn ahead(times: &VecDeque<SimTime>, counted: SimTime) -> u32 {
    match times.front() {
        Some(first) if *first > counted => times.len() as u32,
        Some(_) => (times.len() - times.partition_point(|time| *time <= counted)) as u32,
        None => 0,
    }
}

/// When servers will have done all that was offered so far.
#[derive(Debug)]
enum Until {
    One(SimTime),
    /// Those still busy at the last offer, the latest first.
    #[expect(clippy::box_collection, reason = "as above")]
    Many(Box<Vec<SimTime>>),
}

impl Fifo {
    pub(crate) fn new(servers: u32, bound: Option<u32>) -> Self {
        let until = if servers == 1 { Until::One(SimTime::ZERO) } else { Until::Many(Box::default()) };
        Self { servers, bound: bound.unwrap_or(u32::MAX), until, begins: None }
    }

    #[inline]
    pub(crate) fn offer(&mut self, now: SimTime, work: SimTime) -> Offer {
        let start = self.until.earliest(now, self.servers);
        if start > now && !self.queue(now, start) {
            return Offer::Refused;
        }
        let leaves = start + work;
        self.until.serve(start, leaves, self.servers);
        Offer::Leaves { start, leaves }
    }

    /// Lets one more wait until `start`, if there is room.
    #[inline]
    fn queue(&mut self, now: SimTime, start: SimTime) -> bool {
        let begins = self.begins.get_or_insert_default();
        while begins.front().is_some_and(|begin| *begin <= now) {
            begins.pop_front();
        }
        let room = begins.len() < self.bound as usize;
        if room {
            begins.push_back(start);
        }
        room
    }

    /// How many wait after all that happens up to and with `counted`.
    #[inline]
    pub(crate) fn waiting(&self, counted: SimTime) -> u32 {
        self.begins.as_deref().map_or(0, |begins| ahead(begins, counted))
    }

    /// How many servers are busy then.
    #[inline]
    pub(crate) fn busy(&self, counted: SimTime) -> u32 {
        match &self.until {
            Until::One(until) => u32::from(*until > counted),
            Until::Many(until) => until.partition_point(|u| *u > counted) as u32,
        }
    }

    pub(crate) fn look(&self, counted: SimTime, at: SimTime) -> Look {
        let left = |until: &SimTime| u128::from(until.since(at).ns());
        let busy = self.busy(counted);
        let work = match &self.until {
            Until::One(until) => left(until),
            Until::Many(until) => until[..busy as usize].iter().map(left).sum(),
        };
        Look { waiting: self.waiting(counted), busy, work, ..Look::default() }
    }
}

impl Until {
    /// When the next newcomer is served, and forgets servers that are idle by now.
    #[inline]
    fn earliest(&mut self, now: SimTime, servers: u32) -> SimTime {
        match self {
            Self::One(until) => (*until).max(now),
            Self::Many(until) => {
                while until.pop_if(|u| *u <= now).is_some() {}
                if until.len() < servers as usize { now } else { until.last().copied().unwrap_or(now) }
            }
        }
    }

    #[inline]
    fn serve(&mut self, start: SimTime, leaves: SimTime, servers: u32) {
        match self {
            Self::One(until) => *until = leaves,
            Self::Many(until) => {
                if until.len() >= servers as usize {
                    debug_assert_eq!(until.last(), Some(&start));
                    until.pop();
                }
                let at = until.partition_point(|u| *u >= leaves);
                until.insert(at, leaves);
            }
        }
    }
}
