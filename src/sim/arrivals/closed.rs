//! A closed source: a node has one request at a time. It thinks, asks, and thinks again from when that request has ended,
//! answered or not, to its next one: the machines of the machine-repair model, whose repairs are what they ask for.
//!
//! The k-th think is `Stream(Arrival).draw(workload << 32 | node, k)[0]` as an exponential of the mean, or always the mean;
//! rounded to the nearest ns, at least 1 ns. The first begins with the run; where all are equally long it is cut short,
//! `1 + index(Stream(Phase).draw(same, 0)[0], think)`, so that the nodes do not ask all at once. When a request is born
//! then depends on the policy, and so do birth numbers and what is drawn by them (service times, the policy's chance);
//! the k-th request of a node has the same class, image and think whatever the policy does.

use super::{periodic, poisson};
use crate::random::Stream;
use crate::sim::Think;
use crate::units::SimTime;

/// How a closed source thinks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thinker {
    pub think: SimTime,
    pub law: Think,
}

const LEAST: SimTime = SimTime::from_ns(1);

impl Thinker {
    /// How long it thinks before its first request.
    pub(crate) fn first(&self, entity: u64, arrival: &Stream, phase: &Stream) -> SimTime {
        match self.law {
            Think::Exponential => self.time(entity, 0, arrival),
            Think::Fixed => LEAST + periodic::phase(self.think, phase.draw(entity, 0)[0]),
        }
    }

    /// How long it thinks before its k-th request.
    pub(crate) fn time(&self, entity: u64, ordinal: u64, arrival: &Stream) -> SimTime {
        match self.law {
            Think::Exponential => poisson::gap(self.think.ns() as f64, arrival.draw(entity, ordinal)[0]),
            Think::Fixed => self.think,
        }
    }
}
