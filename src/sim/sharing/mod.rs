//! How transfers share a channel: one mechanism a file.

mod breakable;
mod build;
mod crew;
mod fair;
mod fifo;
mod fixed;
mod flows;
mod varying;

pub(super) use breakable::Breakable;
pub(super) use build::channels;
pub use fair::{Fair, Window};
pub(super) use flows::{Alone, Crossing, Network, alone, check as check_flows};
pub use flows::{FASTEST_FLOW, Flows};
pub(super) use varying::Varying;

use super::Sharing;
use super::service::{Begun, Job, Offer, Station};
use crate::units::SimTime;

/// One direction of one cell of a link, or both directions of a half-duplex one.
#[derive(Debug)]
pub(super) enum Channel {
    Fixed,
    Fifo(Station),
    Fair(Box<Fair>),
    Varying(Box<Varying>),
    /// One of those that flows cross, with its number among them: see [`Network`].
    Flows(u32),
    /// It fails now and then.
    Breakable(Box<Breakable>),
}

/// A transfer that is offered to a channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub birth: u64,
    pub slot: u32,
    pub airtime: SimTime,
    pub up: bool,
    /// Bytes on the wire, and the number of the lower node among those of the link: of interest where rates differ.
    pub wire: u64,
    pub member: u32,
}

impl Channel {
    #[inline]
    pub(super) fn offer(&mut self, now: SimTime, transfer: Transfer, window: Window) -> Offer {
        match self {
            Self::Fixed => fixed::offer(now, transfer.airtime),
            Self::Fifo(station) => {
                station.offer(now, Job { slot: transfer.slot, work: transfer.airtime, ..Job::default() })
            }
            Self::Fair(fair) => {
                fair.join(now, (transfer.birth, transfer.slot), transfer.airtime, transfer.up, window);
                Offer::Queued
            }
            Self::Varying(varying) => varying.offer(now, transfer, window),
            Self::Flows(_) => Offer::Refused,
            Self::Breakable(breakable) => breakable.offer(now, transfer, window),
        }
    }

    /// First come, first served, event by event: who begins now, if anybody.
    pub(super) fn begin(&mut self, now: SimTime) -> Option<Begun> {
        match self {
            Self::Fifo(station) => station.begin(now),
            Self::Breakable(breakable) => breakable.begin(now),
            Self::Fixed | Self::Fair(_) | Self::Varying(_) | Self::Flows(_) => None,
        }
    }

    /// Its sharers, if it is shared fairly and its capacity is constant.
    #[inline]
    pub(super) fn fair(&mut self) -> Option<&mut Fair> {
        match self {
            Self::Fair(fair) => Some(fair),
            Self::Breakable(breakable) => breakable.fair(),
            Self::Fixed | Self::Fifo(_) | Self::Varying(_) | Self::Flows(_) => None,
        }
    }

    /// Where transfers share: parts of the air that are sent up, and all parts.
    pub(super) fn sharers(&self) -> Option<[u128; 2]> {
        match self {
            Self::Fixed | Self::Fifo(_) | Self::Flows(_) => None,
            Self::Fair(fair) => Some(fair.sharers()),
            Self::Varying(varying) => varying.sharers(),
            Self::Breakable(breakable) => breakable.sharers(),
        }
    }

    /// Airtime still to be sent at `at`, after all that happens up to and with `counted`; flows are those of the network.
    pub(super) fn backlog(&self, flows: Option<&Network>, counted: SimTime, at: SimTime) -> u128 {
        match self {
            Self::Fixed => 0,
            Self::Fifo(station) => station.look(counted, at).work,
            Self::Fair(fair) => fair.backlog(at),
            Self::Varying(varying) => varying.backlog(counted, at),
            Self::Flows(number) => flows.map_or(0, |flows| flows.backlog(*number, at)),
            Self::Breakable(breakable) => breakable.backlog(at),
        }
    }
}
