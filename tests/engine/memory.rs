//! Models resident in a memory: by arithmetic, and against the theory of caches.

use crate::plain::{self, ns};
use crate::theory::{holds, served_by};
use tierwise::random::Rng;
use tierwise::sim::{
    Action, Actions, Arrivals, CodecId, Controller, Fifo, Memory, ModelId, NodeGroup, NodeId, Policy, Record, Request,
    RunOptions, RunResult, Service, Sharing, Source, Step, TapId, Tier, View, World, run, run_controlled,
};
use tierwise::units::{Bytes, BytesPerSec, SimTime, Watts};

const MS: u64 = 1_000_000;

/// Asks one of a few roles at random, by probability, on the request's home.
struct Choosing([f64; 3]);

impl Policy for Choosing {
    fn next(&mut self, request: &Request, _: &View<'_>, rng: &mut Rng) -> Step {
        if request.answer.is_some() {
            return Step::Answer;
        }
        let drawn = rng.unit();
        let model = usize::from(drawn >= self.0[0]) + usize::from(drawn >= self.0[0] + self.0[1]);
        Step::Compute { model: ModelId(model as u8), upto: TapId(1), node: request.home, send: CodecId(0) }
    }
}

/// One node with room for two of three roles of a megabyte each, which take 100 µs to read and 50 µs to start; a request
/// takes 100 µs. The first of them is there.
fn world(requests: u64) -> World {
    let mut world = served_by(Service::Fifo(Fifo::default()), 0.1);
    let model = world.models[0].clone();
    world.models = ["a", "b", "c"].map(|name| tierwise::sim::Model { name: name.into(), ..model.clone() }).to_vec();
    let group = &mut world.groups[0];
    group.work = vec![plain::work(MS / 10, &[0, 0]); 3];
    group.memory = Some(Memory {
        room: Bytes(2_000_000),
        sizes: vec![Bytes(1_000_000); 3],
        from: Source::Storage(BytesPerSec(1e10)),
        cold: ns(MS / 20),
        power: Watts(4.0),
        first: vec![ModelId(0)],
    });
    world.workloads[0].arrivals = Arrivals::Periodic { period: ns(MS) };
    (world.horizon.warm_up, world.horizon.end, world.horizon.drain) = (ns(0), ns(requests * MS), ns(MS));
    world
}

fn asked(world: &World, chances: [f64; 3], replication: u64) -> (RunResult, Vec<Record>) {
    let mut records = Vec::new();
    let result = run(world, &mut Choosing(chances), replication, &RunOptions::default(), &mut records).unwrap();
    (result, records)
}

#[test]
fn a_request_waits_for_its_model() {
    let (result, records) = asked(&world(20), [0.0, 1.0, 0.0], 0);
    let times: Vec<u64> = records.iter().map(|r| r.ended.ns() - r.born.ns()).collect();
    assert_eq!((times[0], &times[1..]), (MS / 4, &[MS / 10; 19][..]));
    let memory = result.memory[0];
    assert_eq!((memory.loads, memory.evictions, memory.bytes), (1, 0, 1_000_000));
    assert_eq!((memory.load_ns, memory.held_ns), (u128::from(MS) * 3 / 20, u128::from(MS) * 3 / 20));
    assert!((memory.load_j - 4.0 * 150e-6).abs() < 1e-12);
    let beside = result.groups[0].idle_j + result.marginal_j;
    assert!((result.system_j - beside - memory.load_j).abs() < 1e-12);
    assert_eq!(result.groups[0].wait_ns, memory.held_ns);
}

/// Sends the second role to the only device at its first tick.
struct Sender(u64);

impl Controller for Sender {
    fn period(&self) -> SimTime {
        ns(self.0)
    }

    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        if view.now() == ns(self.0) {
            actions.0.push(Action::Push { from: NodeId(1), node: NodeId(0), model: ModelId(1) });
        }
    }
}

/// A megabyte at 80 Mbit/s and 20 ms on the way arrives 120 ms later, and takes 50 µs from then. Nobody waits for it; its
/// bytes and joules are those of the link and of the load.
#[test]
fn a_file_takes_its_time_on_the_link() {
    let mut world = world(200);
    let cloud = NodeGroup { memory: None, ..plain::group("cloud", Tier::Cloud, 1, 1) };
    world.groups.push(NodeGroup { work: world.groups[0].work.clone(), ..cloud });
    let mut link = plain::link(0, 1, Sharing::Fifo, 100);
    (link.down.delay, link.lower_radio.receive) = (ns(20 * MS), Watts(2.0));
    world.links.push(link);
    let run = |world: &World| {
        let (mut policy, mut records) = (Choosing([1.0, 0.0, 0.0]), Vec::new());
        let mut sender = Sender(10 * MS + 1);
        let result = run_controlled(world, &mut policy, Some(&mut sender), 0, &RunOptions::default(), &mut records);
        (result.unwrap(), records)
    };
    let (result, records) = run(&world);
    assert!(records.iter().all(|r| r.ended.ns() - r.born.ns() == MS / 10 && r.bytes_down == 0));
    let (link, memory) = (result.links[0], result.memory[0]);
    assert_eq!((link.transfers, link.bytes_up, link.bytes_down), (1, 0, 1_000_000));
    assert_eq!(link.airtime_ns_down, 100 * u128::from(MS));
    assert_eq!((memory.loads, memory.load_ns), (1, u128::from(MS) / 20));
    assert!((result.groups[0].receive_j - 0.2).abs() < 1e-12);
    // It comes at the very end, and its load is not of the window.
    world.horizon.end = ns(130 * MS);
    world.horizon.drain = ns(1);
    assert_eq!(run(&world).0.memory[0].loads, 0);
}

/// Requests that do not meet, each for a role by itself: the independent reference model. Of a memory for two the state
/// (latest, other) = (i, j) has probability p_i p_j/(1−p_i) (King 1971), so role k is not there with the probability of
/// the states without it.
#[test]
fn the_least_recently_used_goes() {
    let p = [0.6, 0.3, 0.1];
    let mut missed = 0.0;
    for (k, p_k) in p.iter().enumerate() {
        for (i, p_i) in p.iter().enumerate() {
            let others = p.iter().enumerate().filter(|(j, _)| *j != i && *j != k && i != k);
            missed += p_k * others.map(|(_, p_j)| p_i * p_j / (1.0 - p_i)).sum::<f64>();
        }
    }
    let world = world(5000);
    let share = |replication| {
        let (result, _) = asked(&world, p, replication);
        result.memory[0].loads as f64 / result.born as f64
    };
    holds("missed", &(0..20).map(share).collect::<Vec<_>>(), missed, 0.04);
}
