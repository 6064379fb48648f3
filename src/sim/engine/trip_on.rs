//! How a request on the short way shares a link fairly, and how it goes on the long way.
//!
//! Who leaves a shared link next is told by slot, whichever way a request goes: one on the short way lends its leg as much
//! as such a hop must know.

use super::Engine;
use super::trip::Start;
use crate::problem::Problem;
use crate::sim::event::{Key, Rank};
use crate::sim::sharing::Transfer;
use crate::sim::slab::{Cargo, Task};
use crate::sim::trips::{Trip, Way};
use crate::sim::{NodeId, Policy};
use crate::units::SimTime;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Joins a fair channel, where the transfer takes so long alone.
    pub(super) fn trip_joins(&mut self, trip: &mut Trip, task: Task, cargo: Cargo, (channel, airtime): (u32, SimTime)) {
        let (slot, birth, Cargo { hop, wire, .. }) = (trip.slot(), trip.birth, cargo);
        (trip.task, trip.cargo, trip.shares) = (task, cargo, true);
        trip.sent += wire;
        let leg = &mut self.legs[slot];
        (leg.birth, leg.task, leg.cargo, leg.lent) = (birth, task, cargo, true);
        self.accounts.sent(hop, airtime, wire, true);
        let transfer = Transfer { birth, slot, airtime, up: hop.up, wire: 0, member: 0 };
        self.channels.offer(channel, self.now, transfer);
        self.announce(channel);
    }

    /// The last bit is on its way.
    pub(super) fn trip_sent_off(&mut self, slot: u32, arrives: SimTime) {
        let leg = &mut self.legs[slot];
        (leg.lent, leg.pending) = (false, Key::NONE);
        if arrives <= self.stop {
            self.queue.push(Key::short(arrives, Rank::Arrive, leg.birth, slot));
        }
    }

    /// Something has arrived, over a hop that it may have shared.
    #[inline]
    pub(super) fn trip_was_shared(&mut self, trip: &mut Trip) {
        if std::mem::take(&mut trip.shares) {
            self.accounts.arrived(trip.cargo.hop, trip.cargo.wire);
        }
    }

    /// Something has arrived over a hop that it shared: an answer, or what is bound for another node.
    pub(super) fn trip_goes_on(&mut self, way: &Way<'_>, trip: &mut Trip) -> Result<(), Problem> {
        self.trip_was_shared(trip);
        let (task, Cargo { raw, bytes, hop, .. }) = (trip.task, trip.cargo);
        let to = match task {
            Task::Return(sink) if sink == hop.to => {
                self.trip_ends(trip, self.now, 0);
                return Ok(());
            }
            Task::Return(to) => to,
            Task::Bring(compute) => compute.node,
            Task::Idle | Task::Serve(_) | Task::Push(..) => hop.to,
        };
        if raw {
            trip.holder = hop.to;
        }
        if self.trip_starts(way, trip, Start { task, from: hop.to, to, raw, bytes }) {
            return Ok(());
        }
        self.goes_long(trip, to)
    }

    /// The next hop is none for the short way.
    #[cold]
    fn goes_long(&mut self, trip: &mut Trip, to: NodeId) -> Result<(), Problem> {
        let Cargo { raw, bytes, hop, .. } = trip.cargo;
        let slot = self.unfold(trip);
        self.send(slot, hop.to, to, raw, bytes)
    }

    /// Goes the long way from now on, where the request is: its slot.
    #[cold]
    pub(super) fn unfold(&mut self, trip: &mut Trip) -> u32 {
        let (slot, layout, request) = (trip.slot(), &self.layout, trip.request);
        trip.live = false;
        let leg = self.legs.revive(slot);
        (leg.request, leg.birth, leg.image, leg.counted) = (request, trip.birth, trip.image, true);
        (leg.answered_at, leg.task, leg.cargo) = (trip.answered_at, trip.task, trip.cargo);
        leg.right = trip.right;
        (leg.asked, leg.asked_then) = (trip.asked, 1);
        // Of which tier, and in which direction, only records tell, and of this request nobody takes one.
        (leg.compute_ns[0], leg.bytes_up) = (trip.spent_ns, trip.sent);
        let way = std::iter::successors(Some(request.home), |at| layout.next_hop(*at, trip.holder).map(|hop| hop.to));
        way.skip(1).for_each(|node| leg.receive_raw(node, None));
        slot
    }

    /// The same before a hop whose times are known.
    #[cold]
    pub(super) fn unfold_before(&mut self, trip: &mut Trip, times: [SimTime; 2]) {
        let slot = self.unfold(trip);
        self.legs[slot].offered = times[0];
        let arrives = self.crosses(slot, times);
        self.goes_on(slot, arrives);
    }

    /// The same on a hop that ends then.
    #[cold]
    pub(super) fn unfold_on_way(&mut self, trip: &mut Trip, arrives: SimTime) {
        let Cargo { hop, wire, .. } = trip.cargo;
        self.accounts.not_arrived(hop, wire);
        let slot = self.unfold(trip);
        self.legs[slot].begun = true;
        self.goes_on(slot, arrives);
    }

    /// The same at the end of the run, on a hop that is shared.
    #[cold]
    pub(super) fn unfold_at_end(&mut self, trip: &mut Trip) {
        let slot = self.unfold(trip);
        self.legs[slot].begun = true;
    }
}
