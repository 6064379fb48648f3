//! A whole simulation as other simulators' users run it: PureEdgeSim's default settings with 10,000 devices
//! (`PureEdgeSim/settings`, version 5), of which seven of ten generate tasks of three applications for ten minutes.
//!
//! The same: kinds and shares of devices with their cores and speeds (a node's speed is divided among its cores), the
//! edge's and the cloud's, requests, results, instructions and deadlines of the applications, 300 Mbit/s for each device
//! and for the way to the cloud, 0.2 s further. As there, each task is computed where `(tasks there + 1) * time` is
//! least, among the device itself and all within 10 m of it on a map of 200 m by 200 m (`MIST_ONLY`, which the devices'
//! speed suffices for; the way to the cloud would not). Tasks come at 16.14 a minute, so that there are 1.13 million. Not
//! the same: nobody walks, and no chart is drawn.

use crate::lines::Lines;
use crate::parts::{group, link, model, world};
use crate::scale::peak;
use std::time::Instant;
use tierwise::problem::Problem;
use tierwise::random::Rng;
use tierwise::sim::{
    Arrivals, Cell, CodecId, Fifo, GroupId, Link, Model, ModelId, Needs, NodeGroup, NodeId, Policy, Request,
    RunOptions, Service, Sharing, Size, Step, TapId, Tier, View, Work, Workload, World, run,
};
use tierwise::units::{PerSec, SimTime};

/// Applications: bytes of a request and of its result, millions of instructions, deadline in seconds.
const APPLICATIONS: [(u32, u32, f64, f64); 3] =
    [(1_500_000, 100_000, 60e3, 5.0), (10_000_000, 10_000_000, 300e3, 200.0), (50_000, 50_000, 15e3, 5.0)];
/// Kinds of nodes: name, tier, how many, cores, millions of instructions a second of all cores. The first six generate
/// tasks of the applications in turn.
const KINDS: [(&str, Tier, u32, u32, f64); 10] = [
    ("phone-1", Tier::Device, 1_000, 8, 25e3),
    ("phone-2", Tier::Device, 1_000, 8, 25e3),
    ("phone-3", Tier::Device, 1_000, 8, 25e3),
    ("sensor-1", Tier::Device, 1_334, 1, 70e3),
    ("sensor-2", Tier::Device, 1_333, 1, 70e3),
    ("sensor-3", Tier::Device, 1_333, 1, 70e3),
    ("server", Tier::Device, 1_000, 4, 16e3),
    ("laptop", Tier::Device, 2_000, 8, 110e3),
    ("edge", Tier::Edge, 1, 16, 800e3),
    ("cloud", Tier::Cloud, 1, 16, 4e6),
];
const GENERATING: u16 = 6;
const EDGE: u16 = 8;
const DEVICES: u32 = 10_000;
/// Side of the map and reach of a device, in metres.
const SIDE: f64 = 200.0;
const REACH: f64 = 10.0;
const MBIT_S_300: u64 = 300_000_000;

/// Full length: ten simulated minutes.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    let begun = Instant::now();
    let world = pure_edge(600.0 * length);
    let result = run(&world, &mut TradeOff::new(&world), 0, &RunOptions::default(), &mut ())?;
    let mut line = |metric, unit, value| lines.add(["whole", "10000 devices", metric, unit], value);
    line("wall", "s", begun.elapsed().as_secs_f64());
    line("count", "1", result.born as f64 * 50.0 / 49.0);
    line("mean sojourn", "s", result.latency.mean() / 1e9);
    line("late", "1", result.late as f64);
    line("peak memory", "MiB", peak().unwrap_or(f64::NAN) / (1024.0 * 1024.0));
    Ok(())
}

fn pure_edge(seconds: f64) -> World {
    let groups: Vec<NodeGroup> = KINDS.iter().map(kind).collect();
    let mut world = world(groups, (0..=EDGE).map(wire).collect(), 1.0, Tier::Device, seconds);
    let first = world.workloads.remove(0);
    let application = |group: u16| Workload {
        name: KINDS[usize::from(group)].0.into(),
        at: GroupId(group),
        arrivals: Arrivals::Poisson { rate: PerSec(16.14 / 60.0) },
        deadline: Some(SimTime::from_secs(APPLICATIONS[usize::from(group) % 3].3)),
        ..first.clone()
    };
    world.workloads = (0..GENERATING).map(application).collect();
    world.models = APPLICATIONS.iter().map(role).collect();
    world
}

fn kind(&(name, tier, count, cores, speed): &(&str, Tier, u32, u32, f64)) -> NodeGroup {
    let time = |mega: f64| SimTime::from_secs(mega * f64::from(cores) / speed);
    let work = |a: &(u32, u32, f64, f64)| {
        Some(Work { per_call: SimTime::ZERO, upto: vec![SimTime::ZERO, time(a.2)], extrapolated: false })
    };
    NodeGroup {
        service: Service::Fifo(Fifo { servers: cores, ..Fifo::default() }),
        work: APPLICATIONS.iter().map(work).collect(),
        ..group(name, tier, count, cores, 1.0)
    }
}

