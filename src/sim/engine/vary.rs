//! Hops of links with conditions.

use super::Engine;
use crate::problem::Problem;
use crate::sim::conditions::{Draw, Parcel};
use crate::sim::event::Rank;
use crate::sim::service::Offer;
use crate::sim::sharing::{Channel, Transfer};
use crate::sim::slab::Cargo;
use crate::sim::{Conditions, Hop, Policy, Transport};
use crate::units::{Bytes, SimTime};

static NONE: Conditions = Conditions::NONE;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Starts a hop: with a handshake, if there must be one.
    #[cold]
    pub(super) fn set_out(&mut self, slot: u32, hop: Hop, raw: bool, bytes: Bytes) -> Result<(), Problem> {
        let leg = &mut self.legs[slot];
        leg.cargo = Cargo { raw, bytes, hop, wire: 0 };
        leg.begun = false;
        let wait = match self.is_flow(slot) {
            true => self.handshakes(slot),
            false => self.handshake(hop),
        };
        match wait {
            SimTime::ZERO => self.depart(slot),
            wait => {
                self.schedule(slot, self.now + wait, Rank::Arrive);
                Ok(())
            }
        }
    }

    /// What is waited for before a hop.
    pub(super) fn handshake(&self, hop: Hop) -> SimTime {
        let link = &self.world.links[hop.link as usize];
        let conditions = link.conditions.as_deref().unwrap_or(&NONE);
        conditions.transport.handshake(link.round_trip())
    }

    /// Offers a transfer to its channel.
    #[cold]
    pub(super) fn depart(&mut self, slot: u32) -> Result<(), Problem> {
        if self.is_flow(slot) {
            self.begin_flow(slot);
            return Ok(());
        }
        let parcel = self.parcel(slot);
        self.legs[slot].offered = self.now;
        self.legs[slot].cargo.wire = parcel.wire;
        let (transfer, channel) = (self.transfer(slot, parcel), self.layout.channel(self.legs[slot].cargo.hop));
        match self.channels.offer(channel, self.now, transfer) {
            Offer::Leaves { start, leaves } => self.goes(transfer, channel, start, leaves),
            Offer::Queued => self.queued(channel, transfer),
            Offer::Joined | Offer::Refused => return Err(self.fault(slot, "a channel refused a transfer")),
        }
        Ok(())
    }

    /// The conditions of the hop that a request is on; they are there.
    fn conditions(&self, slot: u32) -> &Conditions {
        let link = &self.world.links[self.legs[slot].cargo.hop.link as usize];
        link.conditions.as_deref().unwrap_or(&NONE)
    }

    /// What tells the draws of a request's hop from those of others.
    fn entity(&self, slot: u32) -> u64 {
        let leg = &self.legs[slot];
        let hop = leg.cargo.hop;
        (u64::from(hop.link) << 1 | u64::from(hop.up)) << 40 | u64::from(leg.request.leg) << 32 | leg.birth
    }

    /// What a request's hop puts on the wire.
    pub(super) fn parcel(&self, slot: u32) -> Parcel {
        let leg = &self.legs[slot];
        let Cargo { bytes, hop, .. } = leg.cargo;
        let loss = self.conditions(slot).quality(hop.up).loss;
        let packet = &self.world.links[hop.link as usize].packet;
        let (stream, step) = (self.draws.loss, leg.request.steps);
        Parcel::new(packet, bytes, loss, || Draw { stream, entity: self.entity(slot), step })
    }

    /// Accounts for what is sent again.
    #[cold]
    pub(super) fn sent_again(&mut self, slot: u32) {
        let leg = &self.legs[slot];
        let once = self.world.links[leg.cargo.hop.link as usize].wire_bytes(leg.cargo.bytes).0;
        self.accounts.sent_again(leg.cargo.hop, leg.cargo.wire - once, leg.counted);
    }

    /// What jitter and transport add to the delay.
    #[cold]
    pub(super) fn delayed(&self, slot: u32) -> SimTime {
        let (leg, conditions) = (&self.legs[slot], self.conditions(slot));
        let Cargo { bytes, hop, .. } = leg.cargo;
        let (jitter, step) = (self.draws.jitter, u64::from(leg.request.steps));
        let jitter = conditions.quality(hop.up).jitter.time(|| jitter.draw(self.entity(slot), step));
        let most = if conditions.transport == Transport::Datagram { 1 } else { self.parcel(slot).most };
        jitter + self.world.links[hop.link as usize].late(hop.up, self.layout.member(hop), bytes, most)
    }

    /// What a request has on its way, to its channel.
    pub(super) fn transfer(&self, slot: u32, parcel: Parcel) -> Transfer {
        let (leg, Parcel { packets, wire, .. }) = (&self.legs[slot], parcel);
        let hop = leg.cargo.hop;
        let member = self.layout.member(hop);
        let airtime = self.world.links[hop.link as usize].airtime_of(hop.up, member, None, packets, wire);
        Transfer { birth: leg.birth, slot, airtime, up: hop.up, wire, member }
    }

    /// A transfer whose times are known.
    fn goes(&mut self, transfer: Transfer, channel: u32, start: SimTime, leaves: SimTime) {
        let slot = transfer.slot;
        let hop = self.legs[slot].cargo.hop;
        self.accounts.busy(hop, start, leaves);
        if self.accounts.begins(start) {
            let airtime = match self.channels.get(channel) {
                Channel::Varying(varying) => varying.airtime(transfer, start, leaves),
                _ => leaves.since(start),
            };
            self.sending(slot, hop, airtime);
        }
        self.goes_on(slot, leaves + self.delay(slot));
    }

    fn queued(&mut self, channel: u32, transfer: Transfer) {
        let slot = transfer.slot;
        match self.channels.get(channel) {
            Channel::Varying(varying) if varying.is_shared() => {
                let airtime = varying.alone(transfer, self.now);
                self.sending(slot, self.legs[slot].cargo.hop, airtime);
                self.announce_varying(channel);
            }
            Channel::Varying(_) => self.begin_varying(channel),
            Channel::Fair(_) => self.join(slot, channel, transfer.airtime),
            _ => self.begin_sending(channel),
        }
    }

    /// Schedules the leaving of whoever leaves a shared channel next, in place of whoever was to before.
    pub(super) fn announce_varying(&mut self, channel: u32) {
        let Channel::Varying(varying) = self.channels.get(channel) else { return };
        let announced = varying.announce();
        self.expect_other(announced);
    }

    /// Lets the next in line begin, in an explicit channel.
    fn begin_varying(&mut self, channel: u32) {
        let Channel::Varying(varying) = self.channels.get(channel) else { return };
        let Some(begun) = varying.begin(self.now) else { return };
        let transfer = self.transfer(begun.slot, self.parcel(begun.slot));
        let Channel::Varying(varying) = self.channels.get(channel) else { return };
        let airtime = varying.airtime(transfer, self.now, begun.leaves);
        self.sending(begun.slot, self.legs[begun.slot].cargo.hop, airtime);
        self.schedule(begun.slot, begun.leaves, Rank::Leave);
    }

    /// A transfer ends, or some do.
    #[cold]
    pub(super) fn varying_sent(&mut self, slot: u32, channel: u32) {
        let (now, window) = (self.now, self.channels.window());
        let Channel::Varying(varying) = self.channels.get(channel) else { return };
        if varying.is_shared() {
            let done = varying.leave(now, window);
            done.into_iter().for_each(|slot| self.sent_off(slot));
            self.announce_varying(channel);
        } else {
            let begun = varying.end(now);
            self.accounts.busy(self.legs[slot].cargo.hop, begun, now);
            self.sent_off(slot);
            self.begin_varying(channel);
        }
    }
}
