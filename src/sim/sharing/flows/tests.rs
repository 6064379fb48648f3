use super::plain::Plain;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A random tree: each node but the first hangs below an earlier one, by a channel upwards and one downwards.
fn tree(parents: &[usize]) -> Vec<usize> {
    parents.iter().enumerate().map(|(node, p)| p % (node + 1)).collect()
}

/// Channels from one node to another.
fn route(parents: &[usize], from: usize, to: usize) -> Vec<u32> {
    let climb = |node: usize| std::iter::successors(Some(node), |n| (*n > 0).then(|| parents[n - 1])).collect();
    let (ups, downs): (Vec<usize>, Vec<usize>) = (climb(from), climb(to));
    let up = ups.iter().filter(|n| !downs.contains(n)).map(|n| 2 * (*n as u32 - 1));
    let down = downs.iter().filter(|n| !ups.contains(n)).map(|n| 2 * (*n as u32 - 1) + 1);
    up.chain(down.collect::<Vec<_>>().into_iter().rev()).collect()
}

fn both(capacities: &[u64], longest: usize) -> (Flows, Plain) {
    let flows = Flows::new(&capacities.iter().map(|c| BitsPerSec(*c)).collect::<Vec<_>>(), longest);
    let capacities = capacities.iter().map(|c| c << SCALE).collect();
    (flows, Plain { capacities, flows: BTreeMap::new(), now: 0 })
}

/// All that both say about rates.
fn agree(flows: &mut Flows, plain: &Plain) -> Result<(), TestCaseError> {
    for (slot, flow) in &plain.flows {
        prop_assert_eq!(flows.rate(*slot), flow.rate, "of {}", slot);
    }
    for channel in 0..plain.capacities.len() as u32 {
        let crossings = |f: &super::plain::Flow| f.route.iter().filter(|c| **c == channel).count() as u64;
        let used = plain.flows.values().map(|f| f.rate * crossings(f)).sum::<u64>();
        prop_assert_eq!(flows.used(channel), used, "channel {}", channel);
    }
    prop_assert_eq!(flows.next_done().map(|n| n.1.ns()), plain.next());
    Ok(())
}

fn drain(flows: &mut Flows, plain: &mut Plain, until: u64) -> Result<(), TestCaseError> {
    while let Some(at) = plain.next().filter(|at| *at <= until) {
        let mut gone: Vec<u32> = std::iter::from_fn(|| flows.leave(SimTime::from_ns(at))).collect();
        gone.sort_unstable();
        prop_assert_eq!(gone, plain.leave(at));
        agree(flows, plain)?;
    }
    Ok(())
}

/// (gap, where from, where to, bits)
type Job = (u64, usize, usize, u64);

fn jobs(most: usize) -> impl Strategy<Value = Vec<Job>> {
    proptest::collection::vec((0u64..300, 0usize..64, 0usize..64, 1u64..2000), 1..most)
}

/// How flows are worked out: whether pairs of channels are kept, and whether all is filled from the start at the change of
/// that number.
type Way = (bool, fn(usize) -> bool);
const WAYS: [Way; 4] = [(true, |_| false), (false, |_| false), (true, |_| true), (true, |change| change % 3 == 0)];

/// Runs jobs between nodes of a tree, or over the channels from the lesser to the greater number.
fn run(capacities: &[u64], jobs: &[Job], route: impl Fn(usize, usize) -> Vec<u32>) -> Result<(), TestCaseError> {
    WAYS.iter().try_for_each(|way| run_by(*way, capacities, jobs, &route))
}

