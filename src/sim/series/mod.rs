//! Samples of a run at a period that its recorder states: queues, busy servers, power and the use of links, over time.
//!
//! A sample is no snapshot but the mean of a period: the first begins with the run, the last ends with the births
//! (and is shorter where the period does not divide). So nothing that lasts less than a period is missed, the means of
//! all samples are the mean of the run, and a sample does not depend on how the run is worked out: a service that the
//! engine worked out before its time counts in the periods in which it takes place. Memory grows with the number of
//! samples and of groups and links; a change of a station or a channel costs the same whatever the period is.
//!
//! - *Waiting*, *busy* and *servers* are request- and server-nanoseconds of all nodes of a group, as a view counts them:
//!   waiting is who is not served, those at the gate of a memory included; servers are those of nodes that are neither
//!   off nor booting.
//! - *Links*: nanoseconds in which channels carried, by direction; a fair channel that carries both ways at once is
//!   divided among its transfers, rounded to 2^-32.
//! - *Power*: idle nodes that are not off, busy servers at the level of the time, and radios while their channel carries;
//!   powers rounded to 1 nW. What happens at once (a server started, a node booted, a model loaded) has joules, and no
//!   power.
//!
//! All requests count, those born before the window too: the beginning of a run can be looked at.

mod bins;
mod lapses;
mod watch;

pub(super) use lapses::Lapses;
pub(super) use watch::{Moment, WHOLE, Watch, shares};

use crate::units::SimTime;

/// Means of one period of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// When the period ended.
    pub at: SimTime,
    /// How long it was.
    pub span_ns: u64,
    /// By group.
    pub groups: Vec<GroupSample>,
    /// By link.
    pub links: Vec<LinkSample>,
}

/// A group's part of a sample: sums over its nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupSample {
    /// Request-nanoseconds of waiting.
    pub waiting_ns: u128,
    /// Server-nanoseconds of serving.
    pub busy_ns: u128,
    /// Server-nanoseconds that were there to be used.
    pub server_ns: u128,
    /// Mean power.
    pub power_w: f64,
}

/// A link's part of a sample: sums over its channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkSample {
    /// How many channels it has, each way.
    pub channels: u32,
    /// Nanoseconds of carrying towards the cloud.
    pub busy_ns_up: u128,
    /// The same towards the devices.
    pub busy_ns_down: u128,
}

impl Sample {
    /// Of a sum over the period, its mean: how many at a time.
    pub fn mean(&self, sum_ns: u128) -> f64 {
        sum_ns as f64 / self.span_ns as f64
    }
}
