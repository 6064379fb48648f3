//! Requests on the short way, and what is looked up for them: see `engine/trip.rs`.

use super::layout::Layout;
use super::slab::{Cargo, Task};
use super::{GroupId, Hop, ModelId, NodeGroup, NodeId, Request, TapId, World};
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
}

impl Trip {
    /// A newborn.
    #[inline]
    pub(super) fn new(request: Request, birth: u64, image: u32) -> Self {
        let (home, asked) = (request.home, request.born);
        let hop = Hop { link: 0, up: true, from: home, to: home };
        let cargo = Cargo { raw: false, bytes: Bytes(0), hop, wire: 0 };
        let (task, answered_at, holder) = (Task::Idle, home, home);
        Self { request, birth, image, answered_at, task, cargo, asked, holder, spent_ns: 0, sent: 0 }
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
    trips: Vec<Trip>,
    /// Births from then on go this way; nothing does at or after the end.
    pub window: (SimTime, SimTime),
    calls: Vec<Call>,
    roles: usize,
    taps: usize,
}

impl Trips {
    /// `on`: whether any request may go this way.
    pub(super) fn new(world: &World, layout: &Layout, on: bool) -> Self {
        let taps = world.models.iter().map(|model| model.taps.len()).max().unwrap_or(0);
        let (roles, horizon) = (world.models.len(), world.horizon);
        let from = if on { horizon.warm_up } else { SimTime::NEVER };
        let of = |group| {
            let ids = (0..roles as u8).flat_map(move |model| (0..taps as u8).map(move |tap| (ModelId(model), TapId(tap))));
            ids.map(move |(model, tap)| Call::new(world, layout, group, model, tap))
        };
        let calls = if on { world.groups.iter().flat_map(of).collect() } else { Vec::new() };
        Self { trips: Vec::new(), window: (from, horizon.end), calls, roles, taps }
    }

    /// Puts a newborn into a slot.
    #[inline]
    pub(super) fn place(&mut self, slot: u32, trip: Trip) {
        match self.trips.get_mut(slot as usize) {
            Some(place) => *place = trip,
            None => self.trips.resize(slot as usize + 1, trip),
        }
    }

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

impl std::ops::Index<u32> for Trips {
    type Output = Trip;
    #[inline]
    fn index(&self, slot: u32) -> &Trip {
        &self.trips[slot as usize]
    }
}

impl std::ops::IndexMut<u32> for Trips {
    #[inline]
    fn index_mut(&mut self, slot: u32) -> &mut Trip {
        &mut self.trips[slot as usize]
    }
}
