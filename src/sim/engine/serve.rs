//! Computing at a node.

use super::Engine;
use super::ask::complete;
use super::close::microwatts;
use crate::problem::Problem;
use crate::sim::event::Rank;
use crate::sim::service::{Job, Offer};
use crate::sim::slab::{Compute, Leg, Task};
use crate::sim::{Alarm, GroupId, NodeId, Policy, Step, World};
use crate::units::SimTime;

/// Puts a service on a request's account; of the world only who looks at outcomes knows.
#[inline]
fn charge(leg: &mut Leg, tier: usize, time: SimTime, outcomes: Option<&World>, (node, group): (NodeId, GroupId)) {
    leg.compute_ns[tier] += time.ns();
    if let Some(world) = outcomes.filter(|_| node == leg.request.home) {
        leg.home_fj += microwatts(world.groups[group.0 as usize].server_power()) * time.ns();
    }
}

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Offers a request to the node where its computation is.
    pub(super) fn serve(&mut self, slot: u32, compute: Compute) {
        if let Some(unit) = self.failures.of_node(compute.node).filter(|unit| self.failures.is_down(*unit)) {
            return self.turn_away(slot, unit, compute.node);
        }
        if self.nodes.is_elided(compute.node) {
            return self.serve_at_once(slot, compute);
        }
        let job = self.job(slot, compute);
        let leg = &mut self.legs[slot];
        leg.task = Task::Serve(compute);
        (leg.offered, leg.begun) = (self.now, false);
        let offer = self.nodes.offer(compute.node, self.now, job);
        if offer == Offer::Refused {
            return self.refuse(slot, compute.node);
        }
        self.legs[slot].request.refused = 0;
        match offer {
            Offer::Joined => self.joined(slot, compute.node),
            _ => self.begin_serving(compute.node),
        }
    }

    /// The same at a station that says at once when it will be done.
    #[inline]
    fn serve_at_once(&mut self, slot: u32, compute: Compute) {
        let job = Job { work: self.work(slot, compute), ..Job::default() };
        let leg = &mut self.legs[slot];
        leg.task = Task::Serve(compute);
        (leg.offered, leg.begun) = (self.now, false);
        match self.nodes.offer(compute.node, self.now, job) {
            Offer::Leaves { start, leaves } => self.serves(slot, compute, start, leaves),
            _ => self.refuse(slot, compute.node),
        }
    }

    /// How long the service takes, alone: at least 1 ns.
    #[inline]
    pub(super) fn work(&self, slot: u32, compute: Compute) -> SimTime {
        let group = self.layout.group_of(compute.node).0 as usize;
        let world = &self.world.groups[group];
        let level = if world.levels.is_empty() { 0 } else { self.nodes.level(compute.node) };
        let Some(work) = &world.work_at(level)[compute.model.0 as usize] else { return SimTime::from_ns(1) };
        self.layout.spreads[group].time(work.between(compute.from, compute.upto), || self.service_bits(slot))
    }

    /// A service whose times are known.
    #[inline]
    pub(super) fn serves(&mut self, slot: u32, compute: Compute, start: SimTime, leaves: SimTime) {
        let group = self.layout.group_of(compute.node);
        let leg = &mut self.legs[slot];
        leg.request.refused = 0;
        leg.begun = self.accounts.serves(group, [self.now, start, leaves], leg.counted);
        if leg.begun {
            let tier = self.layout.tier[group.0 as usize] as usize;
            charge(leg, tier, leaves.since(start), self.needs.outcomes.then_some(self.world), (compute.node, group));
        }
        if !self.unseen || !self.foresees(slot, compute, leaves + self.world.information.decision) {
            self.schedule_ask(slot, leaves);
        }
    }

    /// Where nobody looks, asks the policy for an answer that it foresees, to be given then; false: it must be asked then.
    #[inline]
    fn foresees(&mut self, slot: u32, compute: Compute, asked: SimTime) -> bool {
        if asked > self.stop {
            return false;
        }
        let leg = &mut self.legs[slot];
        complete(self.world, &self.layout, leg, compute);
        self.policy.foresee(&leg.request) == Some(Step::Answer) && self.answers_early(slot, asked)
    }

    /// Charges a service that begins.
    #[inline]
    fn serving(&mut self, slot: u32, node: NodeId, start: SimTime, leaves: SimTime) {
        let group = self.layout.group_of(node);
        let tier = self.layout.tier[group.0 as usize] as usize;
        let leg = &mut self.legs[slot];
        leg.begun = true;
        charge(leg, tier, leaves.since(start), self.needs.outcomes.then_some(self.world), (node, group));
        self.accounts.served(group, leg.offered, start, leaves, leg.counted);
    }

    pub(super) fn refuse(&mut self, slot: u32, node: NodeId) {
        let leg = &mut self.legs[slot];
        leg.task = Task::Idle;
        leg.request.refused += 1;
        self.accounts.refused(self.layout.group_of(node), leg.counted);
        self.alarm(Alarm::Refused { node });
        self.schedule_ask(slot, self.now);
    }

    /// Lets those begin who can, in an explicit station.
    fn begin_serving(&mut self, node: NodeId) {
        while let Some(begun) = self.nodes.begin(node, self.now) {
            let offered = self.legs[begun.slot].offered;
            self.accounts.waited(self.layout.group_of(node), offered, self.now);
            self.serving(begun.slot, node, self.now, begun.leaves);
            self.schedule(begun.slot, begun.leaves, Rank::Leave);
        }
    }

    /// A service ended, in a station that has events.
    pub(super) fn served(&mut self, slot: u32, node: NodeId) -> Result<(), Problem> {
        if self.nodes.is_live(node) {
            self.leave_live(slot, node);
            return Ok(());
        }
        self.nodes.leave(node, self.now);
        self.begin_serving(node);
        self.ask_now(slot)
    }

    /// Asks at once where nothing else happens before an ask would come out of the queue.
    #[inline]
    fn ask_now(&mut self, slot: u32) -> Result<(), Problem> {
        if self.prompt && self.queue.is_past() {
            self.handled += 1;
            return self.ask(slot);
        }
        self.schedule_ask(slot, self.now);
        Ok(())
    }
}
