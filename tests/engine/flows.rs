//! Links that flows cross: random worlds of them, and what theory says of them.

use crate::conditions;
use crate::dice::Dice;
use crate::plain::{self, ns};
use crate::policies::Fixed;
use tierwise::random::Rng;
use tierwise::sim::{
    Arrivals, Cell, CodecId, Conditions, Ending, GroupId, Link, ModelId, NodeGroup, Outage, Outages, Packet, Policy,
    Quality, Rate, Record, Request, RunOptions, RunResult, Sharing, Step, TapId, Tier, View, World, run,
};
use tierwise::units::{BitsPerSec, Bytes, PerSec, SimTime};

const MS: u64 = 1_000_000;

/// A random world most of whose links flows cross; drawn first, so that they never lack dice.
pub fn world(dice: &Dice) -> World {
    let drawn = dice.list(6, || (!dice.once_in(4), dice.once_in(2)));
    let mut world = conditions::world(dice);
    for (link, (flows, plain)) in world.links.iter_mut().zip(drawn) {
        if !flows {
            continue;
        }
        (link.sharing, link.sharing_down) = (Sharing::Flows, None);
        if plain {
            link.conditions = None;
        }
        if let Some(conditions) = link.conditions.as_deref_mut() {
            steady(conditions, link.cell == Cell::Own);
        }
        if link.half_duplex {
            link.down.rate = link.up.rate;
            let own = link.conditions.as_deref_mut();
            own.into_iter().for_each(|conditions| conditions.down.rates.clone_from(&conditions.up.rates));
        }
    }
    world
}

/// Leaves out what such a link cannot have.
fn steady(conditions: &mut Conditions, own: bool) {
    (conditions.outages, conditions.adjustable, conditions.scatter) = (None, false, false);
    for Quality { rates, .. } in [&mut conditions.up, &mut conditions.down] {
        rates.retain(|rate| own && matches!(rate, Rate::Steady(_)));
    }
}

/// Sends all at one instant, each to a group of its workload's; when it was computed there it is over.
struct Together {
    to: Vec<GroupId>,
}

/// When.
const START: u64 = 2_000 * MS;

impl Policy for Together {
    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        if view.now() < ns(START) {
            return Step::Wait { until: ns(START) };
        }
        match view.nearest(self.to[request.workload as usize]) {
            Some(node) if request.answer.is_none() => {
                let bytes = view.bytes(request, ModelId(0), TapId(0), CodecId(0)).expect("it was measured");
                let most = view.transfer_time(request.at, node, bytes);
                assert!(most > SimTime::ZERO && most < SimTime::NEVER);
                Step::Compute { model: ModelId(0), upto: TapId(1), node, send: CodecId(0) }
            }
            _ => Step::Drop,
        }
    }
}

/// Groups one above the other, joined by links of so many Mbit/s; one request in each at every group named.
fn tower(counts: &[u32], mbit: &[u64], born: &[u16], sizes: &[u32]) -> World {
    let tier = |i: usize| if i == 0 { Tier::Device } else { Tier::Edge };
    let node = |(i, count): (usize, &u32)| {
        let mut group = plain::group(&format!("group{i}"), tier(i), *count, 1000);
        group.work = vec![plain::work(0, &[0, 0])];
        group
    };
    let groups: Vec<NodeGroup> = counts.iter().enumerate().map(node).collect();
    let link = |(i, mbit): (usize, &u64)| {
        let mut link = plain::link(i as u16, i as u16 + 1, Sharing::Flows, 1);
        (link.up.rate, link.down.rate) = (BitsPerSec(mbit * 1_000_000), BitsPerSec(mbit * 1_000_000));
        link
    };
    let links = mbit.iter().enumerate().map(link).collect();
    let model = plain::model("model", &vec![0; sizes.len()], sizes, |_| (true, 1.0));
    let mut world = plain::world(groups, links, vec![model], plain::poisson(born[0], 1.0, 1), 1.0);
    world.horizon.end = ns(1000 * MS);
    world.horizon.drain = ns(1_000_000 * MS);
    let requests = |at: &u16| {
        let mut requests = plain::poisson(*at, 1.0, 1);
        requests.arrivals = Arrivals::Periodic { period: ns(1000 * MS) };
        requests.sink = Tier::Edge;
        requests
    };
    world.workloads = born.iter().map(requests).collect();
    world
}

