//! A change of the clock, by arithmetic.

use crate::plain::{self, ns};
use crate::theory::served_by;
use tierwise::random::Rng;
use tierwise::sim::{
    Action, Actions, Arrivals, CodecId, Fifo, Level, ModelId, Needs, Policy, Record, Request, RunOptions, RunResult,
    Service, Step, TapId, View, World, run,
};
use tierwise::units::Watts;

const SECOND: u64 = 1_000_000_000;
const WORK: u64 = 800_000_000;

/// Computes at home, and slows all nodes down after a second.
struct Slower;

impl Policy for Slower {
    fn needs(&self) -> Needs {
        Needs { period: Some(ns(SECOND)), outcomes: true, ..Needs::default() }
    }

    fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
        match request.answer {
            Some(_) => Step::Answer,
            None => Step::Compute { model: ModelId(0), upto: TapId(1), node: request.home, send: CodecId(0) },
        }
    }

    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        let nodes = (0..view.world().node_count()).map(tierwise::sim::NodeId);
        actions.0.extend(nodes.map(|node| Action::Level { node, level: 1 }));
    }
}

/// Twenty nodes with a request each in the first second; at the second level all takes twice as long, and draws 1 + 2 W
/// instead of 2 + 6 W.
fn world() -> World {
    let mut world = served_by(Service::Fifo(Fifo::default()), 0.1);
    let level = |idle, busy, work| Level {
        idle: Watts(idle),
        active: Watts(idle + busy),
        work: vec![plain::work(work, &[0, 0])],
        batches: Vec::new(),
    };
    let group = &mut world.groups[0];
    group.count = 20;
    group.levels = vec![level(2.0, 6.0, WORK), level(1.0, 2.0, 2 * WORK)];
    (group.idle, group.active, group.work) = (Watts(2.0), Watts(8.0), group.levels[0].work.clone());
    world.workloads[0].arrivals = Arrivals::Periodic { period: ns(SECOND) };
    (world.horizon.warm_up, world.horizon.end, world.horizon.drain) = (ns(0), ns(SECOND), ns(5 * SECOND));
    world
}

fn watched(world: &World) -> (RunResult, Vec<Record>) {
    let mut records = Vec::new();
    let result = run(world, &mut Slower, 0, &RunOptions::default(), &mut records).unwrap();
    (result, records)
}

#[test]
fn what_is_left_takes_its_time_at_the_new_level() {
    let (result, records) = watched(&world());
    let (mut joules, mut changed) = (0.0, 0);
    for record in &records {
        let born = record.born.ns();
        let left = (born + WORK).saturating_sub(SECOND);
        let wanted = if left > 0 { SECOND + 2 * left } else { born + WORK };
        assert_eq!(record.ended.ns(), wanted);
        assert_eq!(record.compute_ns[0], WORK + left);
        joules += (6.0 * (WORK - left) as f64 + 2.0 * 2.0 * left as f64) * 1e-9;
        changed += u32::from(left > 0);
    }
    assert!(records.len() == 20 && changed > 2 && changed < 20);
    assert!((result.groups[0].compute_j - joules).abs() < 1e-9, "{} {joules}", result.groups[0].compute_j);
    let levels = &result.levels[0];
    assert_eq!((levels[0].changes, levels[1].changes), (0, 20));
    assert_eq!((levels[0].time_ns, levels[1].time_ns), (20 * u128::from(SECOND), 0));
    assert_eq!(levels[0].compute_ns + levels[1].compute_ns, result.groups[0].compute_ns);
}

#[test]
fn a_level_that_is_not_there_is_told() {
    let mut world = world();
    world.groups[0].levels.truncate(1);
    let told = run(&world, &mut Slower, 0, &RunOptions::default(), &mut ()).unwrap_err().to_string();
    assert!(told.contains("no such clock level"), "{told}");
}
