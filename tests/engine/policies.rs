//! Policies that exercise the engine: whatever they see changes what they do, so that one wrong reading shows.

use tierwise::problem::Problem;
use tierwise::random::Rng;
use tierwise::sim::{
    Action, Actions, Alarm, Answer, CodecId, Controller, Facts, GroupId, Held, ModelId, Needs, NodeId, Outcome,
    PerRequest, Policy, Request, RequestId, Step, TapId, View, World,
};
use tierwise::units::{Bytes, SimTime};

/// Takes random possible steps, and notes all that it is shown.
#[derive(Default)]
pub struct Wanderer {
    pub needs: Needs,
    /// All that was shown, call by call.
    pub seen: Vec<Vec<u64>>,
    pub outcomes: Vec<Outcome>,
    /// Something was sent lossily: it must not happen again.
    lossy: PerRequest<bool>,
    digest: u64,
    /// The instant of the last plan, and who is to be asked yet of its batch, the first last.
    planned: Option<(SimTime, Vec<RequestId>)>,
}

impl Wanderer {
    pub fn new(period: u64) -> Self {
        let period = (period > 0).then(|| SimTime::from_ns(period));
        let needs = Needs { queues: true, period, outcomes: true, truth: true, ..Needs::default() };
        Self { needs, ..Self::default() }
    }

    /// The same, with a look at each instant's requests before.
    pub fn planning(self, plan: bool) -> Self {
        Self { needs: Needs { plan, ..self.needs }, ..self }
    }

    /// The same, with second legs.
    pub fn forking(self, forks: bool) -> Self {
        Self { needs: Needs { forks, ..self.needs }, ..self }
    }

    /// Whoever is asked is the next of the batch, or was refused or forked at this instant.
    fn expect(&mut self, request: &Request, now: SimTime) {
        let Some((at, rest)) = self.planned.as_mut().filter(|_| self.needs.plan) else { return };
        assert_eq!(*at, now, "there was no plan at this instant");
        if let Some(turn) = rest.iter().position(|id| *id == request.id) {
            // Only where the answer of one leg has ended another is somebody passed over.
            assert!(turn + 1 == rest.len() || self.needs.forks, "is asked before its turn");
            rest.truncate(turn);
        } else {
            assert!(request.refused > 0 || self.needs.forks, "was not in the batch");
        }
    }

    fn note(&mut self, value: u64) {
        self.digest = (self.digest ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        self.seen.last_mut().expect("a call began").push(value);
    }

    fn note_request(&mut self, request: &Request) {
        self.note(u64::from(request.workload) << 32 | u64::from(request.home.0));
        self.note(u64::from(request.at.0) << 32 | u64::from(request.steps));
        self.note(request.born.ns());
        self.note(request.deadline.map_or(u64::MAX, SimTime::ns));
        self.note(u64::from(request.refused));
        self.note(match request.held {
            Held::Raw => 0,
            Held::Activation { model, tap } => 1 << 16 | u64::from(model.0) << 8 | u64::from(tap.0),
        });
        if self.needs.forks {
            self.note(u64::from(request.leg) << 1 | u64::from(request.forked));
        }
        if let Some(Answer { model, tap, prediction, confidence, margin }) = request.answer {
            self.note(u64::from(model.0) << 32 | u64::from(tap.0) << 16 | u64::from(prediction));
            self.note(u64::from(confidence.to_bits()) << 32 | u64::from(margin.to_bits()));
        }
    }

    fn note_level(&mut self, view: &View<'_>, node: NodeId) {
        self.note(u64::from(view.level(node)));
        self.note(view.service_time(ModelId(0), TapId(0), TapId(0), node).ns());
        self.note(view.compute_power(node).0.to_bits());
    }

    fn note_view(&mut self, view: &View<'_>) {
        self.note(view.now().ns());
        let nodes = 0..view.world().node_count();
        for node in nodes.clone().map(NodeId) {
            self.note(u64::from(view.waiting(node)) << 32 | u64::from(view.busy(node)));
            self.note(u64::from(view.requests(node)));
            self.note(view.backlog(node).ns());
            if !view.world().groups[view.group_of(node).0 as usize].levels.is_empty() {
                self.note_level(view, node);
            }
            if view.world().groups[view.group_of(node).0 as usize].memory.is_some() {
                self.note(view.load_time(ModelId(0), node).ns());
            }
            if view.world().groups[view.group_of(node).0 as usize].elastic.is_some() {
                self.note(u64::from(view.servers(node)) << 1 | u64::from(view.is_on(node)));
            }
        }
        for (from, to) in nodes.clone().flat_map(|a| nodes.clone().map(move |b| (NodeId(a), NodeId(b)))) {
            if is_way(view, from, to) {
                self.note(view.link_backlog(from, to).ns());
                if view.world().links.iter().any(|l| l.conditions.is_some()) {
                    self.note(view.transfer_time(from, to, Bytes(3)).ns());
                }
            }
        }
    }
}

fn is_way(view: &View<'_>, from: NodeId, to: NodeId) -> bool {
    view.world().route(from, to).is_some()
}

impl Policy for Wanderer {
    fn needs(&self) -> Needs {
        self.needs
    }

    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        self.seen.push(Vec::new());
        self.expect(request, view.now());
        self.note_request(request);
        self.note_view(view);
        let mut rng = Mixed(rng, self.digest);
        if request.steps == 0 {
            // A second leg may hold what its first was sent.
            self.lossy[request.id] = request.leg > 0;
        }
        if self.needs.forks && !request.forked && request.leg < 4 && rng.index(6) == 0 {
            return Step::Fork;
        }
        match rng.index(12) {
            0 => Step::Wait { until: view.now() + SimTime::from_ns(1 + rng.index(20) as u64) },
            1 if request.steps > 1 => Step::Drop,
            2..=4 if request.answer.is_some() => Step::Answer,
            _ if request.steps > 10 => {
                if request.answer.is_some() {
                    Step::Answer
                } else {
                    Step::Drop
                }
            }
            _ => self.compute(request, view, &mut rng),
        }
    }

