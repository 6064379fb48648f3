//! Moving something hop by hop: store and forward.

use super::Engine;
use super::ask::answer_bytes;
use super::close::microwatts;
use crate::problem::Problem;
use crate::sim::accounts::Accounts;
use crate::sim::event::{Key, Rank};
use crate::sim::lane::Lane;
use crate::sim::service::{Leaving, Offer};
use crate::sim::sharing::{Channel, Transfer};
use crate::sim::slab::{Cargo, Leg, Task};
use crate::sim::{Ending, Held, Hop, NodeId, Policy, World};
use crate::units::{Bytes, SimTime};

/// Makes a transfer ready for a hop: how long it takes alone.
#[inline]
fn load(leg: &mut Leg, lane: &Lane, hop: Hop, raw: bool, bytes: Bytes, at: SimTime) -> SimTime {
    let (wire, airtime) = lane.transfer(bytes);
    leg.cargo = Cargo { raw, bytes, hop, wire };
    (leg.offered, leg.begun) = (at, false);
    airtime
}

/// Accounts for a hop whose times are known: when its last bit is sent. Of the world only who looks at outcomes knows.
#[inline]
fn cross(leg: &mut Leg, accounts: &mut Accounts, outcomes: Option<&World>, [start, leaves]: [SimTime; 2]) -> SimTime {
    let Cargo { hop, wire, .. } = leg.cargo;
    if accounts.crosses(hop, [start, leaves], wire, leg.counted) {
        leg.begun = true;
        *if hop.up { &mut leg.bytes_up } else { &mut leg.bytes_down } += wire;
        if let Some(world) = outcomes {
            leg.home_fj += home_radio(world, leg.request.home, hop) * leaves.since(start).ns();
        }
    }
    leaves
}

