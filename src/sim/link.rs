//! What a link is.

use super::conditions::{Conditions, Rate, SEGMENT};
use super::world::GroupId;
use crate::catalog::Boundary;
use crate::units::{BitsPerSec, Bytes, SimTime, Watts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What joins each node of a lower group to a node of an upper group: member `i` below to member `i mod count` above.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its name in the scenario.
    pub name: String,
    /// The group nearer to the devices.
    pub lower: GroupId,
    /// The group nearer to the cloud.
    pub upper: GroupId,
    /// Whether each lower node has its own, or all that share an upper node share one.
    pub cell: Cell,
    /// How transfers at one time share it.
    pub sharing: Sharing,
    /// How transfers towards the devices share it; `None`: as all others.
    pub sharing_down: Option<Sharing>,
    /// Whether both directions share one channel.
    pub half_duplex: bool,
    /// Towards the cloud.
    pub up: Direction,
    /// Towards the devices.
    pub down: Direction,
    /// What packets add.
    pub packet: Packet,
    /// Power that the lower node's radio adds while transmitting and while receiving.
    pub lower_radio: Radio,
    /// The same for the upper node.
    pub upper_radio: Radio,
    /// How it departs from a wire of steady rate that loses nothing; `None`: not at all.
    pub conditions: Option<Box<Conditions>>,
}

/// Who shares a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// One link for each lower node.
    #[default]
    Own,
    /// One link for all lower nodes of an upper node.
    Shared,
}

/// How transfers share a link's capacity: one variant, one file in `sim/sharing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sharing {
    /// Not at all: each transfer has the full rate.
    Fixed,
    /// One after the other.
    #[default]
    Fifo,
    /// Egalitarian processor sharing: n transfers have 1/n of the airtime each, whatever gets through at their rates: as a
    /// cellular cell whose scheduler gives each an equal part of its resources, or Wi-Fi with airtime fairness.
    Fair,
    /// Together with all links on a transfer's way that are shared so: it crosses them at once, as a flow, and all flows have
    /// max-min fair rates: none can be raised without lowering one that is not higher. As long TCP transfers over wired
    /// links. Rates must be steady, and equal both ways if half duplex.
    Flows,
    /// Equal throughput for all, whatever their rates, so that slow ones hold up fast ones: as Wi-Fi without airtime
    /// fairness. Rates must be steady.
    Throughput,
}

/// One direction of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    /// Bits per second.
    pub rate: BitsPerSec,
    /// Propagation and processing delay, after the last bit was sent.
    pub delay: SimTime,
}

/// What packets add to a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Most payload bytes in one packet.
    pub payload: Bytes,
    /// Bytes added to each.
    pub header: Bytes,
    /// Time added to each.
    pub per_packet: SimTime,
}

/// A radio's powers beyond idle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Radio {
    /// While it transmits.
    pub transmit: Watts,
    /// While it receives.
    pub receive: Watts,
    /// What they include.
    pub boundary: Boundary,
}

impl Link {
    /// One of its directions.
    #[inline]
    pub fn direction(&self, up: bool) -> &Direction {
        if up { &self.up } else { &self.down }
    }

    /// How transfers in one of its directions share it.
    #[inline]
    pub fn sharing_of(&self, up: bool) -> Sharing {
        self.sharing_down.filter(|_| !up).unwrap_or(self.sharing)
    }

    /// Payload and headers of a transfer.
    #[inline]
    pub fn wire_bytes(&self, payload: Bytes) -> Bytes {
        Bytes(payload.0.saturating_add(self.packet.count(payload).saturating_mul(self.packet.header.0)))
    }

    /// How long a transfer takes alone, without the delay: `packets * per_packet + 8 * wire bytes / rate`, rounded up
    /// to a whole nanosecond, at least 1 ns; no conditions considered.
    #[inline]
    pub fn airtime(&self, up: bool, payload: Bytes) -> SimTime {
        self.time_on_air(self.direction(up).rate, self.packet.count(payload), self.wire_bytes(payload).0)
    }

