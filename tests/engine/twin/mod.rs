//! The naive twin of the engine: a sorted list of events, every server, queue and transfer pictured as it is, every sum
//! taken from the state itself as time passes. It shares the world, the streams of random numbers and the policy's port
//! with the engine, and nothing else.

mod act;
mod births;
mod carry;
mod channel;
mod compute;
mod end;
mod event;
mod failing;
mod flows;
mod fork;
mod known;
mod life;
mod memory;
mod node;
mod parcel;
mod place;
mod plan;
mod push;
mod samples;
mod sums;
mod tempo;

use channel::{Channel, ChannelKey};
use event::{Event, Events, What};
use flows::Flows;
use known::{Known, Picture};
use life::{Doing, Life, Load};
use node::Node;
pub use samples::{PERIOD, Sample};
use std::collections::BTreeMap;
pub use sums::Sums;
use tierwise::random::{Purpose, Rng, Stream};
use tierwise::sim::{Answer, Controller, Ending, Held, NodeId, Policy, Record, RequestId, Step, TapId, View, World};
use tierwise::units::SimTime;

/// What the twin found.
pub struct Found {
    /// In order of ending; those in flight last, in order of birth.
    pub records: Vec<Record>,
    pub sums: Sums,
    /// Period by period.
    pub samples: Vec<Sample>,
    /// Something that nobody waited for any more was in progress at the end, or a model's file was sent outside the window.
    pub cut: bool,
}

/// Runs a replication.
pub fn run(world: &World, policy: &mut dyn Policy, replication: u64) -> Result<Found, String> {
    run_controlled(world, policy, None, replication)
}

/// The same beside a controller.
pub fn run_controlled(
    world: &World,
    policy: &mut dyn Policy,
    mut controller: Option<&mut dyn Controller>,
    replication: u64,
) -> Result<Found, String> {
    policy.start(world).map_err(|p| p.what)?;
    controller.as_mut().map_or(Ok(()), |controller| controller.start(world)).map_err(|p| p.what)?;
    let controller = controller.map(|controller| controller as &mut dyn Controller);
    let mut twin = Twin::new(world, policy, controller, replication);
    twin.open();
    let stop = (world.horizon.end + world.horizon.drain).ns();
    while let Some(event) = twin.events.next(stop) {
        twin.pass(event.time);
        twin.plan_before(event)?;
        twin.raise()?;
    }
    twin.pass(stop);
    let cut = twin.cut || twin.lives.values().any(|life| life.cancelled);
    for leg in twin.lives.keys().copied().collect::<Vec<_>>() {
        if twin.lives.get(&leg).is_some_and(|life| !life.cancelled) {
            twin.end(leg, Ending::InFlight);
        }
    }
    Ok(Found { records: twin.records, sums: twin.sums, samples: twin.samples, cut })
}

struct Twin<'a> {
    world: &'a World,
    policy: &'a mut dyn Policy,
    controller: Option<&'a mut dyn Controller>,
    /// Nodes that refused somebody just now.
    refusals: Vec<u32>,
    replication: u64,
    now: u64,
    events: Events,
    nodes: Vec<Node>,
    channels: BTreeMap<ChannelKey, Channel>,
    flows: Flows,
    /// By link and lower node, where an action changed it.
    shares: BTreeMap<(usize, u32), u64>,
    published: Picture,
    units: Vec<failing::Unit>,
    lives: BTreeMap<u64, Life>,
    born: u64,
    /// How many requests each source has had.
    asked_for: BTreeMap<u64, u64>,
    /// Files of models sent.
    pushed: u64,
    /// One of them was sent outside the window.
    cut: bool,
    records: Vec<Record>,
    sums: Sums,
    samples: Vec<Sample>,
    /// The last instant that was planned.
    planned: Option<u64>,
}

