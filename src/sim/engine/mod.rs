//! The loop: takes the least event, does what it says, and schedules what follows.

mod act;
mod ahead;
mod ask;
mod breakdown;
mod careful;
mod close;
mod fault;
mod flow;
mod fork;
mod level;
mod live;
mod push;
mod send;
mod serve;
mod share;
mod tick;
mod trip;
mod trip_on;
mod vary;
mod watch;

use super::accounts::Accounts;
use super::arrivals::Sources;
use super::event::{Key, Rank};
use super::failures::Failures;
use super::layout::Layout;
use super::queue::Queue;
use super::slab::Slab;
use super::stations::{Channels, Nodes};
use super::trips::Trips;
use super::{Alarm, Controller, Needs, NodeId, Policy, Recorder, RunOptions, RunResult, World};
use crate::problem::Problem;
use crate::random::{Purpose, Stream, sample};
use crate::stats::Sketch;
use crate::units::SimTime;

/// Runs one replication of a world under a policy.
///
/// The result is a function of the world, the policy and the replication's number alone; the options change how it is
/// worked out, not what it is.
///
/// # Errors
/// A [`Problem`] where the world cannot be run, where the policy's start fails, where it takes an impossible step (a
/// role that is not there, a tap it has passed, sizes or answers that nobody measured, a node that cannot be reached),
/// where it takes 64 steps without time moving, or where something is not conserved.
pub fn run<P: Policy + ?Sized>(
    world: &World,
    policy: &mut P,
    replication: u64,
    options: &RunOptions,
    recorder: &mut dyn Recorder,
) -> Result<RunResult, Problem> {
    run_controlled(world, policy, None, replication, options, recorder)
}

/// The same beside a controller, which changes resources while the run goes on.
///
/// # Errors
/// As [`run`]; or where the controller's start fails, or where it or the policy takes an impossible action.
pub fn run_controlled<P: Policy + ?Sized>(
    world: &World,
    policy: &mut P,
    mut controller: Option<&mut dyn Controller>,
    replication: u64,
    options: &RunOptions,
    recorder: &mut dyn Recorder,
) -> Result<RunResult, Problem> {
    let layout = Layout::new(world)?;
    policy.start(world)?;
    controller.as_mut().map_or(Ok(()), |controller| controller.start(world))?;
    let (needs, controlled) = (policy.needs(), controller.is_some());
    let actors = (policy, controller.map(|controller| controller as &mut dyn Controller));
    let mut engine = Engine::new(world, layout, actors, needs, replication, options, recorder);
    engine.watch();
    engine.open();
    if needs.plan || needs.forks || controlled {
        engine.careful_events()?
    } else {
        engine.events()?
    }
    engine.close()
}

/// Everything that changes during a run.
struct Engine<'a, P: ?Sized> {
    world: &'a World,
    layout: Layout,
    policy: &'a mut P,
    controller: Option<&'a mut dyn Controller>,
    /// What it is yet to be told.
    alarms: Vec<Alarm>,
    needs: Needs,
    explicit: bool,
    /// Decisions take no time, and nobody else decides meanwhile.
    prompt: bool,
    recorder: &'a mut dyn Recorder,
    recorded: bool,
    /// Plain requests go the short way.
    short: bool,
    /// Nobody learns of an ending when it happens: a request may be settled before.
    unseen: bool,
    queue: Queue,
    legs: Slab,
    /// How many of the legs are of requests that have ended.
    ghosts: u32,
    sources: Sources,
    /// Sources whose next birth is known.
    fertile: u32,
    /// Some sources wait for the end of their request, or somebody asked for the times of answers.
    awaited: bool,
    nodes: Nodes,
    channels: Channels,
    failures: Failures,
    accounts: Accounts,
    latency: Sketch,
    now: SimTime,
    stop: SimTime,
    births: u64,
    /// Files of models that were sent.
    pushed: u64,
    handled: u64,
    draws: Draws,
    /// Who leaves at one instant; empty between events.
    gone: Vec<u32>,
}

/// The run's streams, beside those of the sources.
struct Draws {
    image: Stream,
    policy: Stream,
    service: Stream,
    loss: Stream,
    jitter: Stream,
}

impl<'a, P: Policy + ?Sized> Engine<'a, P> {
    fn new(
        world: &'a World,
        layout: Layout,
        (policy, controller): (&'a mut P, Option<&'a mut dyn Controller>),
        needs: Needs,
        replication: u64,
        options: &RunOptions,
        recorder: &'a mut dyn Recorder,
    ) -> Self {
        let stream = |purpose| Stream::new(world.seed, replication, purpose);
        // Who waits may be cancelled, and then others begin before the time that was worked out for them.
        let explicit = options.explicit || needs.forks;
        let (controlled, sources) = (controller.is_some(), Sources::new(world, replication));
        let awaited = sources.any_closed() || recorder.times();
        let prompt = world.information.decision == SimTime::ZERO && !needs.plan && !needs.forks && !controlled;
        let unseen =
            !explicit && !recorder.wants() && !needs.outcomes && needs.period.is_none() && !needs.plan && !controlled;
        let short = unseen && prompt && !awaited && recorder.series().is_none() && world.failures.is_empty();
        Self {
            short,
            world,
            policy,
            controller,
            alarms: Vec::new(),
            needs,
            explicit,
            prompt,
            recorded: recorder.wants(),
            unseen,
            recorder,
            queue: Queue::default(),
            legs: Slab::default(),
            awaited,
            sources,
            fertile: 0,
            ghosts: 0,
            nodes: Nodes::new(world, explicit, needs.queues),
            channels: Channels::new(world, replication, explicit),
            failures: Failures::new(world, &layout, replication),
            accounts: Accounts::new(world),
            latency: Sketch::new(),
            now: SimTime::ZERO,
            stop: world.horizon.end + world.horizon.drain,
            births: 0,
            pushed: 0,
            handled: 0,
            draws: Draws {
                image: stream(Purpose::Image),
                policy: stream(Purpose::Policy),
                service: stream(Purpose::Service),
                loss: stream(Purpose::Loss),
                jitter: stream(Purpose::Jitter),
            },
            gone: Vec::new(),
            layout,
        }
    }

