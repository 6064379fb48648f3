//! What the short way is, and what is looked up there: tables of the world laid out so that a request reads little of them.

use crate::sim::layout::Layout;
use crate::sim::{CodecId, GroupId, ModelId, NodeGroup, Size, TapId, World};
use crate::units::{Bytes, SimTime};

/// What the short way is.
#[derive(Debug)]
pub(in crate::sim) struct Way<'a> {
    /// Births from then on go this way; nothing does after the end.
    pub window: (SimTime, SimTime),
    /// By group, role and tap.
    calls: Vec<Call>,
    /// By role, tap and codec.
    sizes: Vec<Sizes<'a>>,
    roles: usize,
    taps: usize,
    codecs: usize,
}

/// A computation from the raw input up to a tap on a node of a group.
#[derive(Clone, Copy, Debug)]
struct Call {
    per_call: SimTime,
    layers: SimTime,
    /// It can be had there, and its answers, if it has any, were measured.
    fits: bool,
}

/// Bytes of each image at a tap under a codec.
#[derive(Clone, Copy, Debug)]
enum Sizes<'a> {
    Unknown,
    Same(Bytes),
    Each(&'a [u32]),
}

impl Call {
    const NONE: Self = Self { per_call: SimTime::ZERO, layers: SimTime::ZERO, fits: false };

    fn new(world: &World, layout: &Layout, group: &NodeGroup, model: ModelId, tap: TapId) -> Self {
        let Some(Some(work)) = group.work.get(usize::from(model.0)) else { return Self::NONE };
        let taps = &world.models[usize::from(model.0)].taps;
        let (Some(of), Some(layers)) = (taps.get(usize::from(tap.0)), work.upto.get(usize::from(tap.0))) else {
            return Self::NONE;
        };
        let fits = !of.exit || layout.scores.are_there(world, model, tap, None);
        Self { per_call: work.per_call, layers: layers.since(work.upto[0]), fits }
    }
}

fn sizes(world: &World, model: ModelId, tap: TapId, codec: usize) -> Sizes<'_> {
    let role = &world.models[usize::from(model.0)];
    let size = role.taps.get(usize::from(tap.0)).and_then(|tap| *tap.sizes.get(codec)?);
    match size {
        None => Sizes::Unknown,
        Some(Size::Fixed(bytes)) => Sizes::Same(Bytes(bytes.into())),
        Some(Size::Table { table, .. }) => {
            role.tables.sizes.get(usize::from(table)).map_or(Sizes::Unknown, |table| Sizes::Each(&table.bytes))
        }
    }
}

impl<'a> Way<'a> {
    pub(super) fn new(world: &'a World, layout: &Layout) -> Self {
        let (roles, codecs) = (world.models.len(), world.codecs.len());
        let taps = world.models.iter().map(|model| model.taps.len()).max().unwrap_or(0);
        let each =
            || (0..roles as u8).flat_map(move |model| (0..taps as u8).map(move |tap| (ModelId(model), TapId(tap))));
        let calls =
            world.groups.iter().flat_map(|group| each().map(move |(m, tap)| Call::new(world, layout, group, m, tap)));
        let sized = each().flat_map(|(model, tap)| (0..codecs).map(move |codec| sizes(world, model, tap, codec)));
        Self {
            window: (world.horizon.warm_up, world.horizon.end),
            calls: calls.collect(),
            sizes: sized.collect(),
            roles,
            taps,
            codecs,
        }
    }

    /// Which nobody goes.
    pub(super) fn closed() -> Self {
        let window = (SimTime::NEVER, SimTime::NEVER);
        Self { window, calls: Vec::new(), sizes: Vec::new(), roles: 0, taps: 0, codecs: 0 }
    }

    #[inline]
    fn place(&self, model: ModelId, tap: TapId) -> usize {
        usize::from(model.0) * self.taps + usize::from(tap.0)
    }

    /// A role and a tap that are there, by group.
    #[inline]
    fn call(&self, group: GroupId, model: ModelId, tap: TapId) -> &Call {
        &self.calls[usize::from(group.0) * self.roles * self.taps + self.place(model, tap)]
    }

    /// Whether a computation up to a tap can be had there.
    #[inline]
    pub(in crate::sim) fn can(&self, group: GroupId, model: ModelId, upto: TapId) -> bool {
        let there = usize::from(model.0) < self.roles && usize::from(upto.0) < self.taps;
        there && self.call(group, model, upto).fits
    }

    /// How long such a computation takes alone from one tap up to another, without noise.
    #[inline]
    pub(in crate::sim) fn time(&self, group: GroupId, model: ModelId, [from, upto]: [TapId; 2]) -> SimTime {
        let call = self.call(group, model, upto);
        let before = if from == TapId(0) { SimTime::ZERO } else { self.call(group, model, from).layers };
        (call.per_call + call.layers.since(before)).max(SimTime::from_ns(1))
    }

    /// Bytes of an image at a tap of a role that are there, under a codec that is; `None`: nobody measured that.
    #[inline]
    pub(in crate::sim) fn bytes(&self, model: ModelId, tap: TapId, codec: CodecId, image: u32) -> Option<Bytes> {
        match self.sizes[self.place(model, tap) * self.codecs + usize::from(codec.0)] {
            Sizes::Unknown => None,
            Sizes::Same(bytes) => Some(bytes),
            Sizes::Each(bytes) => bytes.get(image as usize).map(|bytes| Bytes(u64::from(*bytes))),
        }
    }
}
