//! Random small worlds full of ties: the fast way equals the explicit one, request by request, account by account, and
//! in all that a policy saw.

use super::*;
use crate::random::Rng;
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert_eq, proptest};
use proptest::strategy::ValueTree;

/// What makes a world; times and sizes are small, so that much happens at one instant.
#[derive(Clone, Debug)]
struct Recipe {
    counts: [u32; 3],
    servers: [u32; 3],
    bounds: [Option<u32>; 3],
    noisy: bool,
    work: [u64; 3],
    sharing: [u8; 2],
    shared: [bool; 2],
    half_duplex: [bool; 2],
    rate: [u64; 2],
    delay: [u64; 2],
    packet: (u64, u64, u64),
    period: u64,
    second: Option<u64>,
    sink: u8,
    decision: u64,
    staleness: u64,
    horizon: (u64, u64, u64),
    seed: u64,
}

fn recipe() -> impl Strategy<Value = Recipe> {
    let nodes = (
        [1u32..4, 1u32..3, 1u32..2],
        [1u32..3, 1u32..4, 1u32..3],
        prop::array::uniform3(prop::option::weighted(0.4, 0u32..3)),
        any::<bool>(),
        [0u64..9, 0u64..5, 0u64..3],
    );
    let links = (
        prop::array::uniform2(0u8..3),
        prop::array::uniform2(any::<bool>()),
        prop::array::uniform2(any::<bool>()),
        prop::array::uniform2(1u64..9),
        prop::array::uniform2(0u64..4),
        (1u64..50, 0u64..3, 0u64..2),
    );
    let rest = (4u64..60, prop::option::of(4u64..60), 0u8..3, 0u64..3, 0u64..20);
    (nodes, links, rest, (0u64..50, 50u64..400, 0u64..300), any::<u64>()).prop_map(|(n, l, r, horizon, seed)| Recipe {
        counts: n.0,
        servers: n.1,
        bounds: n.2,
        noisy: n.3,
        work: n.4,
        sharing: l.0,
        shared: l.1,
        half_duplex: l.2,
        rate: l.3,
        delay: l.4,
        packet: l.5,
        period: r.0,
        second: r.1,
        sink: r.2,
        decision: r.3,
        staleness: r.4,
        horizon,
        seed,
    })
}

fn build(r: &Recipe) -> World {
    let mut world = world();
    world.seed = r.seed;
    for g in 0..3 {
        let tier = world.groups[g].tier;
        let mut group = group(&world.groups[g].name, tier, r.counts[g], r.servers[g], r.work[g], 2);
        let noise = if r.noisy && g == 1 { Noise::Exponential } else { Noise::None };
        group.service = Service::Fifo(Fifo { servers: r.servers[g], bound: r.bounds[g], noise });
        world.groups[g] = group;
    }
    for l in 0..2 {
        let mut link = link("l", l as u16, l as u16 + 1, r.rate[l] * 8_000_000_000, r.delay[l]);
        link.sharing = [Sharing::Fixed, Sharing::Fifo, Sharing::Fair][r.sharing[l] as usize];
        link.cell = if r.shared[l] { Cell::Shared } else { Cell::Own };
        link.half_duplex = r.half_duplex[l];
        link.packet = Packet { payload: Bytes(r.packet.0), header: Bytes(r.packet.1), per_packet: ns(r.packet.2) };
        world.links[l] = link;
    }
    world.workloads = vec![workload(0, r.period, 3)];
    if let Some(period) = r.second {
        let arrivals = Arrivals::Poisson { rate: PerSec(1e9 / period as f64) };
        world.workloads.push(Workload { arrivals, deadline: Some(ns(60)), ..workload(0, period, 3) });
    }
    world.workloads[0].sink = [Tier::Device, Tier::Edge, Tier::Cloud][r.sink as usize];
    world.information = Information { decision: ns(r.decision), staleness: ns(r.staleness) };
    world.horizon = Horizon { warm_up: ns(r.horizon.0), end: ns(r.horizon.1), drain: ns(r.horizon.2) };
    world
}

/// Wanders at random over possible steps, by what it draws and what it sees; notes all that it sees.
#[derive(Default)]
struct Wanderer {
    seen: Vec<(u64, RequestId, u32, u32, u64, u64)>,
}

impl Policy for Wanderer {
    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        let nodes: Vec<NodeId> = view.ancestors().collect();
        let look = |n: &NodeId| u64::from(view.waiting(*n)) + 7 * u64::from(view.busy(*n)) + 31 * view.backlog(*n).ns();
        let links = view.link_backlog(nodes[0], nodes[2]).ns() + 5 * view.link_backlog(nodes[2], nodes[0]).ns();
        let sum: u64 = nodes.iter().map(look).sum();
        self.seen.push((view.now().ns(), request.id, request.steps, request.refused, sum, links));
        let dice = rng.bits().wrapping_add(sum + links);
        match (dice % 8, request.answer) {
            (0, _) => Step::Wait { until: view.now() + ns(1 + dice / 8 % 20) },
            (1 | 2, Some(_)) => Step::Answer,
            _ if request.steps > 9 => Step::Drop,
            _ => wander(request, &nodes, dice / 8),
        }
    }

    fn needs(&self) -> Needs {
        Needs { queues: true, outcomes: true, ..Needs::default() }
    }

    fn observe(&mut self, outcome: &Outcome) {
        self.seen.push((outcome.ended.ns(), outcome.request.id, 0, 0, (outcome.device_j * 1e15) as u64, 0));
    }
}

fn wander(request: &Request, nodes: &[NodeId], dice: u64) -> Step {
    let model = ModelId((dice % 2) as u8);
    let least = match request.held {
        Held::Activation { model: held, tap } if held == model => tap.0,
        _ => 0,
    };
    let upto = TapId(least + (dice / 2 % u64::from(4 - least)) as u8);
    let send = if least == 0 && (dice / 8).is_multiple_of(2) { PNG } else { RAW };
    Step::Compute { model, upto, node: nodes[(dice / 16 % 3) as usize], send }
}

fn all(world: &World, explicit: bool) -> (Vec<Record>, String, Wanderer) {
    let mut policy = Wanderer::default();
    let (records, mut result) = run_with(world, &mut policy, explicit).unwrap();
    result.events = 0;
    (records, format!("{result:?}"), policy)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn elided_equals_explicit(recipe in recipe()) {
        let world = build(&recipe);
        let (fast, plain) = (all(&world, false), all(&world, true));
        prop_assert_eq!(fast.2.seen, plain.2.seen);
        prop_assert_eq!(fast.0, plain.0);
        prop_assert_eq!(fast.1, plain.1);
    }
}

/// The generator reaches what it should: refusals, waits in queues, both ends of requests.
#[test]
fn random_worlds_are_lively() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut totals = [0u64; 5];
    for _ in 0..100 {
        let world = build(&recipe().new_tree(&mut runner).unwrap().current());
        let mut policy = Wanderer::default();
        let (_, result) = run_with(&world, &mut policy, false).unwrap();
        let refused: u64 = result.groups.iter().map(|g| g.refused).sum();
        let waited: u128 = result.groups.iter().map(|g| g.wait_ns).sum();
        let found = [result.answered, result.in_flight, refused, waited as u64, result.links[1].transfers];
        totals.iter_mut().zip(found).for_each(|(t, f)| *t += f);
    }
    assert!(totals.iter().all(|t| *t > 100), "{totals:?}");
}
