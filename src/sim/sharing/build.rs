//! The channels of a world, in the order of [`crate::sim::layout::Layout::channel`].

use super::varying::{Kind, Varying};
use super::{Breakable, Channel, Sharing};
use crate::random::{Purpose, Stream, sample};
use crate::sim::conditions::{Conditions, Rate};
use crate::sim::course::{Course, WHOLE};
use crate::sim::layout::cell_count;
use crate::sim::trace::BYTE;
use crate::sim::{Fallible, Link, World};
use std::sync::Arc;

static NONE: Conditions = Conditions::NONE;

/// All channels of a world in one replication.
pub(in crate::sim) fn channels(world: &World, replication: u64, explicit: bool) -> Vec<Channel> {
    let phase = Stream::new(world.seed, replication, Purpose::Trace);
    let mut flows = 0..;
    let of = |(i, link): (usize, &Link)| {
        let conditions = link.conditions.as_deref().unwrap_or(&NONE);
        match conditions.varies() || link.sharing == Sharing::Throughput {
            true => Builder { world, link, number: i as u64, conditions, phase, explicit }.all(),
            false => {
                let fails = world.failing(Fallible::Link(i as u16)).is_some();
                plain(world, link, (explicit, fails), &mut flows)
            }
        }
    };
    world.links.iter().enumerate().flat_map(of).collect()
}

fn plain(
    world: &World,
    link: &Link,
    (explicit, fails): (bool, bool),
    flows: &mut std::ops::RangeFrom<u32>,
) -> Vec<Channel> {
    let directions = if link.half_duplex { 1 } else { 2 };
    let mut channel = |up: bool| match link.sharing_of(up) {
        sharing if fails => Channel::Breakable(Box::new(Breakable::new(sharing))),
        Sharing::Fixed | Sharing::Throughput => Channel::Fixed,
        Sharing::Fifo => Channel::Fifo(super::fifo::channel(explicit)),
        Sharing::Fair => Channel::Fair(Box::default()),
        Sharing::Flows => Channel::Flows(flows.next().unwrap_or(u32::MAX)),
    };
    (0..directions * cell_count(world, link)).map(|number| channel(number % directions == 0)).collect()
}

/// Makes the channels of a link whose capacity varies.
struct Builder<'a> {
    world: &'a World,
    link: &'a Link,
    number: u64,
    conditions: &'a Conditions,
    phase: Stream,
    explicit: bool,
}

impl Builder<'_> {
    fn all(&self) -> Vec<Channel> {
        let directions: &[&[bool]] = if self.link.half_duplex { &[&[true, false]] } else { &[&[true], &[false]] };
        let cells = 0..cell_count(self.world, self.link);
        cells.flat_map(|cell| directions.iter().map(move |ups| self.channel(cell, ups))).collect()
    }

    fn channel(&self, cell: u32, ups: &[bool]) -> Channel {
        let stride = self.stride();
        let members = self.members(cell, stride);
        let kind = |up: bool| members.iter().map(move |m| self.kind(*m, up));
        let kinds = ups.iter().flat_map(|up| kind(*up)).collect();
        let explicit = self.explicit || self.conditions.adjustable;
        let sharing = self.link.sharing_of(ups[0]);
        let varying = Varying::new(sharing, explicit, kinds, members.len() as u32, stride);
        Channel::Varying(Box::new(varying))
    }

    /// Lower nodes of one cell lie this far apart.
    fn stride(&self) -> u32 {
        if self.link.is_own() { 1 } else { self.world.groups[self.link.upper.0 as usize].count }
    }

    /// The lower nodes of a cell; one stands for all where all are alike.
    fn members(&self, cell: u32, stride: u32) -> Vec<u32> {
        let count = self.world.groups[self.link.lower.0 as usize].count;
        let alike = self.conditions.up.rates.len() < 2 && self.conditions.down.rates.len() < 2;
        match self.link.is_own() || (alike && !self.conditions.scatter && !self.conditions.adjustable) {
            true => vec![cell],
            false => (cell..count.max(cell + 1)).step_by(stride as usize).collect(),
        }
    }

    fn kind(&self, member: u32, up: bool) -> Kind {
        let trace = match self.conditions.quality(up).rate(member) {
            Some(Rate::Trace(trace)) => Some(trace),
            _ => None,
        };
        let offset = |period: u64| match self.conditions.scatter {
            true => sample::index(self.phase.draw(self.number << 32 | u64::from(member), u64::from(up))[0], period),
            false => 0,
        };
        let course = Course {
            trace: trace.map(|t| (t.clone(), offset(t.period().ns()))),
            outages: self.conditions.outages.clone().map(Arc::new),
            share: WHOLE,
            stop: self.world.horizon.end + self.world.horizon.drain,
        };
        Kind { course, byte: trace.map_or(0, |_| BYTE), nominal: trace.map_or(1, |t| t.mean().0) }
    }
}
