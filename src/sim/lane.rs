//! One direction of a link as the loop needs it: a few words beside each other, worked out once before a run.

use super::{Fallible, Hop, Link, Sharing, World};
use crate::units::{BitsPerSec, Bytes, SimTime};

/// One direction of a link. What it says of times and bytes is so as long as the link has no conditions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    rate: BitsPerSec,
    payload: Bytes,
    header: Bytes,
    per_packet: SimTime,
    /// Propagation, after the last bit was sent.
    pub delay: SimTime,
    /// The channel of its first cell, and how far others lie apart.
    base: u32,
    stride: u32,
    /// The first of the nodes that have a cell each.
    first: u32,
    /// Whether these are the lower ones.
    own: bool,
    /// Whether the engine's short way fits; see [`Link::is_plain`].
    pub plain: bool,
    /// Whether transfers share nothing: then times are known as soon as one begins.
    pub free: bool,
    pub fair: bool,
}

impl Lane {
    /// Both directions of a link, upwards first, whose channels begin at `base`.
    pub(super) fn both(world: &World, number: u16, base: u32, first: &[u32]) -> [Self; 2] {
        let link = &world.links[usize::from(number)];
        let fails = world.failing(Fallible::Link(number)).is_some();
        [true, false].map(|up| Self::new(link, up, fails, base, first))
    }

    fn new(link: &Link, up: bool, fails: bool, base: u32, first: &[u32]) -> Self {
        let sharing = link.sharing_of(up);
        let (stride, group) =
            (if link.half_duplex { 1 } else { 2 }, if link.is_own() { link.lower } else { link.upper });
        let direction = link.direction(up);
        Self {
            rate: direction.rate,
            payload: link.packet.payload,
            header: link.packet.header,
            per_packet: link.packet.per_packet,
            delay: direction.delay,
            base: base + (stride - 1) * u32::from(!up),
            stride,
            first: first[group.0 as usize],
            own: link.is_own(),
            plain: link.is_plain(),
            free: sharing == Sharing::Fixed && link.conditions.is_none() && !fails,
            fair: sharing == Sharing::Fair,
        }
    }

    /// The channel of a hop.
    #[inline]
    pub(super) fn channel(&self, hop: Hop) -> u32 {
        let end = if self.own { hop.lower() } else { hop.upper() };
        self.base + (end.0 - self.first) * self.stride
    }

    /// Bytes on the wire, and how long they take alone: as [`Link::wire_bytes`] and [`Link::airtime`].
    #[inline]
    pub(super) fn transfer(&self, payload: Bytes) -> (u64, SimTime) {
        let packets = if payload <= self.payload { 1 } else { payload.0.div_ceil(self.payload.0.max(1)) };
        let wire = payload.0.saturating_add(packets.saturating_mul(self.header.0));
        let overhead = SimTime::from_ns(self.per_packet.ns().saturating_mul(packets));
        (wire, (overhead + self.rate.time_for(Bytes(wire))).max(SimTime::from_ns(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::tests::{link, ns, world};
    use crate::sim::{NodeId, Packet};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// The naive twin is the link itself.
        #[test]
        fn says_what_the_link_says(
            (payload, header, per_packet) in (1u64..2000, 0u64..50, 0u64..9),
            (rate, bytes) in (1u64..20_000_000_000, 0u64..u64::MAX / 4),
            shift in 0u32..60,
        ) {
            let mut world = world();
            let packet = Packet { payload: Bytes(payload), header: Bytes(header), per_packet: ns(per_packet) };
            world.links = vec![Link { packet, ..link("l", 0, 1, rate, 5) }];
            let bytes = Bytes(bytes >> shift);
            for (lane, up) in Lane::both(&world, 0, 0, &[0, 1, 2]).iter().zip([true, false]) {
                let of = &world.links[0];
                prop_assert_eq!(lane.transfer(bytes), (of.wire_bytes(bytes).0, of.airtime(up, bytes)));
            }
        }
    }

    #[test]
    fn each_cell_has_its_channels() {
        let world = world();
        let lanes = Lane::both(&world, 0, 10, &[0, 2, 3]);
        let hop = |up, from, to| Hop { link: 0, up, from: NodeId(from), to: NodeId(to) };
        assert!(world.links[0].is_own());
        assert_eq!((lanes[0].channel(hop(true, 1, 2)), lanes[1].channel(hop(false, 2, 1))), (12, 13));
    }
}
