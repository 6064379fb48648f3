//! Models resident in a memory: by arithmetic, and against the theory of caches.

use crate::plain::{self, ns};
use crate::theory::{holds, served_by};
use tierwise::random::Rng;
use tierwise::sim::{
    Arrivals, CodecId, Fifo, Memory, ModelId, Policy, Record, Request, RunOptions, RunResult, Service, Source, Step,
    TapId, View, World, run,
};
use tierwise::units::{Bytes, BytesPerSec, Watts};

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