impl<'a> Twin<'a> {
    fn new(
        world: &'a World,
        policy: &'a mut dyn Policy,
        controller: Option<&'a mut dyn Controller>,
        replication: u64,
    ) -> Self {
        let (nodes, channels) = (node::all(world), channels(world, replication));
        Self {
            published: Picture::of(world, &nodes, &channels, &Flows::default(), 0),
            flows: Flows::default(),
            world,
            policy,
            controller,
            refusals: Vec::new(),
            replication,
            now: 0,
            events: Events::default(),
            nodes,
            channels,
            shares: BTreeMap::new(),
            units: failing::units(world),
            lives: BTreeMap::new(),
            born: 0,
            asked_for: BTreeMap::new(),
            pushed: 0,
            cut: false,
            records: Vec::new(),
            sums: Sums::new(world),
            samples: samples::empty(world),
            planned: None,
        }
    }

    fn open(&mut self) {
        for (source, time) in births::first(self.world, self.replication) {
            self.expect_birth(source, time);
        }
        self.expect_tick(act::POLICY);
        self.expect_tick(act::CONTROLLER);
        self.expect_turns();
    }

    fn stream(&self, purpose: Purpose) -> Stream {
        Stream::new(self.world.seed, self.replication, purpose)
    }

    fn life(&mut self, birth: u64) -> &mut Life {
        self.lives.get_mut(&birth).expect("under way")
    }

    /// Lets time pass. States are published at each multiple of the period, before what happens at that instant.
    fn pass(&mut self, to: u64) {
        self.sums.pass(self.world, &self.nodes, &self.channels, self.now, to);
        samples::pass(&mut self.samples, self.world, (&self.nodes, &self.channels, &self.flows), self.now, to);
        self.sums.pass_flows(self.world, &self.flows, self.now, to);
        self.sums.pass_down(self.world, &self.units, self.now, to);
        let period = self.world.information.staleness.ns();
        if period > 0 && to / period > self.now / period {
            self.published = self.picture(to / period * period);
        }
        self.now = to;
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event.what {
            What::Served => self.served(event.who),
            What::Shared(node) => self.shared(node),
            What::Limit(node) => self.begin_services(node),
            What::Sent => self.sent(event.who),
            What::FairSent(key) => self.fair_sent(key),
            What::FlowsSent => self.flows_sent(),
            What::Turn => return self.turn(event.who as usize),
            What::Arrives => return self.arrive(event.who),
            What::Change => self.change(event.who as u32),
            What::Tick => return self.tick(event.who),
            What::Ask => return self.ask(event.who),
            What::Birth => return self.birth(event.who),
        }
        Ok(())
    }

    fn expect_birth(&mut self, source: u64, time: u64) {
        if time < self.world.horizon.end.ns() {
            self.events.add(time, What::Birth, source);
        }
    }

    fn birth(&mut self, source: u64) -> Result<(), String> {
        let birth = self.bear(source);
        if self.world.information.decision == SimTime::ZERO {
            return self.ask(birth);
        }
        self.expect_ask(birth, self.now);
        Ok(())
    }

    fn bear(&mut self, source: u64) -> u64 {
        let (birth, leg) = (self.born, self.born * life::LEGS);
        self.born += 1;
        let before = self.asked_for.get(&source).copied().unwrap_or(0);
        let (mut life, next) = births::bear(self.world, self.replication, source, birth, (self.now, before));
        self.asked_for.insert(source, before + 1);
        life.request.id = RequestId(leg as u32);
        self.lives.insert(leg, life);
        next.into_iter().for_each(|next| self.expect_birth(source, next));
        leg
    }

    /// A decision takes its time.
    fn expect_ask(&mut self, birth: u64, from: u64) {
        self.events.add(from + self.world.information.decision.ns(), What::Ask, birth);
    }

    fn picture(&self, at: u64) -> Picture {
        Picture::of(self.world, &self.nodes, &self.channels, &self.flows, at)
    }

