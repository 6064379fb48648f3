//! Serving where others change when a request leaves.

use super::Engine;
use crate::sim::event::{Key, Rank};
use crate::sim::service::{Job, Turn};
use crate::sim::slab::Compute;
use crate::sim::{ModelId, NodeId, Policy, Service};
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
                Turn::Shares { slot, work } => self.shares(slot, node, work),
                Turn::Resumes { slot, leaves } => self.resumes(slot, node, Some(leaves)),
                Turn::Stops { slot } => self.stops(slot),
                Turn::Refused { slot } => self.refuse(slot, node),
                Turn::Evicts { .. } => self.accounts.evicted(self.layout.group_of(node), self.now),
                Turn::Loads { model, until } => self.loads(node, model, until),
            }
        }
        let announced = self.nodes.announce(node);
        self.expect_other(announced);
    }

    /// A model is loaded.
    fn loads(&mut self, node: NodeId, model: ModelId, until: SimTime) {
        let group = self.layout.group_of(node);
        let memory = self.world.groups[group.0 as usize].memory.as_ref();
        let bytes = memory.map_or(0, |memory| memory.sizes[model.0 as usize].0);
        self.accounts.loaded(group, self.now, until, bytes);
        if until <= self.stop {
            self.queue.push(Key::new(until, Rank::Change, 0, node.0));
        }
    }

    fn begins(&mut self, slot: u32, node: NodeId, work: SimTime, leaves: Option<SimTime>) {
        self.charge(slot, node, work);
        self.resumes(slot, node, leaves);
    }

    /// A service begins at a speed that others change: by what its time there exceeds this work, a request has waited.
    fn shares(&mut self, slot: u32, node: NodeId, work: SimTime) {
        self.charge(slot, node, work);
        self.legs[slot].offered += work;
    }

    /// A request has waited until now.
    fn resumes(&mut self, slot: u32, node: NodeId, leaves: Option<SimTime>) {
        let leg = &mut self.legs[slot];
        let offered = std::mem::replace(&mut leg.offered, SimTime::NEVER);
        self.accounts.lost(self.layout.group_of(node), offered, self.now, leg.counted);
        if let Some(leaves) = leaves {
            self.schedule(slot, leaves, Rank::Leave);
        }
    }

    fn stops(&mut self, slot: u32) {
        (self.legs[slot].pending, self.legs[slot].offered) = (Key::NONE, self.now);
    }

    /// What a node's station must know of a request.
    #[inline]
    pub(super) fn job(&self, slot: u32, compute: Compute) -> Job {
        let (work, leg) = (self.work(slot, compute), &self.legs[slot]);
        let plain = Job { slot, birth: leg.birth, work, kind: compute.kind(), ..Job::default() };
        match self.world.groups[self.layout.group_of(compute.node).0 as usize].service {
            Service::Fifo(_) | Service::Sharing(_) => plain,
            Service::Priority(_) => Job { order: self.priority(leg.request.workload), ..plain },
            Service::Edf(_) => Job { order: leg.request.deadline.map_or(u64::MAX, SimTime::ns), ..plain },
            Service::Batch(_) => Job { bits: self.service_bits(slot), ..plain },
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
        let (group, level) = (self.layout.group_of(node), self.nodes.level(node));
        let (tier, power) = (self.layout.tier[group.0 as usize] as usize, self.microwatts(node, level));
        let leg = &mut self.legs[slot];
        leg.compute_ns[tier] += work.ns();
        leg.charged_ns = work.ns();
        if self.needs.outcomes && node == leg.request.home {
            leg.home_fj += power * work.ns();
        }
        self.accounts.charged(group, level, work, leg.counted);
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

    /// Adds what an elastic node has provided.
    fn settle_capacity(&mut self, node: NodeId) {
        let group = self.layout.group_of(node).0 as usize;
        if self.world.groups[group].elastic.is_some()
            && let Some(provided) = self.nodes.provided(node)
        {
            self.accounts.capacity[group].add(provided);
        }
    }

    /// Adds what live stations have accounted for.
    pub(super) fn settle_nodes(&mut self) {
        for node in (0..self.world.node_count()).map(NodeId) {
            if let Some((busy, queue, at_level)) = self.nodes.times(node, self.stop) {
                self.accounts.live(self.layout.group_of(node), busy, queue, at_level);
            }
            self.settle_capacity(node);
            self.accounts.held(self.layout.group_of(node), self.nodes.held(node));
        }
    }
}
