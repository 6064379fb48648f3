//! What policies see, and when they are told.

use super::*;

/// One slow edge server, two devices, everybody goes there.
fn crowded(staleness: u64) -> World {
    let mut world = world();
    world.groups[0].count = 2;
    world.groups[1].work = vec![Some(Work { per_call: ns(700), upto: vec![ns(0); 4], extrapolated: false }); 2];
    world.information.staleness = ns(staleness);
    world.horizon.end = ns(20_000);
    world
}

/// What is seen of the edge at each decision: time, where, waiting, busy, backlog, backlog of the link from home.
type Seen = (u64, NodeId, u32, u32, u64, u64);

fn watch(world: &World, explicit: bool) -> (Vec<Seen>, Vec<Record>) {
    let mut seen = Vec::new();
    let policy = |request: &Request, view: &View<'_>, _: &mut Rng| {
        let edge = view.nearest_of(Tier::Edge).unwrap();
        let link = view.link_backlog(request.home, edge).ns();
        let backlog = view.backlog(edge).ns();
        seen.push((view.now().ns(), view.here(), view.waiting(edge), view.busy(edge), backlog, link));
        if request.answer.is_some() { Step::Answer } else { whole(0, edge.0) }
    };
    let (records, _) = run_with(world, &mut By(policy), explicit).unwrap();
    (seen, records)
}

/// Intervals (arrives, starts, leaves) of the edge, from the records.
fn services(records: &[Record]) -> Vec<(u64, u64, u64)> {
    let mut records = records.to_vec();
    records.sort_by_key(|r| r.birth);
    let mut free = 0;
    let serve = |r: &Record| {
        let arrives = r.born.ns() + 47;
        let start = arrives.max(free);
        free = start + 700;
        (arrives, start, free)
    };
    records.iter().map(serve).collect()
}

/// State at the end of `counted`, with the work left at `at`.
fn truth(services: &[(u64, u64, u64)], counted: u64, at: u64) -> (u32, u32, u64) {
    let here: Vec<_> = services.iter().filter(|s| s.0 <= counted && s.2 > counted).collect();
    let waiting = here.iter().filter(|s| s.1 > counted).count();
    let work: u64 = here.iter().map(|s| s.2 - s.1.max(at)).sum();
    (waiting as u32, (here.len() - waiting) as u32, work)
}

#[test]
fn fresh_state_is_the_truth() {
    for explicit in [false, true] {
        let (seen, records) = watch(&crowded(0), explicit);
        let services = services(&records);
        assert!(seen.iter().any(|s| s.2 > 3));
        for (now, _, waiting, busy, backlog, _) in seen {
            assert_eq!((waiting, busy, backlog), truth(&services, now, now), "at {now}");
        }
    }
}

/// Published every 500 ns, from events before that instant; the edge itself knows its own state.
#[test]
fn aged_state_is_the_truth_of_the_last_publishing() {
    for explicit in [false, true] {
        let (seen, records) = watch(&crowded(500), explicit);
        let services = services(&records);
        for (now, here, waiting, busy, backlog, _) in seen {
            let at = now / 500 * 500;
            let (counted, at) = if here == NodeId(2) { (now, now) } else { (at.saturating_sub(1), at) };
            assert_eq!((waiting, busy, backlog), truth(&services, counted, at), "at {now}");
        }
    }
}

/// A device knows its own link: it has just sent nothing, so there is nothing ahead.
#[test]
fn links_are_seen() {
    let mut world = crowded(0);
    world.links[0].cell = Cell::Shared;
    world.links[0].up.rate = BitsPerSec(80_000_000);
    for sharing in [Sharing::Fifo, Sharing::Fair, Sharing::Fixed] {
        world.links[0].sharing = sharing;
        let (seen, _) = watch(&world, false);
        assert_eq!(seen.iter().any(|s| s.5 > 0), sharing != Sharing::Fixed);
        assert_eq!(seen, watch(&world, true).0);
    }
}

struct Ticking {
    ticks: Vec<u64>,
    outcomes: Vec<Outcome>,
    truth: bool,
}

impl Policy for Ticking {
    fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
        if request.answer.is_some() { Step::Answer } else { whole(0, 1) }
    }
    fn needs(&self) -> Needs {
        Needs { period: Some(ns(4000)), outcomes: true, truth: self.truth, ..Needs::default() }
    }
    fn tick(&mut self, view: &View<'_>, _: &mut Actions) {
        self.ticks.push(view.now().ns());
    }
    fn observe(&mut self, outcome: &Outcome) {
        self.outcomes.push(*outcome);
    }
}

#[test]
fn ticks_come_while_there_is_something_to_do() {
    let mut policy = Ticking { ticks: vec![], outcomes: vec![], truth: false };
    run_with(&world(), &mut policy, false).unwrap();
    assert_eq!(policy.ticks, [4000, 8000, 12000]);
}

/// 40 ns of transmitting at 3 W and 4 ns of receiving at 4 W are the device's joules of each request.
#[test]
fn outcomes_are_observed() {
    for truth in [false, true] {
        let mut policy = Ticking { ticks: vec![], outcomes: vec![], truth };
        let (records, _) = run_with(&world(), &mut policy, false).unwrap();
        assert_eq!(policy.outcomes.len(), records.len());
        for (outcome, record) in policy.outcomes.iter().zip(&records) {
            assert!((outcome.device_j - 136e-9).abs() < 1e-18);
            assert_eq!((outcome.ended, outcome.kind), (record.ended, OutcomeKind::Answered));
            assert_eq!(outcome.right, truth.then_some(record.right));
        }
    }
}

/// The view's plain readings and the engine's tables agree on every pair of nodes.
#[test]
fn tables_equal_the_plain_tree() {
    let mut world = world();
    (world.groups[0].count, world.groups[1].count) = (7, 3);
    world.groups.push(group("lone", Tier::Edge, 2, 1, 1, 2));
    let layout = layout::Layout::new(&world).unwrap();
    let nodes = || (0..world.node_count()).map(NodeId);
    for (from, to) in nodes().flat_map(|a| nodes().map(move |b| (a, b))) {
        assert_eq!(layout.next_hop(from, to), world.next_hop(from, to), "{from:?} {to:?}");
        assert_eq!(layout.group_of(from), world.group_of(from));
    }
    assert_eq!(world.route(NodeId(0), NodeId(1)).map(Iterator::count), Some(4));
    assert!(world.route(NodeId(0), NodeId(11)).is_none());
}