fn ended(world: &World, policy: &mut dyn Policy) -> (Vec<Record>, RunResult) {
    let mut records: Vec<Record> = Vec::new();
    let result = run(world, policy, 0, &RunOptions::default(), &mut records).unwrap();
    assert!(records.iter().all(|r| r.outcome != Ending::InFlight));
    records.sort_by_key(|r| r.birth);
    (records, result)
}

/// When a record's transfer arrived after the start: its service takes 1 ns.
fn lasted(record: &Record) -> u64 {
    record.ended.ns() - START - 1
}

/// Many links of 1 Gbit/s of their own, one of 40 Mbit/s for all: the k-th smallest is done when all had as much as it, or
/// all that they need. Rates are rounded down to 2^-16 bit/s, ends up to nanoseconds.
#[test]
fn dumbbell() {
    let sizes: Vec<u32> = (1..=50).map(|i| 1000 * i + i * i).collect();
    let world = tower(&[20, 1, 1], &[1000, 40], &[0], &sizes);
    let (mut records, result) = ended(&world, &mut Together { to: vec![GroupId(2)] });
    let size = |r: &Record| u64::from(sizes[r.image as usize]);
    records.sort_by_key(size);
    let (mut now, mut before) = (0.0, 0);
    for (k, record) in records.iter().enumerate() {
        now += (size(record) - before) as f64 * 200.0 * (20 - k) as f64;
        before = size(record);
        assert!((lasted(record) as f64 - now).abs() <= 20.0, "{k}: {} {now}", lasted(record));
    }
    let all = records.iter().map(size).sum::<u64>();
    let slow = &result.links[1];
    assert_eq!((records.len(), slow.bytes_up, slow.airtime_ns_up), (20, all, u128::from(all) * 200));
}

/// The second takes 1/25 of the time of the first's capacity; what is on both is busy as long as it takes.
#[test]
fn busy_time_is_the_part_of_the_capacity() {
    let mut world = tower(&[20, 1, 1], &[1000, 40], &[0], &[10_000]);
    world.horizon.end = ns(100_000 * MS);
    world.horizon.drain = ns(1_000 * MS);
    world.workloads[0].arrivals = Arrivals::Periodic { period: ns(100_000 * MS) };
    let (records, result) = ended(&world, &mut Together { to: vec![GroupId(2)] });
    assert_eq!(records.len(), 20);
    for link in &result.links {
        assert!(link.busy_ns_up.abs_diff(link.airtime_ns_up) <= 40, "{link:?}");
    }
}

/// A parking lot: one over three links, and one more on each. The i-th link has i Mbit/s; the long one and the first short
/// one halve the first link, and those on the others have what the long one leaves.
#[test]
fn parking_lot() {
    let world = tower(&[1, 1, 1, 1], &[1, 2, 3], &[0, 0, 1, 2], &[1000]);
    let (records, _) = ended(&world, &mut Together { to: [3, 1, 2, 3].map(GroupId).to_vec() });
    let mut found: Vec<(u16, u64)> = records.iter().map(|r| (r.workload, lasted(r))).collect();
    found.sort_unstable();
    // 8000 bits at 0.5, 0.5, 1.5 and 2.5 Mbit/s.
    for (found, wanted) in found.into_iter().zip([16_000_000, 16_000_000, 5_333_333, 3_200_000]) {
        assert!(found.1.abs_diff(wanted) <= 1, "{found:?} {wanted}");
    }
}

