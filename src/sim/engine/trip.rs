//! The short way of a request that meets nothing but what is plain: what happens at once is worked out at once, and no
//! more is kept of it than such a request needs.
//!
//! It is open where nobody looks at requests before the run's end and nothing fails, plans, forks or is controlled; for
//! requests of the counted window, over links without conditions and stations that say at once when they will be done, and for inputs that were written without loss. So all of a service
//! or transfer that begins is of the window, and of counted requests. Whatever else comes up, at the latest the window's end,
//! the request goes on the long way from where it is: its twin, which it equals to the byte.

use super::Engine;
use super::ask::{Sight, held};
use crate::problem::Problem;
use crate::random::{Rng, Stream};
use crate::sim::arrivals::Sources;
use crate::sim::event::{Key, Rank};
use crate::sim::slab::{Cargo, Compute, Task};
use crate::sim::trips::{Trip, Trips, Way};
use crate::sim::{CodecId, Held, ModelId, NodeId, Policy, Step, TapId};
use crate::units::{Bytes, SimTime};

/// A transfer that is about to begin a hop.
pub(super) struct Start {
    pub task: Task,
    pub from: NodeId,
    pub to: NodeId,
    pub raw: bool,
    pub bytes: Bytes,
}

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Something happens to a request on the short way, or one is born.
    #[inline]
    pub(super) fn trip(&mut self, trips: &mut Trips<'_>, key: Key) -> Result<(), Problem> {
        if key.is_short() {
            let (slot, Trips { way, trips }) = (key.slot(), trips);
            let trip = &mut trips[slot as usize];
            return match trip.task {
                Task::Bring(compute) if compute.node == trip.cargo.hop.to => {
                    self.trip_arrives(way, trip, compute);
                    Ok(())
                }
                Task::Bring(_) | Task::Return(_) => self.trip_goes_on(way, trip),
                _ => {
                    let rng = Rng::new(self.draws.policy, trip.birth, trip.request.steps);
                    self.trip_asks(way, trip, rng)
                }
            };
        }
        self.sets_off(trips, key.slot())
    }

    /// Gives birth to a request, which goes as far as is known.
    #[inline]
    fn sets_off(&mut self, trips: &mut Trips<'_>, source: u32) -> Result<(), Problem> {
        self.fertile -= 1;
        let (node, workload, ordinal) = self.sources.about(source);
        let (entity, birth, home) = (Sources::entity(node, workload), self.births, NodeId(node));
        let [image, gap, policy, service] = Stream::draw_beside(
            [self.draws.image, self.sources.stream(), self.draws.policy, self.draws.service],
            [[entity, ordinal], [entity, ordinal + 1], [birth, 0], [birth, 1]],
        );
        let image = self.image_at(home, workload, image);
        self.births += 1;
        self.accounts.born_whole();
        let next = self.sources.next_by(source, self.now, || gap[0]);
        self.expect_birth(source, next);
        let deadline = self.world.workloads[usize::from(workload)].deadline.map(|d| self.now + d);
        let slot = self.legs.reserve();
        let trip = trips.place(slot, (birth, image, home, self.now));
        (trip.request.workload, trip.request.deadline, trip.bits) = (workload, deadline, service[0]);
        let rng = Rng::begun(self.draws.policy, birth, 0, policy);
        self.trip_asks(&trips.way, &mut trips.trips[slot as usize], rng)
    }

    #[inline(always)]
    fn trip_asks(&mut self, way: &Way<'_>, trip: &mut Trip, mut rng: Rng) -> Result<(), Problem> {
        let sight = Sight { world: self.world, layout: &self.layout, stations: (&self.nodes, &self.channels) };
        let step = sight.ask(self.policy, &trip.request, trip.image, self.now, &mut rng);
        trip.request.steps += 1;
        trip.asked = self.now;
        let goes = match step {
            Step::Compute { model, upto, node, send } => self.trip_computes(way, trip, (model, upto), (node, send)),
            Step::Answer => self.trip_answers(way, trip),
            Step::Drop | Step::Wait { .. } | Step::Fork => false,
        };
        if goes {
            return Ok(());
        }
        self.unfold(trip);
        self.take(trip.slot(), step)
    }

    /// Begins a computation; false: it is none for the short way, and nothing was done.
    #[inline(always)]
    fn trip_computes(
        &mut self,
        way: &Way<'_>,
        trip: &mut Trip,
        (model, upto): (ModelId, TapId),
        (node, send): (NodeId, CodecId),
    ) -> bool {
        let there = (node.0 as usize) < self.layout.node_count();
        let lossless = self.world.codecs.get(usize::from(send.0)).is_some_and(|codec| codec.lossless);
        if !there || !lossless || !way.can(self.layout.group_of(node), model, upto) {
            return false;
        }
        let request = &mut trip.request;
        let (from, stands) = match request.held {
            Held::Activation { model: held, tap } if held == model => (tap, request.at),
            _ if trip.holder == request.home || trip.holder == node => (TapId(0), trip.holder),
            _ => return false,
        };
        if from > upto {
            return false;
        }
        let compute = Compute { model, from, upto, node, via: None };
        let raw = from == TapId(0);
        if stands == node {
            if raw && request.at != node {
                request.held = Held::Raw;
            }
            request.at = node;
            self.trip_serves(way, trip, compute);
            return true;
        }
        let bytes = way.bytes(model, from, send, trip.image);
        let Some(bytes) = bytes else { return false };
        self.trip_starts(way, trip, Start { task: Task::Bring(compute), from: stands, to: node, raw, bytes })
    }

    /// Gives the answer; false: it cannot be given the short way, and nothing was done.
    #[inline]
    fn trip_answers(&mut self, way: &Way<'_>, trip: &mut Trip) -> bool {
        let (Some(sink), Some(answer)) = (self.layout.sink(self.world, &trip.request), trip.request.answer) else {
            return false;
        };
        if trip.request.at == sink {
            self.trip_ends(trip, self.now, 0);
            return true;
        }
        let bytes = way.bytes(answer.model, answer.tap, self.layout.raw, trip.image);
        let Some(bytes) = bytes else { return false };
        let start = Start { task: Task::Return(sink), from: trip.request.at, to: sink, raw: false, bytes };
        self.trip_starts(way, trip, start)
    }

    /// Begins a transfer; false: its first hop is none for the short way, and nothing was done.
    #[inline(always)]
    pub(super) fn trip_starts(&mut self, way: &Way<'_>, trip: &mut Trip, start: Start) -> bool {
        let Start { task, from, to, raw, bytes } = start;
        let Some((hop, lane)) = self.layout.next_lane(from, to) else { return false };
        let (wire, airtime) = lane.transfer(bytes);
        let times = match lane.free {
            true => [self.now, self.now + airtime],
            false if !lane.plain => return false,
            false if lane.fair => {
                let channel = lane.channel(hop);
                self.trip_joins(trip, task, Cargo { raw, bytes, hop, wire }, (channel, airtime));
                return true;
            }
            false => match self.channels.offer_at_once(lane.channel(hop), self.now, airtime) {
                Some(times) => times,
                None => return false,
            },
        };
        self.trip_crosses(way, trip, (task, to), Cargo { raw, bytes, hop, wire }, times);
        true
    }

    /// Crosses a hop whose times are known, and others as far as theirs are.
    #[inline]
    fn trip_crosses(
        &mut self,
        way: &Way<'_>,
        trip: &mut Trip,
        (task, to): (Task, NodeId),
        mut cargo: Cargo,
        [mut start, mut leaves]: [SimTime; 2],
    ) {
        let mut sent = 0;
        let arrives = loop {
            if leaves > way.window.1 {
                (trip.task, trip.cargo, trip.sent) = (task, cargo, trip.sent + sent);
                return self.unfold_before(trip, [start, leaves]);
            }
            sent += cargo.wire;
            let lane = self.accounts.crosses_whole(cargo.hop, leaves.since(start), cargo.wire);
            let arrives = leaves + self.layout.lanes[lane].delay;
            if cargo.hop.to == to {
                break arrives;
            }
            // What is shared is begun when the time comes.
            let next = self.layout.next_lane(cargo.hop.to, to).filter(|(_, lane)| lane.free);
            let Some((hop, lane)) = next.filter(|_| arrives <= self.stop) else { break arrives };
            if cargo.raw {
                trip.holder = cargo.hop.to;
            }
            let (wire, airtime) = lane.transfer(cargo.bytes);
            (cargo.hop, cargo.wire) = (hop, wire);
            (start, leaves) = (arrives, arrives + airtime);
        };
        if arrives <= self.stop && cargo.hop.to == to && matches!(task, Task::Return(_)) {
            return self.trip_ends(trip, arrives, sent);
        }
        (trip.task, trip.cargo, trip.sent) = (task, cargo, trip.sent + sent);
        match arrives <= self.stop {
            true => self.queue.push(Key::short(arrives, Rank::Arrive, trip.birth, trip.slot())),
            false => self.unfold_on_way(trip, arrives),
        }
    }

    /// What a computation needs is where it is.
    #[inline]
    fn trip_arrives(&mut self, way: &Way<'_>, trip: &mut Trip, compute: Compute) {
        trip.request.at = compute.node;
        self.trip_was_shared(trip);
        if trip.cargo.raw {
            (trip.request.held, trip.holder) = (Held::Raw, compute.node);
        }
        self.trip_serves(way, trip, compute);
    }

    #[inline]
    fn trip_serves(&mut self, way: &Way<'_>, trip: &mut Trip, compute: Compute) {
        let group = self.layout.group_of(compute.node);
        if !self.nodes.is_elided(compute.node) {
            self.unfold(trip);
            return self.serve(trip.slot(), compute);
        }
        let time = way.time(group, compute.model, [compute.from, compute.upto]);
        let bits = || match trip.request.steps {
            1 => trip.bits,
            steps => self.draws.service.draw(trip.birth, u64::from(steps))[0],
        };
        let work = self.layout.spreads[usize::from(group.0)].time(time, bits);
        match self.nodes.offer_at_once(compute.node, self.now, work) {
            Some([start, leaves]) if leaves <= way.window.1 => {
                self.accounts.serves_whole(group, start.since(self.now), work);
                trip.spent_ns += work.ns();
                self.trip_computed(way, trip, compute, leaves);
            }
            Some([start, leaves]) => {
                let slot = self.unfold(trip);
                (self.legs[slot].task, self.legs[slot].offered) = (Task::Serve(compute), self.now);
                self.serves(slot, compute, start, leaves);
            }
            None => {
                let slot = self.unfold(trip);
                self.refuse(slot, compute.node);
            }
        }
    }

    /// A computation will be over then: what follows is worked out now if the policy foresees its answer.
    #[inline(always)]
    fn trip_computed(&mut self, way: &Way<'_>, trip: &mut Trip, done: Compute, at: SimTime) {
        trip.task = Task::Idle;
        trip.request.held = held(done);
        let Compute { model, upto: tap, .. } = done;
        if let Some(scored) = self.layout.scores.of(self.world, model, tap, None, trip.image) {
            trip.request.answer = Some(scored.answer(model, tap));
            (trip.right, trip.answered_at) = (scored.right, done.node);
        }
        if self.policy.foresee(&trip.request) != Some(Step::Answer) || !self.trip_answers_early(way, trip, at) {
            self.queue.push(Key::short(at, Rank::Ask, trip.birth, trip.slot()));
        }
    }

    /// As [`Engine::answers_early`].
    #[inline(always)]
    fn trip_answers_early(&mut self, way: &Way<'_>, trip: &mut Trip, at: SimTime) -> bool {
        let (Some(sink), Some(answer)) = (self.layout.sink(self.world, &trip.request), trip.request.answer) else {
            return false;
        };
        if trip.request.at == sink {
            self.trip_ends(trip, at, 0);
            return true;
        }
        let free = self.layout.next_lane(trip.request.at, sink).filter(|(_, lane)| lane.free);
        let bytes = way.bytes(answer.model, answer.tap, self.layout.raw, trip.image);
        let (Some((hop, lane)), Some(bytes)) = (free, bytes) else { return false };
        let (wire, airtime) = lane.transfer(bytes);
        trip.request.steps += 1;
        let cargo = Cargo { raw: false, bytes, hop, wire };
        self.trip_crosses(way, trip, (Task::Return(sink), sink), cargo, [at, at + airtime]);
        true
    }

    /// Ends a request, now or at a later time that nobody sees coming, after that many bytes more.
    #[inline]
    pub(super) fn trip_ends(&mut self, trip: &mut Trip, at: SimTime, sent: u64) {
        if let Some(answer) = trip.request.answer {
            let late = trip.request.deadline.is_some_and(|deadline| at > deadline);
            let by = (answer.model, self.layout.group_of(trip.answered_at));
            self.accounts.answered_whole(trip.image, by, [trip.right, late], (trip.spent_ns, trip.sent + sent));
        }
        trip.live = false;
        self.latency.record(at.since(trip.request.born).ns());
        self.legs.release(trip.slot());
    }
}
