//! Small scenarios whose every time, byte and joule is checked by arithmetic.

use super::*;

/// Answers once there is an answer, else computes.
fn at(model: u8, node: u32) -> impl FnMut(&Request, &View<'_>, &mut Rng) -> Step {
    move |request, _, _| if request.answer.is_some() { Step::Answer } else { whole(model, node) }
}

fn sojourns(records: &[Record]) -> Vec<u64> {
    records.iter().map(|r| r.ended.since(r.born).ns()).collect()
}

#[test]
fn local_takes_its_service_time() {
    let (records, result) = run_by(&world(), at(0, 0));
    assert_eq!(sojourns(&records), vec![400; 10]);
    assert_eq!((result.born, result.answered, result.links[0].bytes_up), (10, 10, 0));
    assert_eq!(records[0].compute_ns, [400, 0, 0]);
    assert_eq!((result.groups[0].compute_ns, result.groups[0].served, result.groups[0].wait_ns), (4000, 10, 0));
}

#[test]
fn births_are_one_period_apart() {
    let (records, _) = run_by(&world(), at(0, 0));
    assert!(records[0].born < ns(1000));
    assert!(records.windows(2).all(|w| w[1].born.since(w[0].born) == ns(1000)));
}

/// 40 B at 1 B/ns + 7 ns; four layers of 20 ns; 4 B + 7 ns back.
#[test]
fn edge_adds_the_way_there_and_back() {
    let (records, result) = run_by(&world(), at(0, 1));
    assert_eq!(sojourns(&records), vec![40 + 7 + 80 + 4 + 7; 10]);
    assert_eq!((records[0].bytes_up, records[0].bytes_down, records[0].steps), (40, 4, 2));
    let link = result.links[0];
    assert_eq!((link.bytes_up, link.bytes_down, link.airtime_ns_up, link.airtime_ns_down), (400, 40, 400, 40));
    assert_eq!((link.transfers, link.channels), (20, 1));
}

/// Two hops, store and forward: 40 + 7, then 4 + 50; 20 ns of service; back 1 ns (0.4 rounded up) + 50, 4 + 7.
#[test]
fn cloud_is_two_hops_away() {
    let (records, result) = run_by(&world(), at(0, 2));
    assert_eq!(sojourns(&records), vec![40 + 7 + 4 + 50 + 20 + 1 + 50 + 4 + 7; 10]);
    assert_eq!(records[0].bytes_up, 80);
    assert_eq!(result.answered_by, [(ModelId(0), GroupId(2), 10)]);
}

/// Ten packets of 4 B with 2 B of header and 3 ns each: 60 B on the wire, 30 ns of overhead.
#[test]
fn packets_add_bytes_and_time() {
    let mut world = world();
    world.links[0].packet = Packet { payload: Bytes(4), header: Bytes(2), per_packet: ns(3) };
    let (records, _) = run_by(&world, at(0, 1));
    assert_eq!(sojourns(&records), vec![(60 + 30 + 7) + 80 + (6 + 3 + 7); 10]);
    assert_eq!((records[0].bytes_up, records[0].bytes_down), (60, 6));
}

/// Idle 1 W on three nodes for 10 us; a busy server adds 2 W, the device's radio 3 W and 4 W, the edge's 5 W and 6 W.
#[test]
fn joules_are_power_times_time() {
    let (_, result) = run_by(&world(), at(0, 1));
    let compute = 2.0 * 800e-9;
    let (device, edge) = (3.0 * 400e-9 + 4.0 * 40e-9, 6.0 * 400e-9 + 5.0 * 40e-9);
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-18, "{a} {b}");
    close(result.marginal_j, compute + device + edge);
    close(result.device_j, 1e-5 + device);
    close(result.system_j, 3e-5 + compute + device + edge);
    close(result.groups[1].compute_j, compute);
    close(result.groups[1].receive_j, 6.0 * 400e-9);
}

/// A cut: 100 + 100 ns on the device, 20 B of activation, 20 + 40 ns on the edge.
#[test]
fn a_split_moves_the_activation() {
    let (records, _) = run_by(&world(), |request, _, _| match (request.answer, request.held) {
        (Some(_), _) => Step::Answer,
        (None, Held::Raw) => Step::Compute { model: ModelId(0), upto: TapId(1), node: NodeId(0), send: RAW },
        (None, Held::Activation { .. }) => whole(0, 1),
    });
    assert_eq!(sojourns(&records), vec![200 + (20 + 7) + (20 + 40) + (4 + 7); 10]);
    assert_eq!(records[0].compute_ns, [200, 60, 0]);
}

/// The raw image stays where it was received: on the way up it is not sent again from the device.
#[test]
fn another_role_starts_from_the_nearest_raw_image() {
    let (records, _) = run_by(&world(), |request, _, _| match request.steps {
        0 => whole(0, 1),
        1 => whole(1, 2),
        2 => whole(1, 0),
        _ => Step::Answer,
    });
    assert_eq!(records[0].bytes_up, 40 + 40);
    // `large` ran whole in the cloud, so it goes on from its answer: 4 B over two hops down, and no layer left to run.
    assert_eq!((records[0].bytes_down, records[0].compute_ns), (4 + 4, [100, 80, 20]));
}

