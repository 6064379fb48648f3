//! Nodes and channels that fail and work again.

use super::{Channels, Nodes};
use crate::sim::NodeId;
use crate::sim::service::{Cut, Job, Station};
use crate::sim::sharing::Channel;
use crate::units::SimTime;

impl Nodes {
    /// A node fails: turns out all.
    pub(in crate::sim) fn fail(&mut self, node: NodeId, now: SimTime, cuts: &mut Vec<Cut>) {
        if let Station::Live(live) = self.changing(node, now) {
            live.fail(now, cuts);
        }
    }

    /// Somebody who was turned out waits again until it works, or later.
    pub(in crate::sim) fn take_back(&mut self, node: NodeId, now: SimTime, job: Job) {
        if let Station::Live(live) = self.changing(node, now) {
            live.take_back(now, job);
        }
    }

    /// A node works again.
    pub(in crate::sim) fn repair(&mut self, node: NodeId, now: SimTime) {
        if let Station::Live(live) = self.changing(node, now) {
            live.repair(now);
        }
    }
}

impl Channels {
    /// A channel fails: turns out all.
    pub(in crate::sim) fn fail(&mut self, channel: u32, now: SimTime, cuts: &mut Vec<Cut>) {
        let window = self.window;
        if let Channel::Breakable(breakable) = self.changing(channel, now) {
            breakable.fail(now, window, cuts);
        }
    }

    /// Somebody is held until a channel works again.
    pub(in crate::sim) fn hold(&mut self, channel: u32, now: SimTime, slot: u32, airtime: SimTime) {
        if let Channel::Breakable(breakable) = self.changing(channel, now) {
            breakable.hold(slot, airtime);
        }
    }

    /// A channel works again: gives those whom it held, in their order.
    pub(in crate::sim) fn repair(&mut self, channel: u32, now: SimTime) -> Vec<u32> {
        match self.changing(channel, now) {
            Channel::Breakable(breakable) => breakable.release(),
            _ => Vec::new(),
        }
    }
}