fn run_by(
    (pairs, from_start): Way,
    capacities: &[u64],
    jobs: &[Job],
    route: &impl Fn(usize, usize) -> Vec<u32>,
) -> Result<(), TestCaseError> {
    let (mut flows, mut plain) = both(capacities, 2 * capacities.len());
    flows.work.keep_pairs(pairs);
    let mut now = 0;
    for (slot, (gap, from, to, bits)) in jobs.iter().enumerate() {
        flows.from_start = from_start(slot);
        now += gap;
        drain(&mut flows, &mut plain, now)?;
        let route = route(*from, *to);
        if !route.is_empty() {
            flows.join(SimTime::from_ns(now), (slot as u64, slot as u32), route.iter().copied(), *bits);
            plain.join(now, slot as u32, route, *bits);
            agree(&mut flows, &plain)?;
        }
    }
    drain(&mut flows, &mut plain, u64::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Capacities of few bits a nanosecond, so that there are many ties, remainders and instants at which several leave.
    #[test]
    fn agrees_with_the_twin_on_random_trees(
        parents in proptest::collection::vec(0usize..64, 1..12),
        rates in proptest::collection::vec(1u64..6, 24),
        fine in any::<bool>(),
        jobs in jobs(40),
    ) {
        let parents = tree(&parents);
        let nodes = parents.len() + 1;
        let capacity = |r: &u64| if fine { 1_000_000_007 * r } else { 1_000_000_000 * r };
        let capacities: Vec<u64> = rates.iter().take(2 * parents.len()).map(capacity).collect();
        run(&capacities, &jobs, |from, to| route(&parents, from % nodes, to % nodes))?;
    }

    /// Routes over any channels, some twice, of capacities so small that most shares have remainders.
    #[test]
    fn agrees_with_the_twin_on_random_routes(
        rates in proptest::collection::vec(1u64..5, 2..8),
        chosen in proptest::collection::vec(1u32..256, 64),
        twice in any::<u32>(),
        jobs in jobs(40),
    ) {
        let channels = rates.len() as u32;
        let route = |from: usize, to: usize| {
            let again = (0..channels).filter(|c| chosen[from] & twice >> (to % 8) >> c & 1 == 1);
            (0..channels).filter(|c| chosen[from] >> c & 1 == 1).chain(again).collect()
        };
        let jobs: Vec<Job> = jobs.into_iter().map(|(gap, f, t, bits)| (gap * 1_000_000, f, t, bits % 7 + 1)).collect();
        run(&rates, &jobs, route)?;
    }

    /// Flows may be taken out at any time.
    #[test]
    fn rates_follow_from_who_is_there(
        routes in proptest::collection::vec((1u32..64, any::<bool>()), 1..30),
        way in 0usize..4,
    ) {
        let (mut flows, mut plain) = both(&[7, 5, 11, 3, 13, 6], 6);
        let (pairs, from_start) = WAYS[way];
        flows.work.keep_pairs(pairs);
        let now = SimTime::ZERO;
        let channels = |mask: u32| (0..6).filter(move |c| mask >> c & 1 == 1);
        for (slot, (mask, _)) in routes.iter().enumerate() {
            flows.from_start = from_start(slot);
            flows.join(now, (0, slot as u32), channels(*mask), 100);
            plain.join(0, slot as u32, channels(*mask).collect(), 100);
        }
        for (slot, _) in routes.iter().enumerate().filter(|(_, (_, out))| *out) {
            flows.from_start = from_start(slot);
            flows.take_out(now, slot as u32);
            plain.flows.remove(&(slot as u32));
            super::plain::fill(&plain.capacities, &mut plain.flows);
            agree(&mut flows, &plain)?;
        }
    }
}

/// More channels than pairs are kept of: 600 nodes in a tree of 3 levels, half of them with few different capacities. As
/// if all were filled from the start each time, and never so but after many changes at once.
#[test]
fn large_networks_follow_as_filled_from_the_start() {
    let parents: Vec<usize> = (0..600).map(|node| if node < 10 { 0 } else { node % 10 + 1 }).collect();
    let capacities: Vec<_> = (0..1200u64).map(|c| BitsPerSec(1_000_000 * (c % 7 + 1) + c % 2 * c)).collect();
    let [mut flows, mut afresh] = [false, true].map(|_| Flows::new(&capacities, 4));
    afresh.from_start = true;
    let mut random = crate::random::Rng::new(crate::random::Stream::new(1, 0, crate::random::Purpose::Image), 0, 0);
    for number in 0..1500u32 {
        let now = SimTime::from_ns(u64::from(number) * 1_000_000);
        while let Some(slot) = flows.leave(now) {
            assert_eq!(afresh.leave(now), Some(slot));
        }
        let route = route(&parents, random.index(600), random.index(600));
        let bits = random.index(400_000) as u64 + 1;
        if !route.is_empty() {
            flows.join(now, (number.into(), number), route.iter().copied(), bits);
            afresh.join(now, (number.into(), number), route.iter().copied(), bits);
        }
        assert_eq!((flows.next_done(), afresh.leave(now)), (afresh.next_done(), None));
        (0..1200).for_each(|channel| assert_eq!(flows.used(channel), afresh.used(channel)));
    }
}

fn rates(flows: &mut Flows, slots: std::ops::Range<u32>) -> Vec<f64> {
    slots.map(|slot| flows.rate(slot) as f64 / f64::from(1 << SCALE)).collect()
}

/// n flows, each by a fast link of its own on either side, through one slow link: each has 1/n of it.
#[test]
fn dumbbell() {
    let n = 8;
    let mut capacities = vec![BitsPerSec(1_000_000_000); 2 * n as usize];
    capacities.push(BitsPerSec(400_000_000));
    let mut flows = Flows::new(&capacities, 3);
    for slot in 0..n {
        flows.join(SimTime::ZERO, (0, slot), [slot, 2 * n, n + slot].into_iter(), 50_000_000 * u64::from(slot + 1));
    }
    assert_eq!(rates(&mut flows, 0..n), [50e6; 8]);
    // Of sizes 1, 2, …, 8 the k-th is done when all before had theirs, and it and all after as much: in units of 1/8 s
    // k + (n - k) + … = sum over i up to k of (n - i + 1).
    let mut expected = 0;
    for k in 1..=u64::from(n) {
        expected += (u64::from(n) - k + 1) * 125_000_000;
        let (slot, at) = flows.next_done().expect("flows are left");
        assert_eq!(u64::from(slot) + 1, k);
        // A seventh of the capacity is rounded down.
        assert!(at.ns() - expected <= 2, "{at:?}");
        flows.leave(at);
    }
}

/// A parking lot: one flow over n links and one more on each. The i-th link has capacity i and its own flow gets what the
/// long one leaves, which has half of the first.
#[test]
fn parking_lot() {
    let capacities: Vec<BitsPerSec> = (1..=5).map(|i| BitsPerSec(i * 1_000_000)).collect();
    let mut flows = Flows::new(&capacities, 5);
    flows.join(SimTime::ZERO, (0, 0), 0..5, 1_000_000);
    for link in 0..5 {
        flows.join(SimTime::ZERO, (0, link + 1), std::iter::once(link), 1_000_000);
    }
    assert_eq!(rates(&mut flows, 0..6), [0.5e6, 0.5e6, 1.5e6, 2.5e6, 3.5e6, 4.5e6]);
    flows.take_out(SimTime::ZERO, 1);
    assert_eq!(rates(&mut flows, 0..1), [1e6]);
    assert_eq!(rates(&mut flows, 2..6), [1e6, 2e6, 3e6, 4e6]);
}

#[test]
fn what_is_left_by_hand() {
    let mut flows = Flows::new(&[BitsPerSec(1_000_000_000), BitsPerSec(2_000_000_000)], 2);
    let ns = SimTime::from_ns;
    flows.join(ns(0), (0, 0), 0..2, 30);
    flows.join(ns(10), (1, 1), 1..2, 45);
    assert_eq!((flows.left(0, ns(15)), flows.left(1, ns(15)), flows.members(1)), (15, 40, &[0, 1][..]));
    assert_eq!((flows.next_done(), flows.leave(ns(29))), (Some((0, ns(30))), None));
    assert_eq!(flows.leave(ns(30)), Some(0));
    // 25 bits are left, at 2 a nanosecond now.
    assert_eq!((flows.next_done(), flows.used(0)), (Some((1, ns(43))), 0));
}
