//! First come, first served, worked out at once: an offer says when it begins and ends, and needs no event of its own.

use super::{Look, Offer};
use crate::units::SimTime;
use std::collections::VecDeque;

/// Busy-until times of the servers, and a ring of the begins that lie ahead. Boxes keep a station within 32 bytes: there
/// may be millions.
#[derive(Debug)]
pub(crate) struct Fifo {
    servers: u32,
    bound: u32,
    until: Until,
    /// Begins later than their offers, in order: those after now are waiting. None before anybody had to wait.
    #[expect(clippy::box_collection, reason = "as above")]
    begins: Option<Box<VecDeque<SimTime>>>,
}

/// When servers will have done all that was offered so far.
#[derive(Debug)]
enum Until {
    /// The only one.
    One(SimTime),
    /// Of several, those that were busy at the last offer, the latest first.
    #[expect(clippy::box_collection, reason = "as above")]
    Many(Box<Vec<SimTime>>),
}

impl Until {
    /// The servers busy at the last offer, the latest first.
    #[inline]
    fn times(&self) -> &[SimTime] {
        match self {
            Self::One(until) => std::slice::from_ref(until),
            Self::Many(until) => until,
        }
    }

    /// When all will be idle.
    #[inline]
    fn latest(&self) -> SimTime {
        self.times().first().copied().unwrap_or(SimTime::ZERO)
    }
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

impl Fifo {
    pub(crate) fn new(servers: u32, bound: Option<u32>) -> Self {
        let until = if servers == 1 { Until::One(SimTime::ZERO) } else { Until::Many(Box::default()) };
        Self { servers, bound: bound.unwrap_or(u32::MAX), until, begins: None }
    }

    #[inline]
    pub(crate) fn offer(&mut self, now: SimTime, work: SimTime) -> Offer {
        let start = self.earliest(now);
        if start > now && !self.queue(now, start) {
            return Offer::Refused;
        }
        let leaves = start + work;
        self.serve(start, leaves);
        Offer::Leaves { start, leaves }
    }

    /// When the next newcomer is served; forgets servers that are idle by now.
    #[inline]
    fn earliest(&mut self, now: SimTime) -> SimTime {
        match &mut self.until {
            Until::One(until) => (*until).max(now),
            Until::Many(until) => {
                while until.pop_if(|u| *u <= now).is_some() {}
                if until.len() < self.servers as usize { now } else { until.last().copied().unwrap_or(now) }
            }
        }
    }

    #[inline]
    fn serve(&mut self, start: SimTime, leaves: SimTime) {
        let until = match &mut self.until {
            Until::One(until) => return *until = leaves,
            Until::Many(until) => until,
        };
        if until.len() >= self.servers as usize {
            debug_assert_eq!(until.last(), Some(&start));
            until.pop();
        }
        let at = until.partition_point(|u| *u >= leaves);
        until.insert(at, leaves);
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
        match &self.begins {
            Some(begins) if self.until.latest() > counted => ahead(begins, counted),
            _ => 0,
        }
    }

    /// How many servers are busy then.
    #[inline]
    pub(crate) fn busy(&self, counted: SimTime) -> u32 {
        let times = self.until.times();
        match times.last() {
            Some(first) if *first > counted => times.len() as u32,
            _ => times.partition_point(|u| *u > counted) as u32,
        }
    }

    /// When somebody leaves next, after all that happens up to and with `counted`; never, if nobody is there.
    pub(crate) fn next_leaving(&self, counted: SimTime) -> SimTime {
        // Who waits begins when another leaves.
        let waits = self.begins.as_deref().filter(|begins| !begins.is_empty());
        let begin = waits.and_then(|begins| begins.get(begins.len() - ahead(begins, counted) as usize));
        let leave = self.until.times()[..self.busy(counted) as usize].last();
        begin.copied().into_iter().chain(leave.copied()).min().unwrap_or(SimTime::NEVER)
    }

    pub(crate) fn look(&self, counted: SimTime, at: SimTime) -> Look {
        let left = |until: &SimTime| u128::from(until.since(at).ns());
        let busy = self.busy(counted);
        let work = self.until.times()[..busy as usize].iter().map(left).sum();
        Look { waiting: self.waiting(counted), busy, work, ..Look::default() }
    }
}