    /// The same under the link's conditions: for its `member`-th lower node, with as many losses as are to be expected,
    /// and at the rate `now` if that is known. With a trace [`Packet::per_packet`] adds nothing.
    pub fn airtime_known(&self, up: bool, member: u32, now: Option<BitsPerSec>, payload: Bytes) -> SimTime {
        let packets = self.packet.count(payload);
        let once = self.airtime_of(up, member, now, packets, self.wire_bytes(payload).0);
        match self.conditions.as_ref().map_or(0.0, |c| c.quality(up).loss) {
            loss if loss > 0.0 => SimTime::from_ns((once.ns() as f64 / (1.0 - loss) + 0.5) as u64),
            _ => once,
        }
    }

    /// The same for what is really put on the wire.
    pub(super) fn airtime_of(
        &self,
        up: bool,
        member: u32,
        now: Option<BitsPerSec>,
        packets: u64,
        wire: u64,
    ) -> SimTime {
        let rate = now.unwrap_or_else(|| self.usual_rate(up, member));
        match self.own_rate(up, member) {
            Some(Rate::Trace(_)) => rate.time_for(Bytes(wire)).max(SimTime::from_ns(1)),
            _ => self.time_on_air(rate, packets, wire),
        }
    }

    fn own_rate(&self, up: bool, member: u32) -> Option<&Rate> {
        self.conditions.as_ref().and_then(|c| c.quality(up).rate(member))
    }

    /// The rate of its `member`-th lower node, or the mean of the trace that it follows.
    pub fn usual_rate(&self, up: bool, member: u32) -> BitsPerSec {
        self.own_rate(up, member).map_or(self.direction(up).rate, Rate::mean)
    }

    #[inline]
    fn time_on_air(&self, rate: BitsPerSec, packets: u64, wire: u64) -> SimTime {
        let overhead = SimTime::from_ns(self.packet.per_packet.ns().saturating_mul(packets));
        (overhead + rate.time_for(Bytes(wire))).max(SimTime::from_ns(1))
    }

    /// Both delays.
    pub fn round_trip(&self) -> SimTime {
        self.up.delay + self.down.delay
    }

    /// What is to be expected beside airtime: the delay and its jitter, handshake and slow start.
    pub fn delay_known(&self, up: bool, member: u32, payload: Bytes) -> SimTime {
        let delay = self.direction(up).delay;
        let Some(conditions) = &self.conditions else { return delay };
        let handshake = conditions.transport.handshake(self.round_trip());
        delay + conditions.quality(up).jitter.mean() + handshake + self.late(up, member, payload, 1)
    }

    /// What its transport adds to the delay of a transfer whose packets needed up to `most` tries.
    pub(super) fn late(&self, up: bool, member: u32, payload: Bytes, most: u64) -> SimTime {
        let Some(conditions) = &self.conditions else { return SimTime::ZERO };
        let segment = self.packet.payload.0.min(SEGMENT);
        let segments = payload.0.div_ceil(segment.max(1)).max(1);
        let each = self.airtime_of(up, member, None, 1, segment.saturating_add(self.packet.header.0));
        conditions.transport.late(self.round_trip(), segments, each, most)
    }

    /// Whether the engine's short way fits: nothing about it varies or is drawn.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.conditions.is_none() && !matches!(self.sharing, Sharing::Throughput | Sharing::Flows)
    }

    /// Whether every lower node has a link of its own.
    #[inline]
    pub fn is_own(&self) -> bool {
        self.cell == Cell::Own
    }

    /// The radio that sends and the one that receives.
    #[inline]
    pub fn radios(&self, up: bool) -> (&Radio, &Radio) {
        if up { (&self.lower_radio, &self.upper_radio) } else { (&self.upper_radio, &self.lower_radio) }
    }
}

impl Packet {
    /// How many packets a payload takes: at least one.
    #[inline]
    pub fn count(&self, payload: Bytes) -> u64 {
        if payload <= self.payload { 1 } else { payload.0.div_ceil(self.payload.0.max(1)) }
    }
}