    /// Now and then changes a node's clock, where there are levels, and other things where they can be changed.
    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        self.seen.push(Vec::new());
        self.note_view(view);
        let node = NodeId((self.digest % u64::from(view.world().node_count())) as u32);
        let levels = view.world().groups[view.group_of(node).0 as usize].levels.len() as u64;
        if levels > 0 {
            actions.0.push(Action::Level { node, level: (self.digest / 1024 % levels) as u8 });
        }
        actions.0.extend(meddle(view, self.digest).into_iter().chain(recall(view, self.digest.rotate_left(7))));
    }

    fn plan(&mut self, batch: &[Request], view: &View<'_>, actions: &mut Actions, rng: &mut Rng) {
        let rest = self.planned.take().map(|planned| planned.1).unwrap_or_default();
        assert!(rest.is_empty() || self.needs.forks, "some of a batch were not asked");
        self.planned = Some((view.now(), batch.iter().rev().map(|r| r.id).collect()));
        self.seen.push(Vec::new());
        batch.iter().for_each(|request| self.note_request(request));
        self.note_view(view);
        self.note(rng.bits());
        actions.0.extend(meddle(view, self.digest));
    }

    fn observe(&mut self, outcome: &Outcome) {
        self.seen.push(Vec::new());
        self.note_request(&outcome.request);
        self.note(outcome.ended.ns());
        self.outcomes.push(*outcome);
    }
}

impl Wanderer {
    fn compute(&mut self, request: &Request, view: &View<'_>, rng: &mut Mixed<'_>) -> Step {
        let lossy = self.lossy[request.id];
        let step = (0..30).map(|_| any_step(view.world(), rng)).find(|s| is_possible(s, request, view, lossy));
        if let Some(Step::Compute { send, .. }) = step {
            self.lossy[request.id] |= !view.world().codecs[send.0 as usize].lossless;
        }
        step.unwrap_or(Step::Drop)
    }
}

/// The policy's own draws, mixed with what it saw.
struct Mixed<'a>(&'a mut Rng, u64);

impl Mixed<'_> {
    fn index(&mut self, n: usize) -> usize {
        ((self.0.bits() ^ self.1) % n as u64) as usize
    }
}

fn any_step(world: &World, rng: &mut Mixed<'_>) -> Step {
    let model = ModelId(rng.index(world.models.len()) as u8);
    Step::Compute {
        model,
        upto: TapId(rng.index(world.models[model.0 as usize].taps.len()) as u8),
        node: NodeId(rng.index(world.node_count() as usize) as u32),
        send: CodecId(rng.index(world.codecs.len()) as u8),
    }
}

/// Whether a step is possible wherever the raw image may be by now.
fn is_possible(step: &Step, request: &Request, view: &View<'_>, lossy_before: bool) -> bool {
    let Step::Compute { model, upto, node, send } = *step else { return true };
    let lossless = view.world().codecs[send.0 as usize].lossless;
    let there = view.hosts(model, node) && is_way(view, request.home, node);
    let (from, may_send) = match request.held {
        Held::Activation { model: held, tap } if held == model => {
            (tap, node == request.at || lossless || !lossy_before)
        }
        _ => (TapId(0), lossless || !lossy_before),
    };
    there && may_send && from <= upto && view.bytes(request, model, from, send).is_some()
}

/// Another share for one of the nodes below an adjustable link.
fn share(world: &World, digest: u64) -> Option<Action> {
    let adjustable = |link: &usize| world.links[*link].conditions.as_ref().is_some_and(|c| c.adjustable);
    let links: Vec<usize> = (0..world.links.len()).filter(adjustable).collect();
    let link = *links.get((digest >> 8) as usize % links.len().max(1))?;
    let nodes = world.nodes_of(world.links[link].lower);
    let node = NodeId(nodes.start + (digest >> 16) as u32 % (nodes.end - nodes.start));
    Some(Action::Share { link: link as u16, node, share: [1000, 333, 500, 0, 77][(digest >> 24) as usize % 5] })
}