/// Devices reach the edge each at 300 Mbit/s; the edge reaches the cloud at as much, 0.2 s away.
fn wire(lower: u16) -> Link {
    let (sharing, delay) = if lower == EDGE { (Sharing::Fair, 200.0) } else { (Sharing::Fifo, 0.0) };
    let mut link = link(KINDS[usize::from(lower)].0, lower, sharing, MBIT_S_300, delay);
    (link.upper, link.cell) = (GroupId(if lower == EDGE { EDGE + 1 } else { EDGE }), Cell::Own);
    link.down.rate = link.up.rate;
    link
}

fn role(&(request, result, ..): &(u32, u32, f64, f64)) -> Model {
    let mut role = model();
    for (tap, bytes) in role.taps.iter_mut().zip([request, result]) {
        tap.sizes = vec![Some(Size::Fixed(bytes))];
    }
    role
}

/// Where `(tasks there + 1) * time` is least.
struct TradeOff {
    /// By device that generates: itself and its neighbours, each with the seconds that a task of the device takes there
    /// alone on all cores, the fastest first; for when one takes longer alone than another with its queue, so do all
    /// after it.
    candidates: Vec<Vec<(NodeId, f32)>>,
}

impl TradeOff {
    fn new(world: &World) -> Self {
        let mut rng = Rng::new(tierwise::random::Stream::new(1, 0, tierwise::random::Purpose::Sites), 0, 0);
        let places: Vec<[f64; 2]> = (0..DEVICES).map(|_| [rng.unit() * SIDE, rng.unit() * SIDE]).collect();
        let map = Map::new(&places);
        let kinds: Vec<usize> =
            (0..).zip(KINDS).flat_map(|(k, kind)| std::iter::repeat_n(k, kind.2 as usize)).collect();
        let sorted = |at: usize| {
            let mega = APPLICATIONS[kinds[at] % 3].2;
            let time = |node: NodeId| (mega / KINDS[kinds[node.0 as usize]].4) as f32;
            let mut around: Vec<_> = map.near(&places, at).into_iter().map(|node| (node, time(node))).collect();
            around.sort_by(|a, b| a.1.total_cmp(&b.1));
            around
        };
        let generating = world.nodes_of(GroupId(GENERATING)).start as usize;
        Self { candidates: (0..generating).map(sorted).collect() }
    }
}

/// Who stands in each square as wide as a device reaches.
struct Map(Vec<Vec<u32>>);

/// Squares along a side.
const SQUARES: usize = (SIDE / REACH) as usize;

impl Map {
    fn new(places: &[[f64; 2]]) -> Self {
        let mut squares = vec![Vec::new(); SQUARES * SQUARES];
        for (n, place) in (0..).zip(places) {
            let [x, y] = square(place);
            squares[x * SQUARES + y].push(n);
        }
        Self(squares)
    }

    /// A device and all that it reaches.
    fn near(&self, places: &[[f64; 2]], at: usize) -> Vec<NodeId> {
        let [x, y] = square(&places[at]).map(|i| i.saturating_sub(1)..(i + 2).min(SQUARES));
        let squares = x.flat_map(|x| y.clone().map(move |y| x * SQUARES + y));
        let within = |n: &u32| {
            let other = places[*n as usize];
            (0..2).map(|axis| (other[axis] - places[at][axis]).powi(2)).sum::<f64>() <= REACH * REACH
        };
        squares.flat_map(|s| &self.0[s]).copied().filter(within).map(NodeId).collect()
    }
}

fn square(place: &[f64; 2]) -> [usize; 2] {
    place.map(|at| ((at / REACH) as usize).min(SQUARES - 1))
}

impl Policy for TradeOff {
    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        if request.answer.is_some() {
            return Step::Answer;
        }
        let (mut least, mut node) = (f32::INFINITY, request.home);
        for (candidate, time) in &self.candidates[request.home.0 as usize] {
            if *time > least {
                break;
            }
            let cost = (view.requests(*candidate) + 1) as f32 * time;
            // Without a branch that nobody could predict.
            let better = (cost < least) | ((cost == least) & (*candidate < node));
            (least, node) = if better { (cost, *candidate) } else { (least, node) };
        }
        let application = usize::from(request.workload) % 3;
        Step::Compute { model: ModelId(application as u8), upto: TapId(1), node, send: CodecId(0) }
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        request.answer.map(|_| Step::Answer)
    }

    fn needs(&self) -> Needs {
        Needs { queues: true, ..Needs::default() }
    }
}
