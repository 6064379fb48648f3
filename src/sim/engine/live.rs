//! Serving where others change when a request leaves.

use super::Engine;
use crate::sim::event::{Key, Rank};
use crate::sim::service::{Job, Turn};
use crate::sim::slab::Compute;
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
                Turn::Begins { slot, work, lasts, leaves } => {
                    self.legs[slot].offered += lasts;
                    self.begins(slot, node, work, leaves);
                }
                Turn::Resumes { slot, leaves } => self.schedule(slot, leaves, Rank::Leave),
                Turn::Stops { slot } => self.legs[slot].pending = Key::NONE,
            }
        }
        self.expect_leave(node);
    }

    /// A service begins; by what its time there exceeds that when it leaves, a request has waited.
    fn begins(&mut self, slot: u32, node: NodeId, work: SimTime, leaves: Option<SimTime>) {
        self.charge(slot, node, work);
        if let Some(leaves) = leaves {
            self.schedule(slot, leaves, Rank::Leave);
        }
    }

    /// What a node's station must know of a request.
    #[inline]
    pub(super) fn job(&self, slot: u32, compute: Compute) -> Job {
        let (work, leg) = (self.work(slot, compute), &self.legs[slot]);
        let plain = Job { slot, birth: leg.birth, work, ..Job::default() };
        match self.world.groups[self.layout.group_of(compute.node).0 as usize].service {
            Service::Fifo(_) | Service::Sharing(_) => plain,
            Service::Priority(_) => Job { order: self.priority(leg.request.workload), ..plain },
            Service::Edf(_) => Job { order: leg.request.deadline.map_or(u64::MAX, SimTime::ns), ..plain },
            Service::Batch(_) => Job { kind: compute.kind(), bits: self.service_bits(slot), ..plain },
        }
    }

    fn priority(&self, workload: u16) -> u64 {
        u64::from(self.world.workloads[workload as usize].priority)
    }

    /// The draw that varies the time of a request's service.
    pub(super) fn service_bits(&self, slot: u32) -> u64 {
        let leg = &self.legs[slot];
        self.draws.service.draw(leg.entity(), u64::from(leg.request.steps))[0]
    }

    /// Charges a request with its service, which is its own part of a batch.
    fn charge(&mut self, slot: u32, node: NodeId, work: SimTime) {
        let group = self.layout.group_of(node);
        let tier = self.layout.tier[group.0 as usize] as usize;
        let leg = &mut self.legs[slot];
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
