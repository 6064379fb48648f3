use super::target::{PerHome, Target, way_up};
use crate::problem::{Problem, remedy_for_name};
use crate::random::Rng;
use crate::sim::{CodecId, Facts, GroupId, Needs, NodeId, Policy, Request, Step, TapId, View, World};
use crate::units::{Bytes, SimTime};
use schemars::JsonSchema;
use serde::Deserialize;

/// Cuts a network between the device and a server where latency or energy is least (Kang et al., ASPLOS 2017).
///
/// For each cut `s`: `t_device(layers ≤ s) + D_s / B + t_server(layers > s)`. To the published rule it adds the round
/// trip, the way back, packets, and the backlogs of link and server; `as-published` leaves these out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Neurosurgeon {
    /// The role to cut; absent: the best one that both the device and a server host.
    pub model: Option<String>,
    /// The server's node; absent: the first on the way up that hosts the role.
    pub server: Option<String>,
    /// What is made least.
    pub minimise: Objective,
    /// How activations are written for sending: a codec that the role was measured with; absent: as they are.
    pub codec: Option<String>,
    /// Whether to use the bare rule of the paper.
    pub as_published: bool,
    #[serde(skip)]
    plans: PerHome<Plan>,
}

/// What Neurosurgeon makes least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// Time until the answer.
    #[default]
    Latency,
    /// The device's joules beyond idle: computing before the cut and transmitting.
    Energy,
}

#[derive(Clone, Debug)]
struct Plan {
    device: Target,
    server: GroupId,
    /// Taps that can be sent, with how.
    cuts: Vec<Cut>,
}

impl Neurosurgeon {
    fn resolve(&self, world: &World, home: GroupId) -> Result<Plan, Problem> {
        let server = |t: &Target| self.servers(world, home).find(|&g| Target::new(world, g, t.model).is_some());
        let device = match &self.model {
            Some(_) => Target::named(world, home, self.model.as_deref())?,
            None => shared(world, home, |t| server(t).is_some())?,
        };
        let name = &world.models[device.model.0 as usize].name;
        let nowhere = || {
            Problem::new(format!("no server on the way up hosts `{name}`")).remedy("list the model at both ends of the cut")
        };
        let server = server(&device).ok_or_else(nowhere)?;
        let cuts = cuts(world, home, &device, self.written(world, &device)?);
        Ok(Plan { device, server, cuts })
    }

    /// The codec of activations.
    fn written(&self, world: &World, device: &Target) -> Result<CodecId, Problem> {
        let name = self.codec.as_deref().unwrap_or("raw");
        let model = &world.models[device.model.0 as usize];
        let inner = |codec: CodecId| (1..model.taps.len()).any(|t| is_measured(world, device, t, codec));
        let known = || (0..world.codecs.len() as u8).map(CodecId).filter(|c| inner(*c));
        world.codec(name).filter(|c| self.codec.is_none() || inner(*c)).ok_or_else(|| {
            let what = format!("a codec that nobody measured for activations of `{}`", model.name);
            let names = known().map(|c| world.codecs[c.0 as usize].name.as_str());
            Problem::new(what).received(format!("`{name}`")).remedy(remedy_for_name(name, names))
        })
    }

    /// The groups above `home` that may serve.
    fn servers<'a>(&'a self, world: &'a World, home: GroupId) -> impl Iterator<Item = GroupId> + 'a {
        let wanted = move |g: &GroupId| self.server.as_ref().is_none_or(|s| *s == world.groups[g.0 as usize].name);
        way_up(world, home).into_iter().skip(1).filter(wanted)
    }

    /// Cost of a cut: seconds or joules.
    fn cost(&self, plan: &Plan, cut: Cut, request: &Request, view: &View<'_>, node: NodeId) -> f64 {
        match self.minimise {
            Objective::Energy => energy(plan, cut, request, view, node),
            Objective::Latency => self.latency(plan, cut, request, view, node).secs(),
        }
    }

    /// Time until the answer.
    fn latency(&self, plan: &Plan, (tap, codec): Cut, request: &Request, view: &View<'_>, node: NodeId) -> SimTime {
        let before = on_device(plan, tap, view);
        if tap == plan.device.answer {
            return before;
        }
        match view.bytes(request, plan.device.model, tap, codec) {
            Some(bytes) => before + self.elsewhere(plan, tap, bytes, view, node),
            None => SimTime::NEVER,
        }
    }

    /// Time from the cut to the answer.
    fn elsewhere(&self, plan: &Plan, tap: TapId, bytes: Bytes, view: &View<'_>, node: NodeId) -> SimTime {
        let (here, Target { model, answer, .. }) = (view.here(), plan.device);
        let rest = view.service_time(model, tap, answer, node);
        if self.as_published {
            return airtime(view, node, bytes) + rest;
        }
        let back = view.answer_bytes(model, answer).map_or(SimTime::NEVER, |b| view.transfer_time(node, here, b));
        view.link_backlog(here, node) + view.transfer_time(here, node, bytes) + view.backlog(node) + rest + back
    }