    fn known<'b>(&self, published: &'b Picture, here: Option<u32>) -> Known<'b>
    where
        'a: 'b,
    {
        let exact = self.picture(self.now);
        let (world, replication, shares, now) = (self.world, self.replication, self.shares.clone(), self.now);
        Known { world, replication, shares, now, exact, published, here }
    }

    fn ask(&mut self, birth: u64) -> Result<(), String> {
        if self.life(birth).cancelled {
            self.lives.remove(&birth);
            return Ok(());
        }
        self.take_over_result(birth);
        let now = self.now;
        let life = self.life(birth);
        life.asked = if life.asked.0 == now { (now, life.asked.1 + 1) } else { (now, 1) };
        if life.asked.1 > 64 {
            return Err("64 steps without time moving".into());
        }
        let (request, image, entity) = (life.request, life.image, life.entity());
        let published = self.published.clone();
        let known = self.known(&published, Some(request.at.0));
        let view = View::new(self.world, &known, SimTime::from_ns(now), request.at, request.home).of_image(image);
        let mut rng = Rng::new(self.stream(Purpose::Policy), entity, request.steps);
        let step = self.policy.next(&request, &view, &mut rng);
        self.life(birth).request.steps += 1;
        self.take(birth, step)
    }

    /// What was computed is looked at when the policy is asked.
    fn take_over_result(&mut self, birth: u64) {
        let world = self.world;
        let life = self.life(birth);
        let Doing::Computing(job) = life.doing else { return };
        life.doing = Doing::Nothing;
        life.request.held = Held::Activation { model: job.model, tap: job.upto };
        life.lossy = job.lossy;
        if job.upto == TapId(0) {
            life.request.held = Held::Raw;
        }
        let role = &world.models[job.model.0 as usize];
        if role.taps[job.upto.0 as usize].exit {
            let table = life::table(world, job.model, job.upto, job.lossy).expect("was checked");
            let (output, image) = (&role.tables.outputs[table], life.image as usize);
            let (prediction, confidence) = (output.prediction[image], output.confidence[image]);
            let margin = output.margin[image];
            life.request.answer = Some(Answer { model: job.model, tap: job.upto, prediction, confidence, margin });
            life.answered_at = job.node;
        }
    }

    fn take(&mut self, birth: u64, step: Step) -> Result<(), String> {
        match step {
            Step::Compute { model, upto, node, send } => {
                match self.life(birth).clone().plan(self.world, (model, upto, node, send))? {
                    (job, None) => {
                        let elsewhere = self.life(birth).request.at.0 != job.node;
                        self.stand(birth, job.node, elsewhere && job.from == TapId(0));
                        self.compute(birth, job);
                    }
                    (job, Some((from, load))) => {
                        self.life(birth).doing = Doing::Bringing(load, job);
                        self.send(birth, from, load)?;
                    }
                }
            }
            Step::Answer => self.answer(birth)?,
            Step::Drop => self.end(birth, Ending::Dropped),
            Step::Wait { until } if until.ns() > self.now => self.expect_ask(birth, until.ns()),
            Step::Fork => self.fork(birth)?,
            Step::Wait { .. } => return Err("not possible".into()),
        }
        Ok(())
    }

    /// From now on the request is at this node, with the raw image or with the activation that it held.
    fn stand(&mut self, birth: u64, node: u32, raw: bool) {
        let request = &mut self.life(birth).request;
        if raw {
            request.held = Held::Raw;
        }
        request.at = NodeId(node);
    }

    fn answer(&mut self, birth: u64) -> Result<(), String> {
        let life = self.life(birth).clone();
        let answer = life.request.answer.ok_or("no answer")?;
        let to = place::sink(self.world, life.request.workload as usize, life.request.home.0);
        if life.request.at.0 == to {
            self.end(birth, Ending::Answered);
            return Ok(());
        }
        let raw = self.world.codec("raw").expect("always there");
        let role = &self.world.models[answer.model.0 as usize];
        let bytes = role.bytes(answer.tap, raw, life.image).ok_or("size was not measured")?.0;
        let load = Load { raw: false, bytes, to };
        self.life(birth).doing = Doing::Returning(load);
        self.send(birth, life.request.at.0, load)
    }
}

fn channels(world: &World, replication: u64) -> BTreeMap<ChannelKey, Channel> {
    let mut channels = BTreeMap::new();
    for node in place::nodes(world) {
        let above = *place::climb(world, node.0).get(1).unwrap_or(&node.0);
        let both = [place::path(world, node.0, above), place::path(world, above, node.0)];
        for hop in both.into_iter().flatten().flatten() {
            let sharing = world.links[hop.link].sharing_of(hop.up);
            let varies = tempo::Tempo::of(world, replication, hop).is_some();
            channels.insert(place::channel_of(world, hop), Channel::new(sharing, varies));
        }
    }
    channels
}
