//! Forked requests, by hand.

use super::*;

/// Forks at birth: the first leg goes to the edge, the second to the cloud.
struct Hedge {
    outcomes: Vec<Outcome>,
}

impl Policy for Hedge {
    fn needs(&self) -> Needs {
        Needs { forks: true, outcomes: true, ..Needs::default() }
    }
    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        let [edge, cloud] = [Tier::Edge, Tier::Cloud].map(|tier| view.nearest_of(tier).unwrap().0);
        match (request.leg, request.forked, request.answer) {
            (_, _, Some(_)) => Step::Answer,
            (0, false, None) => Step::Fork,
            (0, true, None) => whole(0, edge),
            _ => whole(0, cloud),
        }
    }
    fn observe(&mut self, outcome: &Outcome) {
        self.outcomes.push(*outcome);
    }
}

fn hedged(world: &World) -> (Vec<Record>, RunResult, Vec<Outcome>) {
    let mut policy = Hedge { outcomes: vec![] };
    let (records, result) = run_with(world, &mut policy, false).unwrap();
    let explicit = run_with(world, &mut Hedge { outcomes: vec![] }, true).unwrap().0;
    assert_eq!(records, explicit);
    (records, result, policy.outcomes)
}

/// The edge answers after 47 + 80 + 11. The cloud's image waited 40 for the air, and is 4 + 50 from the cloud at 87: it
/// is still on its way at 138, arrives at 141, and is not computed.
#[test]
fn what_is_on_its_way_runs_out() {
    let (records, result, outcomes) = hedged(&world());
    assert_eq!((records.len(), outcomes.len(), result.answered), (10, 10, 10));
    for (record, outcome) in records.iter().zip(&outcomes) {
        assert_eq!((record.ended.since(record.born), record.steps), (ns(138), 1 + 2 + 1));
        assert_eq!((record.bytes_up, record.bytes_down, record.compute_ns), (40 + 80, 4, [0, 80, 0]));
        // 80 ns of transmitting at 3 W and 4 ns of receiving at 4 W.
        assert!((outcome.device_j - 256e-9).abs() < 1e-18 && !outcome.request.forked);
    }
    assert_eq!((result.links[1].bytes_up, result.groups[2].served), (400, 0));
}

/// The edge takes 700, so the cloud wins at 40 + 47 + 54 + 20 + 51 + 11; the edge computes to its end, in vain.
#[test]
fn what_is_computed_runs_out() {
    let mut world = world();
    world.groups[1].work = vec![Some(Work { per_call: ns(700), upto: vec![ns(0); 4], extrapolated: false }); 2];
    let (records, result, _) = hedged(&world);
    assert!(records.iter().all(|r| r.ended.since(r.born) == ns(223) && r.compute_ns == [0, 700, 20]));
    assert_eq!((result.groups[1].compute_ns, result.answered_by), (7000, vec![(ModelId(0), GroupId(2), 10)]));
}

/// Three devices' images come to a slow edge: one is computed, the others leave its queue when the cloud has answered.
#[test]
fn who_waits_leaves_the_queue() {
    let mut world = world();
    world.groups[0].count = 3;
    world.workloads[0].arrivals = Arrivals::Periodic { period: ns(1) };
    world.horizon.end = ns(1);
    world.groups[1].work = vec![Some(Work { per_call: ns(700), upto: vec![ns(0); 4], extrapolated: false }); 2];
    world.groups[2].service = Service::Fifo(Fifo { servers: 3, ..Fifo::default() });
    let (records, result, _) = hedged(&world);
    assert!(records.iter().all(|r| r.answer.unwrap().node == NodeId(4)));
    let edge = result.groups[1];
    assert_eq!((edge.served, edge.compute_ns, edge.wait_ns), (1, 700, 0));
    assert_eq!(records.iter().filter(|r| r.compute_ns[1] > 0).count(), 1);
}

