//! Serving where others change when a request leaves.

use super::Engine;
use crate::sim::event::{Key, Rank};
use crate::sim::service::Turn;
use crate::sim::{NodeId, Policy, Service};
use crate::units::SimTime;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// A request joined a live station, which accounts for its time there.
    pub(super) fn joined(&mut self, slot: u32, node: NodeId) {
        self.legs[slot].begun = true;
        self.settle(node);
    }

    /// Takes a live station's turns, and schedules who leaves next.
    pub(super) fn settle(&mut self, node: NodeId) {
        while let Some(turn) = self.nodes.turn(node, self.now) {
            match turn {
                Turn::Begins { slot, work, leaves } => self.begins(slot, node, work, leaves),
                Turn::Resumes { slot, leaves } => self.schedule(slot, leaves, Rank::Leave),
                Turn::Stops { slot } => self.legs[slot].pending = Key::NONE,
            }
        }
        self.expect_leave(node);
    }

    fn begins(&mut self, slot: u32, node: NodeId, work: SimTime, leaves: Option<SimTime>) {
        self.charge(slot, node, work);
        if let Some(leaves) = leaves {
            self.schedule(slot, leaves, Rank::Leave);
        }
    }

    /// How urgent a request is at a node: the less, the more.
    #[inline]
    pub(super) fn order(&self, slot: u32, node: NodeId) -> u64 {
        let request = &self.legs[slot].request;
        match self.world.groups[self.layout.group_of(node).0 as usize].service {
            Service::Priority(_) => u64::from(self.world.workloads[request.workload as usize].priority),
            Service::Edf(_) => request.deadline.map_or(u64::MAX, SimTime::ns),
            Service::Fifo(_) | Service::Sharing(_) => 0,
        }
    }

    /// Charges a request with its whole service; what its time there exceeds that by when it leaves, it has waited.
    fn charge(&mut self, slot: u32, node: NodeId, work: SimTime) {
        let group = self.layout.group_of(node);
        let tier = self.layout.tier[group.0 as usize] as usize;
        let leg = &mut self.legs[slot];
        leg.offered += work;
        leg.compute_ns[tier] += work.ns();
        if self.needs.outcomes && node == leg.request.home {
            let power = self.world.groups[group.0 as usize].server_power();
            leg.home_fj += super::close::microwatts(power) * work.ns();
        }
        self.accounts.charged(group, work, leg.counted);
    }

    /// Schedules the next leaving in place of the one that was expected before.
    fn expect_leave(&mut self, node: NodeId) {
        let (before, next) = self.nodes.announce(node);
        if before == next {
            return;
        }
        if let Some((slot, _)) = before {
            self.legs[slot].pending = Key::NONE;
        }
        if let Some((slot, at)) = next {
            self.schedule(slot, at, Rank::Leave);
        }
    }

    /// An expected leaving has come.
    pub(super) fn leave_live(&mut self, slot: u32, node: NodeId) {
        let mut gone = std::mem::take(&mut self.gone);
        self.nodes.leave_live(node, self.now, slot, &mut gone);
        gone.drain(..).for_each(|slot| self.left(slot, node));
        self.gone = gone;
        self.settle(node);
    }

    fn left(&mut self, slot: u32, node: NodeId) {
        let leg = &self.legs[slot];
        self.accounts.lost(self.layout.group_of(node), leg.offered, self.now, leg.counted);
        self.schedule_ask(slot, self.now);
    }

    /// Adds what live stations have accounted for.
    pub(super) fn settle_nodes(&mut self) {
        for node in (0..self.world.node_count()).map(NodeId) {
            if let Some((busy, queue)) = self.nodes.times(node, self.stop) {
                let account = &mut self.accounts.groups[self.layout.group_of(node).0 as usize];
                account.busy_ns += busy;
                account.queue_ns += queue;
            }
        }
    }
}