    /// Schedules each source's first birth, and the first tick.
    fn open(&mut self) {
        for source in 0..self.sources.len() {
            let first = self.sources.first(source);
            self.expect_birth(source, first);
        }
        self.expect_ticks();
        (0..self.failures.len()).for_each(|unit| self.expect_turn(unit));
    }

    fn events(&mut self) -> Result<(), Problem> {
        let mut trips = Trips::new(self.world, &self.layout, self.short);
        let vast = self.is_vast();
        while let Some(key) = self.queue.pop() {
            if key.time() > self.stop {
                break;
            }
            if vast {
                self.look_ahead(&trips);
            }
            self.now = key.time();
            self.handled += 1;
            if trips.are_of(key) { self.trip(&mut trips, key)? } else { self.happen(key)? }
        }
        trips.trips.iter_mut().filter(|trip| trip.live).for_each(|trip| self.unfold_at_end(trip));
        Ok(())
    }

    #[inline]
    fn happen(&mut self, key: Key) -> Result<(), Problem> {
        let slot = key.slot();
        match key.rank() {
            Rank::Birth => self.birth(slot),
            Rank::Tick => self.tick(slot),
            Rank::Change => {
                self.change(NodeId(slot));
                Ok(())
            }
            Rank::Turn => self.turn(slot),
            _ if self.legs[slot].pending != key => Ok(()),
            Rank::Ask => self.ask(slot),
            Rank::Arrive => self.arrive(slot),
            Rank::Leave => self.leave(slot),
        }
    }

    /// Schedules a request's next event; an older one that is still in the queue becomes void.
    #[inline]
    fn schedule(&mut self, slot: u32, time: SimTime, rank: Rank) {
        let leg = &mut self.legs[slot];
        leg.pending = Key::new(time, rank, leg.birth, slot | (Key::SECOND * u32::from(leg.second)));
        if time <= self.stop {
            self.queue.push(leg.pending);
        }
    }

    /// Schedules the next decision, at the end of the time that it takes.
    #[inline]
    fn schedule_ask(&mut self, slot: u32, from: SimTime) {
        self.schedule(slot, from + self.world.information.decision, Rank::Ask);
    }

    fn expect_birth(&mut self, source: u32, time: SimTime) {
        if time < self.world.horizon.end {
            self.fertile += 1;
            self.queue.push(Key::new(time, Rank::Birth, 0, source));
        }
    }

    fn birth(&mut self, source: u32) -> Result<(), Problem> {
        let slot = self.born(source);
        match self.world.information.decision {
            SimTime::ZERO => self.ask(slot),
            _ => {
                self.schedule_ask(slot, self.now);
                Ok(())
            }
        }
    }

    /// A source gives birth, and will again.
    #[inline]
    fn born(&mut self, source: u32) -> u32 {
        self.fertile -= 1;
        let (node, workload, ordinal) = self.sources.about(source);
        let entity = Sources::entity(node, workload);
        let streams = [self.draws.image, self.sources.stream()];
        let [image, gap] = Stream::draw_beside(streams, [[entity, ordinal], [entity, ordinal + 1]]);
        let slot = self.bear(NodeId(node), workload, image);
        let next = self.sources.next_by(source, self.now, || gap[0]);
        self.expect_birth(source, next);
        slot
    }

    /// A new request: all about it that chance decides is decided here, its image by these bits.
    fn bear(&mut self, home: NodeId, workload: u16, image: [u64; 2]) -> u32 {
        let image = self.image_at(home, workload, image);
        let slot = self.legs.take();
        let leg = &mut self.legs[slot];
        (leg.birth, leg.image, leg.counted) = (self.births, image, self.now >= self.world.horizon.warm_up);
        self.births += 1;
        self.accounts.born(leg.counted);
        let request = &mut leg.request;
        (request.home, request.at, request.workload, request.born) = (home, home, workload, self.now);
        request.deadline = self.world.workloads[workload as usize].deadline.map(|d| self.now + d);
        slot
    }

    /// The image of a request that is born there.
    #[inline]
    fn image_at(&self, home: NodeId, workload: u16, bits: [u64; 2]) -> u32 {
        let of = &self.world.workloads[workload as usize];
        let site = match of.sites.len() {
            1 => 0,
            sites => self.layout.member_of(home) as usize % sites,
        };
        self.image(&of.sites[site], bits)
    }

    /// A class by the site's mix, and one of its images.
    fn image(&self, site: &super::Site, [class, image]: [u64; 2]) -> u32 {
        let class = site.cumulative.partition_point(|c| *c <= class >> 32);
        let images = &self.layout.images[class];
        images[sample::index(image, images.len() as u64) as usize]
    }
}
