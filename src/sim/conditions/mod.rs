//! How a link departs from a wire of steady rate that loses nothing: one mechanism a file.

mod jitter;
mod loss;
mod outages;
mod transport;

pub use jitter::{Jitter, LogNormal};
pub(super) use loss::{Draw, Parcel};
pub use outages::{Outage, Outages, PeriodicOutage};
pub(super) use transport::SEGMENT;
pub use transport::Transport;

use super::trace::Trace;
use crate::units::BitsPerSec;
use std::sync::Arc;

/// All that makes a link other than its [`super::Direction`]s say. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {
    /// Towards the cloud.
    pub up: Quality,
    /// Towards the devices.
    pub down: Quality,
    /// When nothing gets through, in either direction.
    pub outages: Option<Outages>,
    /// Whether each lower node starts its traces at a place of its own, drawn anew in each replication, instead of at
    /// their beginning.
    pub scatter: bool,
    /// What is done before the first byte, and how losses are noticed.
    pub transport: Transport,
    /// Whether the share of its capacity that each lower node gets may change while the run goes on: by
    /// [`super::Action::Share`]. It must be shared `fifo` or `fair`.
    pub adjustable: bool,
}

/// One direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quality {
    /// Rates in place of the direction's: the `i`-th lower node of the link has the one at `i mod rates.len()`. Empty: all
    /// have the direction's.
    pub rates: Vec<Rate>,
    /// Probability that a packet gets lost, at least 0 and below 1; it is then sent again until it gets through.
    pub loss: f64,
    /// What is added to the delay of each transfer.
    pub jitter: Jitter,
}

/// A lower node's rate.
#[derive(Clone, Debug, PartialEq)]
pub enum Rate {
    /// Always the same.
    Steady(BitsPerSec),
    /// As a trace says; [`super::Packet::per_packet`] then adds nothing, as the trace says what gets through.
    Trace(Arc<Trace>),
}

impl Conditions {
    /// Nothing changes.
    pub const NONE: Self = Self {
        up: Quality::NONE,
        down: Quality::NONE,
        outages: None,
        scatter: false,
        transport: Transport::Datagram,
        adjustable: false,
    };

    /// One of its directions.
    #[inline]
    pub fn quality(&self, up: bool) -> &Quality {
        if up { &self.up } else { &self.down }
    }

    /// Whether capacity changes while the run goes on.
    pub(super) fn varies(&self) -> bool {
        self.outages.is_some() || self.adjustable || self.is_traced()
    }

    /// Whether a rate follows a trace.
    pub fn is_traced(&self) -> bool {
        self.up.rates.iter().chain(&self.down.rates).any(|rate| matches!(rate, Rate::Trace(_)))
    }
}

impl Quality {
    /// A direction as its [`super::Direction`] says.
    pub const NONE: Self = Self { rates: Vec::new(), loss: 0.0, jitter: Jitter::None };

    /// The rate of a link's `member`-th lower node, if it has one of its own.
    #[inline]
    pub fn rate(&self, member: u32) -> Option<&Rate> {
        self.rates.get(member as usize % self.rates.len().max(1))
    }
}

impl Rate {
    /// The rate, or a trace's mean.
    pub fn mean(&self) -> BitsPerSec {
        match self {
            Self::Steady(rate) => *rate,
            Self::Trace(trace) => trace.mean(),
        }
    }
}
