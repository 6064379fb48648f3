//! Requests on the short way, and what is looked up for them: see `engine/trip.rs`.

use super::event::{Key, Rank};
use super::layout::Layout;
use super::slab::{Cargo, Task};
use super::{GroupId, Held, Hop, ModelId, NodeGroup, NodeId, Request, RequestId, TapId, World};
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

/// A computation from the raw input up to a tap on a node of a group.
#[derive(Clone, Copy, Debug)]
struct Call {
    per_call: SimTime,
    layers: SimTime,
    /// It can be had there, and its answers, if it has any, were measured.
    fits: bool,
}

impl Call {
    const NONE: Self = Self { per_call: SimTime::ZERO, layers: SimTime::ZERO, fits: false };

    fn new(world: &World, layout: &Layout, group: &NodeGroup, model: ModelId, tap: TapId) -> Self {
        let Some(Some(work)) = group.work.get(usize::from(model.0)) else { return Self::NONE };
        let taps = &world.models[usize::from(model.0)].taps;
        let (Some(of), Some(layers)) = (taps.get(usize::from(tap.0)), work.upto.get(usize::from(tap.0))) else {
            return Self::NONE;
        };
        let fits = !of.exit || layout.output(world, model, tap, None).is_some();
        Self { per_call: work.per_call, layers: layers.since(work.upto[0]), fits }
    }
}

/// All requests on the short way, by slot.
#[derive(Debug)]
pub(super) struct Trips {
    pub way: Way,
    pub trips: Vec<Trip>,
}

/// What the short way is.
#[derive(Debug)]
pub(super) struct Way {
    /// Births from then on go this way; nothing does after the end.
    pub window: (SimTime, SimTime),
    calls: Vec<Call>,
    roles: usize,
    taps: usize,
}

impl Trips {
    /// `open`: whether any request may go this way.
    pub(super) fn new(world: &World, layout: &Layout, open: bool) -> Self {
        let taps = world.models.iter().map(|model| model.taps.len()).max().unwrap_or(0);
        let (roles, horizon) = (world.models.len(), world.horizon);
        let from = if open { horizon.warm_up } else { SimTime::NEVER };
        let of = |group| {
            let ids =
                (0..roles as u8).flat_map(move |model| (0..taps as u8).map(move |tap| (ModelId(model), TapId(tap))));
            ids.map(move |(model, tap)| Call::new(world, layout, group, model, tap))
        };
        let calls = if open { world.groups.iter().flat_map(of).collect() } else { Vec::new() };
        Self { way: Way { window: (from, horizon.end), calls, roles, taps }, trips: Vec::new() }
    }

    /// Whether an event is one of a request on the short way, or a birth of one.
    #[inline]
    pub(super) fn are_of(&self, key: Key) -> bool {
        key.is_short() || key.rank() == Rank::Birth && key.time() >= self.way.window.0
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

impl Way {
    /// A role and a tap that are there, by group.
    #[inline]
    fn call(&self, group: GroupId, model: ModelId, tap: TapId) -> Call {
        let (model, tap) = (usize::from(model.0), usize::from(tap.0));
        self.calls[(usize::from(group.0) * self.roles + model) * self.taps + tap]
    }

    /// Whether a computation up to a tap can be had there.
    #[inline]
    pub(super) fn can(&self, group: GroupId, model: ModelId, upto: TapId) -> bool {
        let there = usize::from(model.0) < self.roles && usize::from(upto.0) < self.taps;
        there && self.call(group, model, upto).fits
    }

    /// How long such a computation takes alone from one tap up to another, without noise.
    #[inline]
    pub(super) fn time(&self, group: GroupId, model: ModelId, [from, upto]: [TapId; 2]) -> SimTime {
        let call = self.call(group, model, upto);
        let before = if from == TapId(0) { SimTime::ZERO } else { self.call(group, model, from).layers };
        (call.per_call + call.layers.since(before)).max(SimTime::from_ns(1))
    }
}
