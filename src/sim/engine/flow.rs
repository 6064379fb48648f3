//! Transfers over links that are shared as flows.
//!
//! A flow crosses all hops at once that follow each other on its way over such links; where another link follows, what
//! arrived is stored and sent on. Each hop is charged when the flow begins, as if it were alone: its airtime, bytes and
//! joules. The flow is as long as it is in the hop with the largest product of airtime and rate: what its packets and
//! losses add in other hops takes up no more. What must be waited for first, and the delays after the last bit, are those
//! of all its hops together. All its nodes hold the raw image once it is through.

use super::Engine;
use crate::sim::sharing::{Channel, Crossing};
use crate::sim::slab::{Compute, Task};
use crate::sim::{Hop, NodeId, Policy, Sharing};
use crate::units::SimTime;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Whether a request is on a hop of a link that is shared as flows.
    pub(super) fn is_flow(&self, slot: u32) -> bool {
        self.flows_over(self.legs[slot].cargo.hop)
    }

    fn flows_over(&self, hop: Hop) -> bool {
        self.world.links[hop.link as usize].sharing == Sharing::Flows
    }

    /// What is waited for before the flow that begins with a request's hop.
    pub(super) fn handshakes(&self, slot: u32) -> SimTime {
        let to = self.bound_for(slot);
        let hops = std::iter::successors(Some(self.legs[slot].cargo.hop), |hop| self.crosses_next(*hop, to));
        hops.fold(SimTime::ZERO, |sum, hop| sum + self.handshake(hop))
    }

    /// The hop that a flow crosses at once with another.
    fn crosses_next(&self, hop: Hop, to: NodeId) -> Option<Hop> {
        self.layout.next_hop(hop.to, to).filter(|next| self.flows_over(*next))
    }

    /// Where what is on its way is brought.
    fn bound_for(&self, slot: u32) -> NodeId {
        match self.legs[slot].task {
            Task::Bring(compute) => compute.node,
            Task::Return(to) | Task::Push(to, _) => to,
            Task::Idle | Task::Serve(_) => self.legs[slot].cargo.hop.to,
        }
    }

    /// A flow begins with a request's hop; then the request is on the last of its hops.
    pub(super) fn begin_flow(&mut self, slot: u32) {
        self.legs[slot].offered = self.now;
        let (to, mut crossings) = (self.bound_for(slot), Vec::new());
        let mut next = Some(self.legs[slot].cargo.hop);
        while let Some(hop) = next {
            crossings.extend(self.cross(slot, hop));
            next = self.crosses_next(hop, to);
        }
        let who = (self.legs[slot].birth, slot);
        if let Some(flows) = self.channels.changing_flows(self.now) {
            flows.join(self.now, who, crossings);
        }
        self.announce_flows();
    }

    /// Charges one hop of a flow.
    fn cross(&mut self, slot: u32, hop: Hop) -> Option<Crossing> {
        self.legs[slot].cargo.hop = hop;
        let parcel = self.parcel(slot);
        self.legs[slot].cargo.wire = parcel.wire;
        let transfer = self.transfer(slot, parcel);
        self.sending(slot, hop, transfer.airtime);
        let Channel::Flows(channel) = *self.channels.get(self.layout.channel(hop)) else { return None };
        Some(Crossing { hop, channel, wire: transfer.wire, airtime: transfer.airtime })
    }

    /// Schedules the leaving of the flow that is through next, in place of the one that was to be before.
    fn announce_flows(&mut self) {
        if let Some(flows) = self.channels.flows() {
            let announced = flows.announce();
            self.expect_other(announced);
        }
    }

    /// Lets all flows go that are through.
    #[cold]
    pub(super) fn flows_sent(&mut self) {
        if let Some(flows) = self.channels.changing_flows(self.now) {
            flows.forget();
        }
        while let Some((slot, crossings)) = self.channels.flows().and_then(|flows| flows.leave(self.now)) {
            self.flow_sent(slot, &crossings);
        }
        self.announce_flows();
    }

    /// A flow is through: what remains is as of any last hop.
    fn flow_sent(&mut self, slot: u32, crossings: &[Crossing]) {
        let mut arrives = self.now;
        for crossing in crossings {
            self.legs[slot].cargo.hop = crossing.hop;
            arrives += self.delay(slot);
        }
        self.pass_relays(slot, crossings);
        self.goes_on(slot, arrives);
    }

    /// A flow has passed the nodes on its way, all but its end.
    fn pass_relays(&mut self, slot: u32, crossings: &[Crossing]) {
        let before_last = crossings.len().saturating_sub(1);
        for Crossing { hop, wire, .. } in &crossings[..before_last] {
            self.accounts.arrived(*hop, *wire);
            let leg = &mut self.legs[slot];
            if let Task::Bring(Compute { via, .. }) = leg.task
                && leg.cargo.raw
            {
                leg.receive_raw(hop.to, via);
            }
        }
    }

    /// What is under way at the end: its last hop is as any other's.
    pub(super) fn settle_flows(&mut self) {
        let under_way = self.channels.changing_flows(self.stop).map_or(Vec::new(), |flows| flows.close(self.stop));
        under_way.iter().for_each(|(slot, crossings)| self.pass_relays(*slot, crossings));
    }
}
