//! Moving something hop by hop: store and forward.

use super::Engine;
use crate::problem::Problem;
use crate::sim::event::{Key, Rank};
use crate::sim::service::Offer;
use crate::sim::sharing::{Channel, Transfer};
use crate::sim::slab::{Cargo, Task};
use crate::sim::{Ending, Held, Hop, NodeId, Policy, Sharing};
use crate::units::{Bytes, SimTime};

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Starts the next hop from one node towards another.
    pub(super) fn send(&mut self, slot: u32, from: NodeId, to: NodeId, raw: bool, bytes: Bytes) -> Result<(), Problem> {
        let hop = self.layout.next_hop(from, to).ok_or_else(|| Problem::new("there is no way to this node"))?;
        let link = &self.world.links[hop.link as usize];
        let (airtime, wire, sharing) = (link.airtime(hop.up, bytes), link.wire_bytes(bytes).0, link.sharing);
        let leg = &mut self.legs[slot];
        leg.cargo = Cargo { raw, bytes, hop, wire };
        (leg.offered, leg.begun) = (self.now, false);
        let transfer = Transfer { birth: leg.birth, slot, airtime, up: hop.up };
        let channel = self.layout.channel(hop);
        match self.channels.offer(channel, self.now, transfer) {
            Offer::Leaves { start, leaves } => self.sends(slot, start, leaves),
            Offer::Queued if sharing == Sharing::Fair => self.join(slot, channel, airtime),
            Offer::Queued => self.begin_sending(channel),
            Offer::Joined | Offer::Refused => return Err(self.fault(slot, "a channel refused a transfer")),
        }
        Ok(())
    }

    /// A transfer whose times are known.
    #[inline]
    fn sends(&mut self, slot: u32, start: SimTime, leaves: SimTime) {
        let hop = self.legs[slot].cargo.hop;
        self.accounts.busy(hop, start, leaves);
        if self.accounts.begins(start) {
            self.sending(slot, hop, leaves.since(start));
        }
        self.schedule_arrival(slot, leaves);
    }

    /// Charges a transfer that begins.
    #[inline]
    fn sending(&mut self, slot: u32, hop: Hop, airtime: SimTime) {
        let leg = &mut self.legs[slot];
        let wire = leg.cargo.wire;
        leg.begun = true;
        self.accounts.sent(hop, airtime, wire, leg.counted);
        *if hop.up { &mut leg.bytes_up } else { &mut leg.bytes_down } += wire;
        if self.needs.outcomes {
            self.charge_radio(slot, hop, airtime);
        }
    }

    fn charge_radio(&mut self, slot: u32, hop: Hop, airtime: SimTime) {
        let (sender, receiver) = self.world.links[hop.link as usize].radios(hop.up);
        let leg = &mut self.legs[slot];
        let power = match leg.request.home {
            home if home == hop.from => sender.transmit,
            home if home == hop.to => receiver.receive,
            _ => return,
        };
        leg.home_fj += super::close::microwatts(power) * airtime.ns();
    }

    /// Joins a fair channel: sending begins at once.
    fn join(&mut self, slot: u32, channel: u32, airtime: SimTime) {
        self.sending(slot, self.legs[slot].cargo.hop, airtime);
        self.announce(channel);
    }

    /// Schedules the leaving of whoever leaves a fair channel next, in place of whoever was to before.
    fn announce(&mut self, channel: u32) {
        let Channel::Fair(fair) = self.channels.get(channel) else { return };
        let (before, next) = fair.announce();
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
    fn begin_sending(&mut self, channel: u32) {
        while let Channel::Fifo(station) = self.channels.get(channel) {
            let Some(begun) = station.begin(self.now) else { return };
            let hop = self.legs[begun.slot].cargo.hop;
            self.accounts.busy(hop, self.now, begun.leaves);
            self.sending(begun.slot, hop, begun.leaves.since(self.now));
            self.schedule(begun.slot, begun.leaves, Rank::Leave);
        }
    }

    /// A transfer, or a service, ends.
    pub(super) fn leave(&mut self, slot: u32) -> Result<(), Problem> {
        match self.legs[slot].task {
            Task::Serve(compute) => self.served(slot, compute.node),
            _ => self.sent(slot),
        }
        Ok(())
    }

    fn sent(&mut self, slot: u32) {
        let channel = self.layout.channel(self.legs[slot].cargo.hop);
        match self.channels.changing(channel, self.now) {
            Channel::Fifo(station) => {
                station.leave(self.now);
                self.schedule_arrival(slot, self.now);
                self.begin_sending(channel);
            }
            Channel::Fair(fair) => {
                fair.forget();
                self.leave_fair(channel);
                self.announce(channel);
            }
            Channel::Fixed => {}
        }
    }

    /// Lets all go that a fair channel is done with.
    fn leave_fair(&mut self, channel: u32) {
        let window = self.channels.window();
        while let Channel::Fair(fair) = self.channels.get(channel) {
            let legs = &self.legs;
            let Some(slot) = fair.leave(self.now, window, |s| legs[s].cargo.hop.up) else { return };
            self.schedule_arrival(slot, self.now);
        }
    }

    /// Something arrives at the other end of a hop.
    pub(super) fn arrive(&mut self, slot: u32) -> Result<(), Problem> {
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