/// A possible action now and then, where there are elastic nodes or adjustable links.
fn meddle(view: &View<'_>, digest: u64) -> Option<Action> {
    let world = view.world();
    if let Some(share) = share(world, digest).filter(|_| digest >> 50 & 1 > 0) {
        return Some(share);
    }
    let elastic = |node: &u32| world.groups[view.group_of(NodeId(*node)).0 as usize].elastic.is_some();
    let nodes: Vec<u32> = (0..world.node_count()).filter(elastic).collect();
    let node = NodeId(*nodes.get(digest as usize % nodes.len().max(1))?);
    let most = world.groups[view.group_of(node).0 as usize].elastic?.most;
    match digest >> 32 & 7 {
        0..3 => Some(Action::Servers { node, count: 1 + (digest >> 40) as u32 % most }),
        3 => Some(Action::Power { node, on: false }),
        4 | 5 => Some(Action::Power { node, on: true }),
        _ => None,
    }
}

/// Loads a role now and then, evicts it, or has it sent, where there are memories.
fn recall(view: &View<'_>, digest: u64) -> Option<Action> {
    let world = view.world();
    let nodes: Vec<u32> = (0..world.node_count())
        .filter(|node| world.groups[view.group_of(NodeId(*node)).0 as usize].memory.is_some())
        .collect();
    let node = NodeId(*nodes.get(digest as usize % nodes.len().max(1))?);
    let model = ModelId((digest >> 33) as u8 % world.models.len() as u8);
    match digest >> 41 & 3 {
        0 if view.hosts(model, node) => Some(Action::Load { node, model }),
        1 if view.hosts(model, node) => Some(Action::Evict { node, model }),
        // Not for ever: files would come faster than links carry them.
        2 if view.hosts(model, node) && view.now().ns() < 200 => {
            let keeps = |from: &NodeId| {
                let group = &world.groups[view.group_of(*from).0 as usize];
                group.memory.is_none() && view.hosts(model, *from) && is_way(view, *from, node)
            };
            let all: Vec<NodeId> = (0..world.node_count()).map(NodeId).filter(keeps).collect();
            let from = *all.get((digest >> 45) as usize % all.len().max(1))?;
            Some(Action::Push { from, node, model })
        }
        _ => None,
    }
}

/// A controller that changes what it can, at random.
#[derive(Default)]
pub struct Meddler {
    pub period: u64,
    pub watcher: Wanderer,
}

impl Controller for Meddler {
    fn period(&self) -> SimTime {
        SimTime::from_ns(self.period)
    }

    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        self.watcher.tick(view, actions);
        actions.0.extend(meddle(view, self.watcher.digest.rotate_left(20)));
    }

    fn alarm(&mut self, Alarm::Refused { node }: Alarm, view: &View<'_>, actions: &mut Actions) {
        self.watcher.seen.push(Vec::new());
        self.watcher.note(node.0.into());
        self.watcher.note_view(view);
        actions.0.extend(meddle(view, self.watcher.digest));
    }
}

/// Takes steps that may be impossible.
pub struct Wild {
    /// One step in so many may be.
    pub every: usize,
}

impl Policy for Wild {
    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        let mut rng = Mixed(rng, 0);
        let step = any_step(view.world(), &mut rng);
        let Step::Compute { node, .. } = step else { return step };
        if rng.index(self.every) > 0 {
            let fits = is_possible(&step, request, view, true);
            return if fits { step } else { Step::Wait { until: view.now() + SimTime::from_ns(1) } };
        }
        match rng.index(8) {
            0 => Step::Fork,
            1 => Step::Wait { until: view.now() },
            2 => Step::Answer,
            3 => Step::Compute { model: ModelId(9), upto: TapId(0), node, send: CodecId(0) },
            4 => Step::Compute { model: ModelId(0), upto: TapId(99), node, send: CodecId(9) },
            5 => Step::Compute { model: ModelId(0), upto: TapId(0), node: NodeId(1000), send: CodecId(0) },
            _ if is_way(view, request.at, node) && is_way(view, request.home, node) => step,
            _ => Step::Drop,
        }
    }
}

/// Computes one tap of one role at the nearest node of a group, then answers; drops what is refused.
#[derive(Clone, Copy)]
pub struct Fixed {
    pub model: ModelId,
    pub upto: TapId,
    pub at: GroupId,
}

impl Policy for Fixed {
    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        let hosts = world.groups[self.at.0 as usize].work[self.model.0 as usize].is_some();
        if hosts { Ok(()) } else { Err(Problem::new("the role is not there")) }
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        match view.nearest(self.at) {
            _ if request.answer.is_some() => Step::Answer,
            Some(node) if request.refused == 0 => {
                Step::Compute { model: self.model, upto: self.upto, node, send: CodecId(0) }
            }
            _ => Step::Drop,
        }
    }
}