    /// The cut with the least cost, the earliest of equals.
    fn choose(&self, plan: &Plan, request: &Request, view: &View<'_>) -> Option<(TapId, CodecId, NodeId)> {
        let node = view.nearest(plan.server)?;
        let costs = plan.cuts.iter().map(|&cut| (self.cost(plan, cut, request, view, node), cut));
        let (_, (tap, codec)) = costs.min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some((tap, codec, node))
    }
}

impl Policy for Neurosurgeon {
    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        self.plans = PerHome::resolve(world, |home| self.resolve(world, home))?;
        Ok(())
    }

    fn needs(&self) -> Needs {
        Needs { queues: !self.as_published, ..Needs::default() }
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        let Some(plan) = self.plans.of(request) else { return Step::Drop };
        if request.answer.is_some() {
            return Step::Answer;
        }
        if request.refused > 0 {
            return Step::Drop;
        }
        match request.held {
            crate::sim::Held::Activation { tap, .. } => rest(plan, tap, view),
            crate::sim::Held::Raw => match self.choose(plan, request, view) {
                Some((TapId(0), codec, node)) => compute(plan, plan.device.answer, node, codec),
                Some((tap, codec, _)) => compute(plan, tap, view.here(), codec),
                None => Step::Drop,
            },
        }
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        super::target::give_it(request)
    }
}

/// A tap and how it is written for sending.
type Cut = (TapId, CodecId);

/// Time on the device before the cut: none if the raw image is sent.
fn on_device(plan: &Plan, tap: TapId, view: &View<'_>) -> SimTime {
    if tap.0 == 0 { SimTime::ZERO } else { view.service_time(plan.device.model, TapId(0), tap, view.here()) }
}

/// The device's joules beyond idle: computing before the cut, then transmitting.
fn energy(plan: &Plan, (tap, codec): Cut, request: &Request, view: &View<'_>, node: NodeId) -> f64 {
    let here = view.here();
    let before = view.compute_power(here).0 * on_device(plan, tap, view).secs();
    if tap == plan.device.answer {
        return before;
    }
    let sent = view.bytes(request, plan.device.model, tap, codec);
    before + sent.map_or(f64::INFINITY, |bytes| view.transfer_energy_at(here, here, node, bytes).0)
}

/// `D / B` of the published rule: time on the air over the route, delays left out.
fn airtime(view: &View<'_>, node: NodeId, bytes: Bytes) -> SimTime {
    let world = view.world();
    let hop = |h: crate::sim::Hop| view.airtime(h, bytes);
    world.route(view.here(), node).map_or(SimTime::NEVER, |route| route.map(hop).fold(SimTime::ZERO, |a, b| a + b))
}

fn compute(plan: &Plan, upto: TapId, node: NodeId, send: CodecId) -> Step {
    Step::Compute { model: plan.device.model, upto, node, send }
}

/// The second half: on the server, from the activation at `tap`.
fn rest(plan: &Plan, tap: TapId, view: &View<'_>) -> Step {
    let codec = plan.cuts.iter().find(|cut| cut.0 == tap).map(|cut| cut.1);
    match (view.nearest(plan.server), codec) {
        (Some(node), Some(codec)) => compute(plan, plan.device.answer, node, codec),
        _ => Step::Drop,
    }
}

/// The best role that the device hosts and a server can go on with.
fn shared(world: &World, home: GroupId, served: impl Fn(&Target) -> bool) -> Result<Target, Problem> {
    let hosted = (0..world.models.len()).filter_map(|m| Target::new(world, home, crate::sim::ModelId(m as u8)));
    let name = &world.groups[home.0 as usize].name;
    let none = || Problem::new(format!("no model is hosted by both `{name}` and a server above it")).remedy("list one at both ends");
    hosted.filter(served).reduce(|best, t| Target::better(world, best, t)).ok_or_else(none)
}

/// Whether a tap before the answer can be sent under a codec and answered from there.
fn is_measured(world: &World, device: &Target, tap: usize, codec: CodecId) -> bool {
    let model = &world.models[device.model.0 as usize];
    let (own, end) = (&model.taps[tap], &model.taps[device.answer.0 as usize]);
    let codec = (codec.0 as usize, &world.codecs[codec.0 as usize]);
    let answers = || codec.1.lossless || model.tables.position(&own.name, &end.name, &codec.1.name).is_some();
    tap < device.answer.0 as usize && own.sizes[codec.0].is_some() && answers()
}

/// The raw input in the workload's codec, each tap that was measured in the activations', and the answer.
fn cuts(world: &World, home: GroupId, device: &Target, codec: CodecId) -> Vec<Cut> {
    let raw = world.codec("raw").unwrap_or(CodecId(0));
    let send = world.workloads.iter().find(|w| w.at == home).map_or(raw, |w| w.send);
    let taps = &world.models[device.model.0 as usize].taps;
    let sendable = |t: &usize| *t == 0 || *t == device.answer.0 as usize || is_measured(world, device, *t, codec);
    (0..taps.len()).filter(sendable).map(|t| (TapId(t as u8), if t == 0 { send } else { codec })).collect()
}