/// Alone, all hops are crossed at once, and all delays are waited for at the end; as the view foretells.
#[test]
fn one_alone_by_hand() {
    struct Foretold(u64);
    impl Policy for Foretold {
        fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
            let node = view.nearest(GroupId(3)).expect("it is there");
            if request.answer.is_some() {
                return Step::Drop;
            }
            self.0 = view.transfer_time(request.at, node, Bytes(1000)).ns();
            Step::Compute { model: ModelId(0), upto: TapId(1), node, send: CodecId(0) }
        }
    }
    let mut world = tower(&[1, 1, 1, 1], &[4, 1, 8], &[0], &[1000]);
    world.links.iter_mut().zip([5, 7, 11]).for_each(|(link, delay)| link.up.delay = ns(delay));
    let headers = |link: &mut Link| link.packet = Packet { payload: Bytes(100), header: Bytes(25), per_packet: ns(0) };
    for (sharing, with_headers, wanted) in [
        (Sharing::Flows, false, 8_000_000 + 5 + 7 + 11),
        // 1250 B in the first hop take up as much in the second.
        (Sharing::Flows, true, 10_000_000 + 5 + 7 + 11),
        // One more hop that is shared otherwise: stored, and sent on.
        (Sharing::Fifo, false, 8_000_000 + 5 + 7 + 1_000_000 + 11),
    ] {
        let mut world = world.clone();
        world.links[2].sharing = sharing;
        if with_headers {
            headers(&mut world.links[0]);
        }
        let mut policy = Foretold(0);
        let (records, _) = ended(&world, &mut policy);
        assert_eq!((policy.0, records[0].ended.ns() - records[0].born.ns() - 1), (wanted, wanted));
    }
}

/// A link that nothing else is joined to is shared as a fair one is, but for rates that are rounded down and ends that
/// are rounded up: a nanosecond for each that left in the same busy period.
#[test]
fn one_link_is_a_fair_link() {
    let sizes: Vec<u32> = (1..=100).map(|i| 10 * i * i).collect();
    let mut world = tower(&[3, 1], &[8], &[0], &sizes);
    world.horizon.end = ns(200_000 * MS);
    world.links[0].cell = Cell::Shared;
    // 33.8 kB take 33.8 ms on average: a load of 0.8.
    world.workloads[0].arrivals = Arrivals::Poisson { rate: PerSec(0.8 / 0.03383 / 3.0) };
    let times = |sharing| {
        let mut world = world.clone();
        world.links[0].sharing = sharing;
        let mut policy = Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(1) };
        ended(&world, &mut policy).0
    };
    let (flows, fair) = (times(Sharing::Flows), times(Sharing::Fair));
    let (mut busy_until, mut sharers, mut shared) = (0, 0, 0);
    for (one, other) in flows.iter().zip(&fair) {
        sharers = if one.born.ns() > busy_until { 1 } else { sharers + 1 };
        busy_until = busy_until.max(one.ended.ns());
        shared += u64::from(sharers > 1);
        assert_eq!((one.birth, one.born), (other.birth, other.born));
        // Those who come later in the busy period may leave before.
        assert!(one.ended.ns().abs_diff(other.ended.ns()) <= sharers + 100, "{sharers}: {one:?} {other:?}");
    }
    assert!(flows.len() > 4000 && shared > 3000);
}

/// What flows cannot cross is refused before a run.
#[test]
fn what_flows_cannot_cross_is_refused() {
    let plain = tower(&[2, 1], &[8], &[0], &[1000]);
    let refused = |change: &dyn Fn(&mut Link)| {
        let mut world = plain.clone();
        change(&mut world.links[0]);
        let mut policy = Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(1) };
        let problem = run(&world, &mut policy, 0, &RunOptions::default(), &mut ()).map(|_| ()).unwrap_err();
        assert!(problem.remedy.is_some(), "{problem}");
        problem.what
    };
    let outages = Outages::Scheduled(vec![Outage { from: ns(1), lasts: ns(1) }]);
    let out = Conditions { outages: Some(outages), ..Conditions::default() };
    let two = |own: u64| vec![Rate::Steady(BitsPerSec(own)), Rate::Steady(BitsPerSec(8))];
    let rates = Conditions { up: Quality { rates: two(9), ..Quality::default() }, ..Conditions::default() };
    let is = |what: &str| format!("link `0-1` is shared as flows, and {what}");
    assert_eq!(refused(&|link| link.conditions = Some(Box::new(out.clone()))), is("its rate changes"));
    let shared = |link: &mut Link| (link.cell, link.conditions) = (Cell::Shared, Some(Box::new(rates.clone())));
    assert_eq!(refused(&shared), is("nodes of one cell have rates of their own"));
    let half = |link: &mut Link| (link.half_duplex, link.conditions) = (true, Some(Box::new(rates.clone())));
    assert_eq!(refused(&half), is("half duplex with two rates"));
    assert_eq!(refused(&|link| link.up.rate = BitsPerSec(1 << 48)), is("faster than 281474 Gbit/s"));
}
