//! Actions, by hand.

use super::*;

/// Wants these at these times, which are multiples of 100.
struct Script(Vec<(u64, Action)>);

impl Controller for Script {
    fn period(&self) -> SimTime {
        ns(100)
    }
    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        let due = self.0.iter().filter(|(at, _)| *at == view.now().ns()).map(|(_, action)| *action);
        actions.0.extend(due);
    }
}

const EDGE: NodeId = NodeId(3);

/// Three devices; of each one request comes to the edge, at 1047 or as late as it says, and takes 700 there.
fn world_of_three() -> World {
    let mut world = world();
    world.groups[0].count = 3;
    world.groups[1].work = vec![Some(Work { per_call: ns(700), upto: vec![ns(0); 4], extrapolated: false }); 2];
    world.groups[1].elastic =
        Some(Elastic { most: 3, start: ns(500), start_energy: Joules(2.0), boot: ns(300), boot_energy: Joules(5.0) });
    world
}

fn run_script(
    world: &World,
    leaves: [u64; 3],
    script: &[(u64, Action)],
    explicit: bool,
) -> Result<(Vec<Record>, RunResult), Problem> {
    let mut policy = By(|request: &Request, _: &View<'_>, _: &mut Rng| match (request.steps, request.answer) {
        _ if request.born >= ns(1000) || request.refused > 0 => Step::Drop,
        (_, Some(_)) => Step::Answer,
        (0, None) => Step::Wait { until: ns(leaves[request.home.0 as usize]) },
        _ => whole(0, EDGE.0),
    });
    let (mut records, mut script) = (Vec::new(), Script(script.to_vec()));
    let options = RunOptions { explicit };
    let result = run_controlled(world, &mut policy, Some(&mut script), 0, &options, &mut records)?;
    records.retain(|r| r.born < ns(1000));
    Ok((records, result))
}

fn scripted(world: &World, leaves: [u64; 3], script: &[(u64, Action)]) -> (Vec<Record>, RunResult) {
    let (records, result) = run_script(world, leaves, script, false).unwrap();
    assert_eq!(records, run_script(world, leaves, script, true).unwrap().0);
    (records, result)
}

fn ends(records: &[Record]) -> Vec<u64> {
    records.iter().map(|r| r.ended.ns()).collect()
}

fn servers(count: u32) -> Action {
    Action::Servers { node: EDGE, count }
}

fn power(on: bool) -> Action {
    Action::Power { node: EDGE, on }
}

/// The first is served from 1047 to 1747; two more servers are there at 1600, and go again at 1700: one that is idle by
/// 1747, the other at 2300.
#[test]
fn servers_start_and_stop() {
    for service in [Service::Fifo(Fifo::default()), Service::Edf(Ordered::default())] {
        let mut world = world_of_three();
        world.groups[1].service = service;
        let (records, result) = scripted(&world, [1000; 3], &[(1100, servers(3)), (1700, servers(1))]);
        assert_eq!(ends(&records), [1747 + 11, 2300 + 11, 2300 + 11]);
        let (edge, capacity) = (result.groups[1], result.capacity[1]);
        assert_eq!((edge.busy_ns, edge.wait_ns, edge.queue_ns), (2100, 2 * 553, 2 * 553));
        assert_eq!(capacity.provisioned_ns, 1600 + 3 * 147 + 2 * 553 + 7700);
        assert_eq!((capacity.started, capacity.booted, capacity.on_ns), (2, 0, 10_000));
        assert_eq!((capacity.change_j, edge.idle_j), (4.0, 1e-5));
        assert!((result.system_j - result.marginal_j - 5e-5 - 4.0).abs() < 1e-12);
        assert_eq!(result.capacity[2].provisioned_ns, 20_000);
    }
}

/// Two come; they are served by 2447 although the node was switched off at 1100. It is switched on at 3500 and boots
/// until 3800, and refuses the third at 3647.
#[test]
fn power_off_drains_and_on_boots() {
    let world = world_of_three();
    let (records, result) = scripted(&world, [1000, 1000, 3600], &[(1100, power(false)), (3500, power(true))]);
    assert_eq!(ends(&records), [1747 + 11, 2447 + 11, 3647]);
    assert_eq!(records[2].outcome, Ending::Dropped);
    let (edge, capacity) = (result.groups[1], result.capacity[1]);
    assert_eq!((edge.refused, capacity.booted, capacity.change_j), (1, 1, 5.0));
    assert_eq!((capacity.on_ns, capacity.provisioned_ns), (2447 + 6500, 2447 + 6200));
    assert!((edge.idle_j - 8947e-9).abs() < 1e-18);
}

/// Wanted again before it was off, a node is on at once; wanted off while it boots, it is off at once.
#[test]
fn a_change_of_mind_is_free() {
    let world = world_of_three();
    let script =
        [(1100, power(false)), (1300, power(true)), (2600, power(false)), (2700, power(true)), (2800, power(false))];
    let (records, result) = scripted(&world, [1000, 1300, 9000], &script);
    assert_eq!(ends(&records)[..2], [1747 + 11, 2447 + 11]);
    let capacity = result.capacity[1];
    assert_eq!((capacity.on_ns, capacity.booted), (2600 + 100, 1));
}

/// A later wish for fewer servers takes back an earlier one for more.
#[test]
fn the_latest_wish_counts() {
    let world = world_of_three();
    let (records, result) = scripted(&world, [1000; 3], &[(1100, servers(3)), (1500, servers(1))]);
    assert_eq!(ends(&records), [1758, 2458, 3158]);
    assert_eq!(result.capacity[1].provisioned_ns, 10_000);
}

/// Scaled up before anybody comes, a run is what it is with as many servers from the start.
#[test]
fn scaled_up_in_time_equals_as_many() {
    let mut world = world_of_three();
    if let Some(elastic) = &mut world.groups[1].elastic {
        elastic.start = ns(0);
    }
    let (scaled, _) = scripted(&world, [1000; 3], &[(100, servers(2))]);
    world.groups[1].service = Service::Fifo(Fifo { servers: 2, ..Fifo::default() });
    assert_eq!(scaled, scripted(&world, [1000; 3], &[]).0);
    world.groups[1].elastic = None;
    assert_eq!(scaled, scripted(&world, [1000; 3], &[]).0);
}

#[test]
fn impossible_actions_name_themselves() {
    let world = world_of_three();
    let told = |action| run_script(&world, [1000; 3], &[(1100, action)], false).unwrap_err().to_string();
    for (action, why) in [
        (servers(0), "this node can have from 1 to 3 servers"),
        (servers(4), "this node can have from 1 to 3 servers"),
        (Action::Servers { node: NodeId(0), count: 1 }, "this node is not elastic"),
        (Action::Power { node: NodeId(99), on: true }, "there is no such node"),
        (Action::Share { link: 0, node: EDGE, share: 1 }, "this is no adjustable link above that node"),
        (Action::Push { from: EDGE, node: EDGE, model: ModelId(0) }, "this node holds its models for good"),
    ] {
        let text = told(action);
        assert!(text.contains("impossible action") && text.contains(why), "{text}");
    }
    let text = told(servers(4));
    assert!(text.contains("edge/0 having 1 servers, 1 of them busy, 2 requests waiting, on"), "{text}");
}
