//! Requests on the short way, and what is looked up for them: see `engine/trip.rs`.

mod way;

pub(super) use way::Way;

use super::event::{Key, Rank};
use super::fetch::fetch;
use super::layout::Layout;
use super::slab::{Cargo, Task};
use super::{Held, Hop, NodeId, Request, RequestId, World};
use crate::units::{Bytes, SimTime};

/// A request on the short way: no more than what happens to such can change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trip {
    pub request: Request,
    pub birth: u64,
    pub image: u32,
    /// The node that made the latest answer.
    pub answered_at: NodeId,
    pub task: Task,
    /// The hop that it is on, or was on last.
    pub cargo: Cargo,
    /// The last time its policy was asked.
    pub asked: SimTime,
    /// It and all nodes on the way there from home have the raw image.
    pub holder: NodeId,
    /// Service so far, and bytes on the wire.
    pub spent_ns: u64,
    pub sent: u64,
    /// What varies the time of its first service.
    pub bits: u64,
    /// Its answer, if it has one, is right.
    pub right: bool,
    /// It is on a hop that it shares, which is not summed up as a whole.
    pub shares: bool,
    /// It is under way, on the short way.
    pub live: bool,
}

impl Trip {
    fn nobody(slot: u32) -> Self {
        let hop = Hop { link: 0, up: true, from: NodeId(0), to: NodeId(0) };
        Self {
            request: Request::new(RequestId(slot)),
            birth: 0,
            image: 0,
            answered_at: NodeId(0),
            task: Task::Idle,
            cargo: Cargo { raw: false, bytes: Bytes(0), hop, wire: 0 },
            asked: SimTime::ZERO,
            holder: NodeId(0),
            spent_ns: 0,
            sent: 0,
            bits: 0,
            right: false,
            shares: false,
            live: false,
        }
    }

    #[inline]
    pub(super) fn slot(&self) -> u32 {
        self.request.id.0
    }

    /// A newborn takes the place of one that has gone: what it is not given here is not read before it is written.
    #[inline]
    fn begin(&mut self, (birth, image, home, now): (u64, u32, NodeId, SimTime)) {
        let request = &mut self.request;
        (request.home, request.at, request.born) = (home, home, now);
        (request.held, request.answer, request.steps) = (Held::Raw, None, 0);
        (self.birth, self.image, self.answered_at, self.holder) = (birth, image, home, home);
        (self.task, self.spent_ns, self.sent, self.shares, self.live) = (Task::Idle, 0, 0, false, true);
    }
}

/// All requests on the short way, by slot.
#[derive(Debug)]
pub(super) struct Trips<'a> {
    pub way: Way<'a>,
    pub trips: Vec<Trip>,
}

impl<'a> Trips<'a> {
    /// `open`: whether any request may go this way.
    pub(super) fn new(world: &'a World, layout: &Layout, open: bool) -> Self {
        Self { way: if open { Way::new(world, layout) } else { Way::closed() }, trips: Vec::new() }
    }

    /// Whether an event is one of a request on the short way, or a birth of one.
    #[inline]
    pub(super) fn are_of(&self, key: Key) -> bool {
        key.is_short() || key.rank() == Rank::Birth && key.time() >= self.way.window.0
    }

    /// Brings a request into the cache.
    #[inline]
    pub(super) fn fetch(&self, slot: u32) {
        fetch(&self.trips, slot as usize);
    }

    /// Puts a newborn (birth number, image, home, time) into a slot.
    #[inline]
    pub(super) fn place(&mut self, slot: u32, newborn: (u64, u32, NodeId, SimTime)) -> &mut Trip {
        while self.trips.len() <= slot as usize {
            self.trips.push(Trip::nobody(self.trips.len() as u32));
        }
        let trip = &mut self.trips[slot as usize];
        trip.begin(newborn);
        trip
    }
}