/// What was brought through the edge is there: no second transfer, and the request stands there at once.
#[test]
fn what_is_there_is_not_moved() {
    let (records, _) = run_by(&world(), |request, _, _| match request.steps {
        0 => whole(0, 2),
        1 => whole(1, 1),
        _ => Step::Answer,
    });
    assert_eq!((records[0].bytes_up, records[0].bytes_down), (80, 4));
    assert_eq!(sojourns(&records)[0], 47 + 54 + 20 + 80 + 11);
}

#[test]
fn an_answer_ends_at_its_sink() {
    let mut world = world();
    world.workloads[0].sink = Tier::Cloud;
    let (records, _) = run_by(&world, at(0, 1));
    assert_eq!(sojourns(&records), vec![40 + 7 + 80 + 1 + 50; 10]);
    let (records, _) = run_by(&world, at(0, 2));
    assert_eq!(records[0].bytes_down, 0);
}

#[test]
fn decisions_and_waits_take_their_time() {
    let mut world = world();
    world.information.decision = ns(9);
    let (records, _) = run_by(&world, |request, view, _| match request.steps {
        0 => Step::Wait { until: view.now() + ns(30) },
        1 => whole(0, 0),
        _ => Step::Answer,
    });
    assert_eq!(sojourns(&records), vec![9 + 30 + 9 + 400 + 9; 10]);
}

/// Three devices share the edge's server; each start is the later of arriving and the server's being free.
#[test]
fn a_queue_is_served_in_order() {
    let mut world = world();
    world.groups[0].count = 3;
    world.workloads[0].arrivals = Arrivals::Periodic { period: ns(250) };
    let (mut records, result) = run_by(&world, at(0, 3));
    records.sort_by_key(|r| r.birth);
    let (mut free, mut waited) = (0, 0);
    for record in &records {
        let arrives = record.born.ns() + 47;
        let start = arrives.max(free);
        free = start + 80;
        waited += start - arrives;
        assert_eq!(record.ended.ns(), free + 11, "{record:?}");
    }
    assert_eq!((result.groups[1].wait_ns, result.groups[1].served), (u128::from(waited), 120));
    assert!(waited > 0);
}

/// A bound of zero lets nobody wait: who is refused is asked again, standing at the edge.
#[test]
fn a_full_queue_refuses() {
    let mut world = world();
    world.groups[0].count = 2;
    world.groups[1].service = Service::Fifo(Fifo { bound: Some(0), ..Fifo::default() });
    world.groups[1].work = vec![Some(Work { per_call: ns(900), upto: vec![ns(0); 4], extrapolated: false }); 2];
    let (records, result) = run_by(&world, |request, _, _| match (request.answer, request.refused) {
        (Some(_), _) => Step::Answer,
        (None, 0) => whole(0, 2),
        (None, _) => {
            assert_eq!((request.at, request.held), (NodeId(2), Held::Raw));
            Step::Drop
        }
    });
    let dropped = records.iter().filter(|r| r.outcome == Ending::Dropped).count() as u64;
    assert_eq!((result.dropped, result.groups[1].refused, result.answered + result.dropped), (dropped, dropped, 20));
    assert!(dropped >= 5, "{dropped}");
}

/// Both devices' images, born at one instant, share the air: each takes twice as long.
#[test]
fn a_fair_cell_halves_the_rate() {
    let mut world = world();
    world.groups[0].count = 2;
    world.groups[1].service = Service::Fifo(Fifo { servers: 2, ..Fifo::default() });
    (world.links[0].sharing, world.links[0].cell) = (Sharing::Fair, Cell::Shared);
    world.links[0].half_duplex = true;
    let (records, result) = run_by(&world, |request, view, _| match (request.steps, request.answer) {
        (0, _) => Step::Wait { until: ns((view.now().ns() / 1000 + 1) * 1000) },
        (_, None) => whole(0, 2),
        _ => Step::Answer,
    });
    let waited = |r: &Record| r.ended.ns() % 1000;
    assert!(records.iter().all(|r| waited(r) == 80 + 7 + 80 + 8 + 7), "{records:?}");
    assert_eq!((result.links[0].busy_ns_up, result.links[0].busy_ns_down), (80 * 9, 8 * 9));
}

#[test]
fn warm_up_and_deadlines_count() {
    let mut world = world();
    world.horizon.warm_up = ns(5000);
    world.workloads[0].deadline = Some(ns(399));
    let (records, result) = run_by(&world, at(0, 0));
    assert_eq!((records.len(), result.born, result.answered, result.late, result.on_time), (10, 5, 5, 5, 0));
    assert_eq!((result.groups[0].served, result.groups[0].busy_ns / 100), (5, 20));
    assert_eq!(result.latency.count(), 5);
}

/// Births stop at the end; the run stops when the drain is over.
#[test]
fn the_undrained_are_in_flight_and_late() {
    let mut world = world();
    world.horizon.drain = ns(100);
    let (records, result) = run_by(&world, |_, view, _| Step::Wait { until: view.now() + ns(60_000) });
    assert_eq!((result.in_flight, result.late, result.born), (10, 10, 10));
    assert!(records.iter().all(|r| r.ended == ns(10_100) && r.outcome == Ending::InFlight));
}