/// A leg that is given up leaves its request to the other; only then may that fork again.
#[test]
fn a_leg_may_give_up() {
    struct Twice(bool);
    impl Policy for Twice {
        fn needs(&self) -> Needs {
            Needs { forks: true, ..Needs::default() }
        }
        fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
            match (request.leg, request.steps) {
                _ if request.answer.is_some() => Step::Answer,
                (0, 0) => Step::Fork,
                (0, _) if self.0 => Step::Fork,
                (0, _) => Step::Drop,
                (1, 0) => {
                    assert!(!request.forked);
                    Step::Fork
                }
                (1, _) => whole(0, 0),
                _ => Step::Drop,
            }
        }
    }
    let (records, result) = run_with(&world(), &mut Twice(false), false).unwrap();
    assert!(records.iter().all(|r| r.ended.since(r.born) == ns(400) && r.steps == 2 + 3 + 1), "{records:?}");
    assert_eq!((result.answered, result.dropped), (10, 0));
    let problem = run_with(&world(), &mut Twice(true), false).unwrap_err().to_string();
    assert!(problem.contains("another leg of this request is under way"), "{problem}");
}

/// Two exponential services started together: the first is done after half the mean. Both are computed to their end, so
/// both places are as busy as one alone would be.
#[test]
fn the_first_of_two_exponentials() {
    let mut world = world();
    poisson(&mut world, 1e6);
    world.horizon = Horizon { warm_up: ns(0), end: ns(20_000_000), drain: ns(1_000_000) };
    for link in &mut world.links {
        link.sharing = Sharing::Fixed;
        (link.up.delay, link.down.delay) = (ns(0), ns(0));
        (link.up.rate, link.down.rate) = (BitsPerSec(u64::MAX), BitsPerSec(u64::MAX));
    }
    for group in &mut world.groups[1..] {
        group.service = Service::Fifo(Fifo { servers: 1000, noise: Noise::Exponential, bound: None });
        group.work = vec![Some(Work { per_call: ns(10_000), upto: vec![ns(0); 4], extrapolated: false }); 2];
    }
    let (records, result, _) = hedged(&world);
    let mean = records.iter().map(|r| r.ended.since(r.born).ns() as f64).sum::<f64>() / records.len() as f64;
    // 20 000 requests: the standard error is 5000 / sqrt(20 000) = 35 ns; the ways take some ns.
    assert!((mean - 5000.0).abs() < 3.0 * 36.0 + 10.0, "{mean}");
    for group in &result.groups[1..] {
        let each = group.compute_ns as f64 / records.len() as f64;
        assert!((each - 10_000.0).abs() < 3.0 * 71.0, "{each}");
    }
    let first = result.answered_by[0].2 as f64 / records.len() as f64;
    assert!((first - 0.5).abs() < 3.0 * 0.0036, "{first}");
}

/// Goes to the edge; the second to be born forks: one leg computes in the cloud, the other wants another role at the edge.
struct Crossing;

impl Policy for Crossing {
    fn needs(&self) -> Needs {
        Needs { forks: true, ..Needs::default() }
    }
    fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
        match (request.born.ns(), request.leg, request.forked) {
            (1, 0, false) => Step::Fork,
            (1, 0, true) => whole(0, 2),
            (1, ..) => whole(1, 1),
            _ => whole(0, 1),
        }
    }
}

/// The edge has room for one role, which the first request uses to the end. So the second one's leg waits for room, and
/// the third behind it, for a role that is there and a server that is free. When the run stops all are given up, and the
/// third does not begin for that.
#[test]
fn nobody_begins_when_the_run_has_stopped() {
    let mut world = world();
    world.workloads[0].arrivals = Arrivals::Periodic { period: ns(1) };
    world.horizon = Horizon { warm_up: ns(0), end: ns(3), drain: ns(1000) };
    world.groups[1].service = Service::Fifo(Fifo { servers: 2, ..Fifo::default() });
    for group in &mut world.groups[1..] {
        group.work = vec![Some(Work { per_call: ns(5000), upto: vec![ns(0); 4], extrapolated: false }); 2];
    }
    let from = Source::Storage(BytesPerSec(1e9));
    let (sizes, first) = (vec![Bytes(1); 2], vec![ModelId(0)]);
    world.groups[1].memory = Some(Memory { room: Bytes(1), sizes, from, cold: ns(1), power: Watts(0.0), first });
    for explicit in [false, true] {
        let (records, result) = run_with(&world, &mut Crossing, explicit).unwrap();
        let spent: Vec<_> = records.iter().map(|r| (r.outcome, r.compute_ns)).collect();
        let [edge, cloud, none] = [[0, 5000, 0], [0, 0, 5000], [0; 3]].map(|ns| (Ending::InFlight, ns));
        assert_eq!((spent, result.groups[1].served), (vec![edge, cloud, none], 1));
    }
}