/// Power in microwatts that a transfer costs a request's home, if that is an end of the hop.
fn home_radio(world: &World, home: NodeId, hop: Hop) -> u64 {
    let (sender, receiver) = world.links[hop.link as usize].radios(hop.up);
    match home {
        home if home == hop.from => microwatts(sender.transmit),
        home if home == hop.to => microwatts(receiver.receive),
        _ => 0,
    }
}

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Starts the next hop from one node towards another.
    pub(super) fn send(&mut self, slot: u32, from: NodeId, to: NodeId, raw: bool, bytes: Bytes) -> Result<(), Problem> {
        let there = self.layout.next_lane(from, to);
        let (hop, lane) = there.ok_or_else(|| Problem::new("there is no way to this node"))?;
        if !lane.plain {
            return self.set_out(slot, hop, raw, bytes);
        }
        let (channel, fair) = (lane.channel(hop), lane.fair);
        let leg = &mut self.legs[slot];
        let (airtime, birth) = (load(leg, lane, hop, raw, bytes, self.now), leg.birth);
        if let Some(unit) = self.failures.of_channel(channel).filter(|unit| self.failures.is_down(*unit)) {
            self.halt(slot, unit, airtime);
            return Ok(());
        }
        let transfer = Transfer { birth, slot, airtime, up: hop.up, wire: 0, member: 0 };
        match self.channels.offer(channel, self.now, transfer) {
            Offer::Leaves { start, leaves } => {
                let arrives = self.crosses(slot, [start, leaves]);
                self.goes_on(slot, arrives);
            }
            Offer::Queued if fair => self.join(slot, channel, airtime),
            Offer::Queued => self.begin_sending(channel),
            Offer::Joined | Offer::Refused => return Err(self.fault(slot, "a channel refused a transfer")),
        }
        Ok(())
    }

    /// Accounts for a hop whose times are known: when the transfer arrives.
    #[inline]
    pub(super) fn crosses(&mut self, slot: u32, times: [SimTime; 2]) -> SimTime {
        let leg = &mut self.legs[slot];
        let lane = self.layout.lane(leg.cargo.hop);
        cross(leg, &mut self.accounts, self.needs.outcomes.then_some(self.world), times) + lane.delay
    }

    /// What follows on an arrival that is known: on links that share nothing the next hop is worked out at once, and so
    /// is the end of an answer's way, where nobody looks.
    #[inline]
    pub(super) fn goes_on(&mut self, slot: u32, mut arrives: SimTime) {
        if !self.explicit && arrives <= self.stop && self.goes_far(slot, &mut arrives) {
            return self.end_early(slot, arrives);
        }
        self.schedule(slot, arrives, Rank::Arrive);
    }

    /// Goes on as far as times are known; whether that is the end of an answer's way.
    #[inline]
    fn goes_far(&mut self, slot: u32, arrives: &mut SimTime) -> bool {
        let Self { legs, layout, accounts, .. } = self;
        let leg = &mut legs[slot];
        let (to, brings) = match leg.task {
            Task::Return(sink) => (sink, None),
            Task::Bring(compute) => (compute.node, Some(compute.via)),
            Task::Idle | Task::Serve(_) | Task::Push(..) => return false,
        };
        let Cargo { raw, bytes, .. } = leg.cargo;
        while *arrives <= self.stop {
            let Cargo { hop, wire, .. } = leg.cargo;
            if hop.to == to {
                let ends = brings.is_none() && self.unseen;
                accounts.arrived(hop, wire * u64::from(ends));
                return ends;
            }
            let Some((next, lane)) = layout.next_lane(hop.to, to).filter(|(_, lane)| lane.free) else { break };
            accounts.arrived(hop, wire);
            if let Some(via) = brings.filter(|_| raw) {
                leg.receive_raw(hop.to, via);
            }
            let airtime = load(leg, lane, next, raw, bytes, *arrives);
            let outcomes = self.needs.outcomes.then_some(self.world);
            *arrives = cross(leg, accounts, outcomes, [*arrives, *arrives + airtime]) + lane.delay;
        }
        false
    }

    /// The last bit is on its way.
    #[inline]
    pub(super) fn sent_off(&mut self, slot: u32) {
        let arrives = self.now + self.delay(slot);
        if self.legs[slot].lent {
            return self.trip_sent_off(slot, arrives);
        }
        self.goes_on(slot, arrives);
    }

    /// From the last bit's sending to its arrival.
    #[inline]
    pub(super) fn delay(&self, slot: u32) -> SimTime {
        let hop = self.legs[slot].cargo.hop;
        let link = &self.world.links[hop.link as usize];
        let delay = link.direction(hop.up).delay;
        if link.conditions.is_some() { delay + self.delayed(slot) } else { delay }
    }

    /// An answer that is foreseen at the end of a service then: sent at once where its first hop shares nothing.
    #[inline]
    pub(super) fn answers_early(&mut self, slot: u32, at: SimTime) -> bool {
        let leg = &mut self.legs[slot];
        let Some(sink) = self.layout.sink(self.world, &leg.request) else { return false };
        if leg.request.at == sink {
            leg.request.steps += 1;
            self.end_early(slot, at);
            return true;
        }
        let Some((hop, lane)) = self.layout.next_lane(leg.request.at, sink).filter(|(_, lane)| lane.free) else {
            return false;
        };
        let Some(bytes) = answer_bytes(self.world, &self.layout, leg) else { return false };
        leg.request.steps += 1;
        leg.task = Task::Return(sink);
        let airtime = load(leg, lane, hop, false, bytes, at);
        let arrives = self.crosses(slot, [at, at + airtime]);
        self.goes_on(slot, arrives);
        true
    }

    /// Ends a request at a later time that nobody sees coming.
    #[inline]
    fn end_early(&mut self, slot: u32, at: SimTime) {
        self.ended(slot, Ending::Answered, at);
        self.legs.give_back(slot);
    }

    /// Charges a transfer that begins.
    #[inline]
    pub(super) fn sending(&mut self, slot: u32, hop: Hop, airtime: SimTime) {
        let leg = &mut self.legs[slot];
        let wire = leg.cargo.wire;
        leg.begun = true;
        self.accounts.sent(hop, airtime, wire, leg.counted);
        if self.world.links[hop.link as usize].conditions.is_some() {
            self.sent_again(slot);
        }
        let leg = &mut self.legs[slot];
        *if hop.up { &mut leg.bytes_up } else { &mut leg.bytes_down } += wire;
        if self.needs.outcomes {
            self.charge_radio(slot, hop, airtime);
        }
    }

    fn charge_radio(&mut self, slot: u32, hop: Hop, airtime: SimTime) {
        self.legs[slot].home_fj += self.home_radio(slot, hop) * airtime.ns();
    }

    /// Power in microwatts that a transfer costs the home of its request, if that is an end of the hop.
    pub(super) fn home_radio(&self, slot: u32, hop: Hop) -> u64 {
        home_radio(self.world, self.legs[slot].request.home, hop)
    }

    /// Joins a fair channel: sending begins at once.
    pub(super) fn join(&mut self, slot: u32, channel: u32, airtime: SimTime) {
        self.sending(slot, self.legs[slot].cargo.hop, airtime);
        self.announce(channel);
    }

    /// Schedules the leaving of whoever leaves a fair channel next, in place of whoever was to before.
    pub(super) fn announce(&mut self, channel: u32) {
        let Some(fair) = self.channels.get(channel).fair() else { return };
        let announced = fair.announce();
        self.expect_other(announced);
    }

    /// Schedules the next leaving of a channel or a station, in place of the one that was expected before.
    pub(super) fn expect_other(&mut self, (before, next): (Option<Leaving>, Option<Leaving>)) {
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

    /// Lets those begin who can, in an explicit channel.
    pub(super) fn begin_sending(&mut self, channel: u32) {
        while let Some(begun) = self.channels.get(channel).begin(self.now) {
            let hop = self.legs[begun.slot].cargo.hop;
            self.accounts.busy(hop, self.now, begun.leaves);
            self.sending(begun.slot, hop, begun.leaves.since(self.now));
            self.schedule(begun.slot, begun.leaves, Rank::Leave);
        }
    }

    /// A transfer, or a service, ends.
    pub(super) fn leave(&mut self, slot: u32) -> Result<(), Problem> {
        match self.legs[slot].task {
            Task::Serve(compute) => return self.served(slot, compute.node),
            _ => self.sent(slot),
        }
        Ok(())
    }

    fn sent(&mut self, slot: u32) {
        let channel = self.layout.channel(self.legs[slot].cargo.hop);
        match self.channels.changing(channel, self.now) {
            Channel::Fifo(station) => {
                station.leave(self.now);
                self.sent_off(slot);
                self.begin_sending(channel);
            }
            Channel::Fair(fair) => {
                fair.forget();
                self.leave_fair(channel);
                self.announce(channel);
            }
            Channel::Varying(_) => self.varying_sent(slot, channel),
            Channel::Flows(_) => self.flows_sent(),
            Channel::Breakable(_) => self.breakable_sent(slot, channel),
            Channel::Fixed => {}
        }
    }

    /// Lets all go that a fair channel is done with.
    pub(super) fn leave_fair(&mut self, channel: u32) {
        let window = self.channels.window();
        while let Some(fair) = self.channels.get(channel).fair() {
            let legs = &self.legs;
            let Some(slot) = fair.leave(self.now, window, |s| legs[s].cargo.hop.up) else { return };
            self.sent_off(slot);
        }
    }

    /// Something arrives at the other end of a hop.
    pub(super) fn arrive(&mut self, slot: u32) -> Result<(), Problem> {
        if !self.legs[slot].begun {
            return self.depart(slot);
        }
        let Cargo { raw, bytes, hop, wire } = self.legs[slot].cargo;
        self.accounts.arrived(hop, wire);
        match self.legs[slot].task {
            Task::Return(sink) if hop.to == sink => self.end(slot, Ending::Answered),
            Task::Return(sink) => return self.send(slot, hop.to, sink, raw, bytes),
            Task::Bring(compute) => {
                if raw {
                    self.legs[slot].receive_raw(hop.to, compute.via);
                }
                if hop.to != compute.node {
                    return self.send(slot, hop.to, compute.node, raw, bytes);
                }
                self.stand(slot, hop.to, raw);
                self.serve(slot, compute);
            }
            Task::Push(node, model) if hop.to == node => self.delivered(slot, node, model),
            Task::Push(node, _) => return self.send(slot, hop.to, node, raw, bytes),
            Task::Idle | Task::Serve(_) => {}
        }
        Ok(())
    }

    /// The request now stands where its computation is; what it held elsewhere is left there if it goes on from raw.
    pub(super) fn stand(&mut self, slot: u32, node: NodeId, raw: bool) {
        let request = &mut self.legs[slot].request;
        request.at = node;
        if raw {
            request.held = Held::Raw;
        }
    }
}
