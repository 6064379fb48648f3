//! The shipped controllers: as the twin has it, and of use.

use crate::agree::{accounts_agree, check};
use crate::policies::{Fixed, Wanderer};
use crate::theory::{MEAN, served_by, wait};
use crate::{made_up, twin};
use proptest::prelude::*;
use tierwise::policy::{AnyController, Threshold};
use tierwise::sim::{
    Controller, Elastic, Fifo, GroupId, ModelId, Noise, Record, RunOptions, RunResult, Service, TapId, World,
    run_controlled,
};
use tierwise::units::{Joules, SimTime};

fn threshold(group: &str, period: u64, cool_down: u64, rest: &str) -> AnyController {
    let text = format!("group = '{group}'\nperiod = '{period} ns'\ncool-down = '{cool_down} ns'\n{rest}");
    AnyController::Threshold(crate::plain::written(&text).read::<Threshold>().unwrap())
}

#[test]
fn a_threshold_agrees() {
    let mut scaled = 0;
    let scaled_up = std::cell::RefCell::new(&mut scaled);
    check(250, |dice| {
        let world = made_up::wide(dice);
        let Some(group) = world.groups.iter().find(|group| group.elastic.is_some()) else { return Ok(()) };
        let (period, spare) = (dice.between(1, 20), dice.below(10));
        let cool_down = group.elastic.map_or(0, |elastic| elastic.start.ns()) + spare;
        let mut controllers = [(); 2].map(|()| threshold(&group.name, period, cool_down, "up = 1.0"));
        let [left, right] = controllers.each_mut().map(|controller| Some(controller as &mut dyn Controller));
        let mut records: Vec<Record> = Vec::new();
        let run = run_controlled(&world, &mut Wanderer::new(0), left, 3, &RunOptions::default(), &mut records);
        let run = run.map_err(|problem| TestCaseError::fail(problem.to_string()))?;
        let twin = twin::run_controlled(&world, &mut Wanderer::new(0), right, 3).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&records, &twin.records);
        **scaled_up.borrow_mut() += run.capacity.iter().map(|capacity| capacity.started).sum::<u64>();
        accounts_agree(&world, &run, &twin)
    });
    assert!(scaled > 50, "{scaled}");
}

fn elastic_world(load: f64) -> World {
    let mut world = served_by(Service::Fifo(Fifo { noise: Noise::Exponential, ..Fifo::default() }), load);
    let start = SimTime::from_ns(MEAN);
    world.groups[0].elastic =
        Some(Elastic { most: 8, start, start_energy: Joules(0.0), boot: start, boot_energy: Joules(0.0) });
    world
}

fn run_beside(world: &World, controller: Option<&mut dyn Controller>) -> RunResult {
    let mut policy = Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(0) };
    run_controlled(world, &mut policy, controller, 0, &RunOptions::default(), &mut ()).unwrap()
}

/// Requests for 2.4 servers come to one that may become eight: alone it falls behind for ever, scaled it does not, and
/// the servers that it has are few more than the work is worth.
#[test]
fn a_threshold_keeps_up() {
    let world = elastic_world(2.4);
    let (period, cool_down) = (MEAN, 2 * MEAN);
    let alone = run_beside(&world, None);
    let scaled = run_beside(&world, Some(&mut threshold("node", period, cool_down, "up = 1.2\ndown = 0.6")));
    assert!(wait(&alone) > 1000.0 && wait(&scaled) < 5.0, "{} {}", wait(&alone), wait(&scaled));
    let (group, capacity) = (scaled.groups[0], scaled.capacity[0]);
    let busy = group.busy_ns as f64 / group.span_ns as f64;
    assert!((busy - 2.4).abs() < 0.1 && scaled.in_flight == 0, "{busy}");
    let servers = capacity.servers(&group);
    assert!(servers > busy && servers < 4.5 && capacity.started > 100, "{servers}");
    assert!((capacity.utilisation(&group) - busy / servers).abs() < 1e-9);
}

#[test]
fn a_threshold_says_what_it_lacks() {
    let mut world = elastic_world(0.5);
    let start = |world: &World, mut controller: AnyController| controller.start(world).unwrap_err().to_string();
    assert!(start(&world, threshold("nod", 1, MEAN, "")).contains("did you mean `node`?"));
    assert!(start(&world, threshold("node", 1, 0, "")).contains("the cool-down is shorter"));
    world.groups[0].elastic = None;
    assert!(start(&world, threshold("node", 1, MEAN, "")).contains("[nodes.node.elastic]"));
}
