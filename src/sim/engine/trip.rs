//! The short way of a request that meets nothing but what is plain: what happens at once is worked out at once, and no
//! more is kept of it than such a request needs.
//!
//! It is open where nobody looks at requests before the run's end and nothing fails, plans, forks or is controlled; for
//! requests of the counted window, over links that are fixed or first come, first served and have no conditions, to
//! stations that say at once when they will be done, and for inputs that were written without loss. So all of a service
//! or transfer that begins is of the window, and of counted requests. Whatever else comes up, at the latest the window's end,
//! the request goes on the long way from where it is: its twin, which it equals to the byte.

use super::Engine;
use super::ask::{answered, held};
use crate::problem::Problem;
use crate::sim::event::{Key, Rank};
use crate::sim::service::{Job, Offer};
use crate::sim::slab::{Cargo, Compute, Task};
use crate::sim::trips::Trip;
use crate::sim::{CodecId, Held, ModelId, NodeId, Policy, Request, RequestId, Step, TapId};
use crate::units::{Bytes, SimTime};

/// A transfer that is about to begin its first hop.
struct Start {
    task: Task,
    from: NodeId,
    to: NodeId,
    raw: bool,
    bytes: Bytes,
}

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Whether what is born now goes the short way.
    #[inline]
    pub(super) fn is_short(&self) -> bool {
        self.trips.window.0 <= self.now
    }

    /// Gives birth to a request, which goes as far as is known.
    pub(super) fn sets_off(&mut self, source: u32) -> Result<(), Problem> {
        let slot = self.newborn(source);
        let next = self.sources.next(source, self.now);
        self.expect_birth(source, next);
        self.trip_asks(slot)
    }

    #[inline]
    fn newborn(&mut self, source: u32) -> u32 {
        self.fertile -= 1;
        let (home, workload, image) = self.drawn(source);
        let (slot, birth) = (self.legs.reserve(), self.births);
        self.births += 1;
        self.accounts.born(image, true);
        let deadline = self.world.workloads[usize::from(workload)].deadline.map(|d| self.now + d);
        let request = Request { workload, home, at: home, born: self.now, deadline, ..Request::new(RequestId(slot)) };
        self.trips.place(slot, Trip::new(request, birth, image));
        slot
    }

    /// Something happens to a request on the short way.
    #[inline]
    pub(super) fn trip(&mut self, key: Key) -> Result<(), Problem> {
        let slot = key.slot();
        match self.trips[slot].task {
            Task::Bring(compute) => self.trip_arrives(slot, compute),
            _ => return self.trip_asks(slot),
        }
        Ok(())
    }

    #[inline]
    fn trip_asks(&mut self, slot: u32) -> Result<(), Problem> {
        let trip = &self.trips[slot];
        let (request, image, birth) = (trip.request, trip.image, trip.birth);
        let step = self.step_of(&request, image, birth);
        let trip = &mut self.trips[slot];
        trip.request.steps += 1;
        trip.asked = self.now;
        let goes = match step {
            Step::Compute { model, upto, node, send } => self.trip_computes(slot, model, upto, (node, send)),
            Step::Answer => self.trip_answers(slot),
            Step::Drop | Step::Wait { .. } | Step::Fork => false,
        };
        if goes {
            return Ok(());
        }
        self.unfold(slot);
        self.take(slot, step)
    }

    /// Begins a computation; false: it is none for the short way, and nothing was done.
    #[inline]
    fn trip_computes(&mut self, slot: u32, model: ModelId, upto: TapId, (node, send): (NodeId, CodecId)) -> bool {
        let there = (node.0 as usize) < self.layout.node_count();
        let lossless = self.world.codecs.get(usize::from(send.0)).is_some_and(|codec| codec.lossless);
        if !there || !lossless || !self.trips.can(self.layout.group_of(node), model, upto) {
            return false;
        }
        let Trip { request, holder, image, .. } = &mut self.trips[slot];
        let (from, raw) = match request.held {
            Held::Activation { model: held, tap } if held == model => (tap, false),
            _ if *holder == request.home || *holder == node => (TapId(0), true),
            _ => return false,
        };
        let stands = if raw { *holder } else { request.at };
        if from > upto {
            return false;
        }
        let compute = Compute { model, from, upto, node, via: None };
        if stands == node {
            if raw && request.at != node {
                request.held = Held::Raw;
            }
            request.at = node;
            self.trip_serves(slot, compute);
            return true;
        }
        let bytes = self.world.models[usize::from(model.0)].bytes(from, send, *image);
        let start = |bytes| Start { task: Task::Bring(compute), from: stands, to: node, raw, bytes };
        bytes.is_some_and(|bytes| self.trip_starts(slot, &start(bytes)))
    }

    /// Gives the answer; false: it cannot be given the short way, and nothing was done.
    fn trip_answers(&mut self, slot: u32) -> bool {
        let trip = &self.trips[slot];
        let (Some(sink), Some(answer)) = (self.layout.sink(self.world, &trip.request), trip.request.answer) else {
            return false;
        };
        if trip.request.at == sink {
            self.trip_ends(slot, self.now);
            return true;
        }
        let bytes = self.world.models[usize::from(answer.model.0)].bytes(answer.tap, self.layout.raw, trip.image);
        let from = trip.request.at;
        let start = |bytes| Start { task: Task::Return(sink), from, to: sink, raw: false, bytes };
        bytes.is_some_and(|bytes| self.trip_starts(slot, &start(bytes)))
    }

    /// Begins a transfer; false: its first hop is none for the short way, and nothing was done.
    #[inline]
    fn trip_starts(&mut self, slot: u32, start: &Start) -> bool {
        let Some((hop, lane)) = self.layout.next_lane(start.from, start.to) else { return false };
        let (wire, airtime) = lane.transfer(start.bytes);
        let times = match lane.free {
            true => Some([self.now, self.now + airtime]),
            false => self.channels.offer_at_once(lane.channel(hop), self.now, airtime),
        };
        let Some(times) = times else { return false };
        let trip = &mut self.trips[slot];
        trip.task = start.task;
        trip.cargo = Cargo { raw: start.raw, bytes: start.bytes, hop, wire };
        self.trip_crosses(slot, start.to, times);
        true
    }

    /// Crosses the hop that a request is on, whose times are known, and others as far as theirs are.
    #[inline]
    fn trip_crosses(&mut self, slot: u32, to: NodeId, [mut start, mut leaves]: [SimTime; 2]) {
        let end = self.trips.window.1;
        loop {
            let trip = &mut self.trips[slot];
            let Cargo { raw, bytes, hop, wire } = trip.cargo;
            if leaves > end {
                return self.unfold_before(slot, [start, leaves]);
            }
            trip.sent += wire;
            self.accounts.crosses_whole(hop, leaves.since(start), wire);
            let arrives = leaves + self.layout.lane(hop).delay;
            if hop.to == to {
                return self.trip_is_through(slot, arrives);
            }
            let next = self.layout.next_lane(hop.to, to).filter(|(_, lane)| lane.free && arrives <= self.stop);
            let Some((next, lane)) = next else { return self.unfold_on_way(slot, arrives) };
            if raw {
                trip.holder = hop.to;
            }
            let (wire, airtime) = lane.transfer(bytes);
            trip.cargo = Cargo { raw, bytes, hop: next, wire };
            (start, leaves) = (arrives, arrives + airtime);
        }
    }

    /// Something is at the end of its way, or will be.
    #[inline]
    fn trip_is_through(&mut self, slot: u32, arrives: SimTime) {
        let trip = &self.trips[slot];
        if arrives > self.stop {
            return self.unfold_on_way(slot, arrives);
        }
        match trip.task {
            Task::Return(_) => self.trip_ends(slot, arrives),
            _ => self.queue.push(Key::short(arrives, Rank::Arrive, trip.birth, slot)),
        }
    }

    /// What a computation needs is where it is.
    #[inline]
    fn trip_arrives(&mut self, slot: u32, compute: Compute) {
        let trip = &mut self.trips[slot];
        trip.request.at = compute.node;
        if trip.cargo.raw {
            (trip.request.held, trip.holder) = (Held::Raw, compute.node);
        }
        self.trip_serves(slot, compute);
    }

    #[inline]
    fn trip_serves(&mut self, slot: u32, compute: Compute) {
        let group = self.layout.group_of(compute.node);
        if !self.nodes.is_elided(compute.node) {
            self.unfold(slot);
            return self.serve(slot, compute);
        }
        let (trip, service) = (&self.trips[slot], self.draws.service);
        let (birth, steps) = (trip.birth, u64::from(trip.request.steps));
        let time = self.trips.time(group, compute.model, [compute.from, compute.upto]);
        let work = self.layout.spreads[usize::from(group.0)].time(time, || service.draw(birth, steps)[0]);
        match self.nodes.offer(compute.node, self.now, Job { work, ..Job::default() }) {
            Offer::Leaves { start, leaves } if leaves <= self.trips.window.1 => {
                self.accounts.serves_whole(group, start.since(self.now), work);
                self.trips[slot].spent_ns += work.ns();
                self.trip_computed(slot, compute, leaves);
            }
            Offer::Leaves { start, leaves } => {
                self.unfold(slot);
                (self.legs[slot].task, self.legs[slot].offered) = (Task::Serve(compute), self.now);
                self.serves(slot, compute, start, leaves);
            }
            _ => {
                self.unfold(slot);
                self.refuse(slot, compute.node);
            }
        }
    }

    /// A computation will be over then: what follows is worked out now if the policy foresees its answer.
    #[inline]
    fn trip_computed(&mut self, slot: u32, done: Compute, at: SimTime) {
        let trip = &mut self.trips[slot];
        trip.task = Task::Idle;
        trip.request.held = held(done);
        if let Some(answer) = answered(self.world, &self.layout, done, trip.image) {
            (trip.request.answer, trip.answered_at) = (Some(answer), done.node);
        }
        if self.policy.foresee(&trip.request) != Some(Step::Answer) || !self.trip_answers_early(slot, at) {
            let birth = self.trips[slot].birth;
            self.queue.push(Key::short(at, Rank::Ask, birth, slot));
        }
    }

    /// As [`Engine::answers_early`].
    #[inline]
    fn trip_answers_early(&mut self, slot: u32, at: SimTime) -> bool {
        let trip = &mut self.trips[slot];
        let (Some(sink), Some(answer)) = (self.layout.sink(self.world, &trip.request), trip.request.answer) else {
            return false;
        };
        if trip.request.at == sink {
            trip.request.steps += 1;
            self.trip_ends(slot, at);
            return true;
        }
        let free = self.layout.next_lane(trip.request.at, sink).filter(|(_, lane)| lane.free);
        let bytes = self.world.models[usize::from(answer.model.0)].bytes(answer.tap, self.layout.raw, trip.image);
        let (Some((hop, lane)), Some(bytes)) = (free, bytes) else { return false };
        let (wire, airtime) = lane.transfer(bytes);
        trip.request.steps += 1;
        trip.task = Task::Return(sink);
        trip.cargo = Cargo { raw: false, bytes, hop, wire };
        self.trip_crosses(slot, sink, [at, at + airtime]);
        true
    }

    /// Ends a request, now or at a later time that nobody sees coming.
    #[inline]
    fn trip_ends(&mut self, slot: u32, at: SimTime) {
        let trip = &self.trips[slot];
        if let Some(answer) = trip.request.answer {
            let right = answer.prediction == self.world.labels[trip.image as usize];
            let late = trip.request.deadline.is_some_and(|deadline| at > deadline);
            let by = (answer.model, self.layout.group_of(trip.answered_at));
            self.accounts.answered_whole(trip.image, by, [right, late], (trip.spent_ns, trip.sent));
        }
        self.latency.record(at.since(trip.request.born).ns());
        self.legs.give_back(slot);
    }

    /// Goes the long way from now on, where the request is.
    #[cold]
    fn unfold(&mut self, slot: u32) {
        let trip = self.trips[slot];
        let Trip { request, birth, image, answered_at, task, cargo, asked, .. } = trip;
        let layout = &self.layout;
        let leg = self.legs.revive(slot);
        (leg.request, leg.birth, leg.image, leg.counted) = (request, birth, image, true);
        (leg.answered_at, leg.task, leg.cargo, leg.asked) = (answered_at, task, cargo, (asked, 1));
        // Of which tier, and in which direction, only records tell, and of this request nobody takes one.
        (leg.compute_ns[0], leg.bytes_up) = (trip.spent_ns, trip.sent);
        let way = std::iter::successors(Some(request.home), |at| layout.next_hop(*at, trip.holder).map(|hop| hop.to));
        way.skip(1).for_each(|node| leg.receive_raw(node, None));
    }

    /// The same before a hop whose times are known.
    #[cold]
    fn unfold_before(&mut self, slot: u32, times: [SimTime; 2]) {
        self.unfold(slot);
        self.legs[slot].offered = times[0];
        let arrives = self.crosses(slot, times);
        self.goes_on(slot, arrives);
    }

    /// The same on a hop that ends then.
    #[cold]
    fn unfold_on_way(&mut self, slot: u32, arrives: SimTime) {
        let Cargo { hop, wire, .. } = self.trips[slot].cargo;
        self.accounts.not_arrived(hop, wire);
        self.unfold(slot);
        self.legs[slot].begun = true;
        self.goes_on(slot, arrives);
    }
}
