//! The engine against queueing theory.
//!
//! Each figure is a mean over 20 independent replications; its Student interval at 99.9 % must hold what the formula
//! says, and must be narrower than a stated share of it, so that the test can fail. Seeds are fixed.

use crate::interval::student;
use crate::plain::{self, ns};
use crate::policies::Fixed;
use tierwise::sim::{
    Fifo, GroupId, ModelId, Noise, Policy, Record, RunOptions, RunResult, Service, Sharing, TapId, Tier, World, run,
};

/// Mean service time, in nanoseconds.
pub const MEAN: u64 = 1_000_000;

/// Requests of a replication, about.
const REQUESTS: f64 = 50_000.0;

/// Of each replication, what `of` reads from it: figure by figure.
pub fn replicate<const N: usize>(
    world: &World,
    at: u16,
    of: impl Fn(&RunResult, &[Record]) -> [f64; N],
) -> [Vec<f64>; N] {
    replicate_under(world, || Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(at) }, of)
}

/// The same under any policy.
pub fn replicate_under<P: Policy, const N: usize>(
    world: &World,
    policy: impl Fn() -> P,
    of: impl Fn(&RunResult, &[Record]) -> [f64; N],
) -> [Vec<f64>; N] {
    let one = |replication| {
        let mut records = Vec::new();
        let result = run(world, &mut policy(), replication, &RunOptions::default(), &mut records).unwrap();
        of(&result, &records)
    };
    let all: Vec<[f64; N]> = (0..20).map(one).collect();
    std::array::from_fn(|figure| all.iter().map(|figures| figures[figure]).collect())
}

/// `precision`: most that the interval's half width may be of the expected value.
pub fn holds(what: &str, figures: &[f64], expected: f64, precision: f64) {
    let i = student(figures, 0.999);
    assert!(i.low <= expected && expected <= i.high, "{what}: {i:?}, theory says {expected}");
    assert!(i.high - i.mean <= precision * expected, "{what}: {i:?} is too wide to tell from {expected}");
}

/// One node with `servers`, at which `load` servers' worth of Poisson requests are born and computed.
fn station(servers: u32, load: f64, noise: Noise, bound: Option<u32>) -> World {
    served_by(Service::Fifo(Fifo { servers, noise, bound }), load)
}

/// The same with another discipline.
pub fn served_by(service: Service, load: f64) -> World {
    let mut node = plain::group("node", Tier::Device, 1, 1);
    node.service = service;
    node.work = vec![plain::work(MEAN, &[0, 0])];
    let model = plain::model("model", &[0], &[1], |_| (true, 1.0));
    let requests = plain::poisson(0, load * 1e9 / MEAN as f64, 1);
    let mut world = plain::world(vec![node], vec![], vec![model], requests, REQUESTS / 1e9 * MEAN as f64 / load);
    world.horizon.warm_up = ns(1000 * MEAN);
    world
}

/// Mean wait in mean service times.
pub fn wait(result: &RunResult) -> f64 {
    result.groups[0].wait_ns as f64 / result.groups[0].served as f64 / MEAN as f64
}

/// Mean number of those that wait.
pub fn queue(result: &RunResult) -> f64 {
    result.groups[0].queue_ns as f64 / result.groups[0].span_ns as f64
}

/// Erlang's loss formula, by its recursion: the chance that all of `c` servers are busy, if those who find them so go away.
fn erlang_b(c: u32, load: f64) -> f64 {
    (1..=c).fold(1.0, |b, k| load * b / (f64::from(k) + load * b))
}

/// Erlang's delay formula: the chance to wait for one of `c` servers.
pub fn erlang_c(c: u32, load: f64) -> f64 {
    let (b, rho) = (erlang_b(c, load), load / f64::from(c));
    b / (1.0 - rho * (1.0 - b))
}

/// Two values of Erlang's formulas that tables print: B(5 servers, 3 erlang) = 0.1101, C(5, 3) = 0.2362.
#[test]
fn erlang_formulas_are_the_tables() {
    assert!((erlang_b(5, 3.0) - 0.1101).abs() < 5e-5, "{}", erlang_b(5, 3.0));
    assert!((erlang_c(5, 3.0) - 0.2362).abs() < 5e-5, "{}", erlang_c(5, 3.0));
}

/// M/M/1: mean wait ρ/(1−ρ) service times; by Little's law mean queue ρ times that.
#[test]
fn waits_of_m_m_1() {
    let rho = 0.7;
    let world = station(1, rho, Noise::Exponential, None);
    let [waits, queues, busy] = replicate(&world, 0, |r, _| [wait(r), queue(r), r.groups[0].utilisation()]);
    holds("wait", &waits, rho / (1.0 - rho), 0.05);
    holds("queue", &queues, rho * rho / (1.0 - rho), 0.05);
    holds("busy", &busy, rho, 0.01);
}

/// Offered utilisation is ρ where all is served; from 1 up, or where much is refused, it is told; a share below is not.
#[test]
fn overload_is_told() {
    for (load, bound, told) in [(0.9, None, false), (1.2, None, true), (1.2, Some(2), true), (0.9, Some(2), false)] {
        let world = station(1, load, Noise::Exponential, bound);
        let [offered] = replicate(&world, 0, |r, _| {
            assert_eq!(r.overloaded(&world), if told { vec!["node"] } else { vec![] });
            [r.groups[0].offered()]
        });
        holds("offered", &offered, load, 0.02);
    }
}

/// M/M/c: mean wait C/(c−a) service times, C by Erlang.
#[test]
fn waits_of_m_m_c() {
    for (c, load) in [(3, 2.4), (8, 6.0)] {
        let world = station(c, load, Noise::Exponential, None);
        let expected = erlang_c(c, load) / (f64::from(c) - load);
        let waited = |r: &Record| r.ended.ns() - r.born.ns() > r.compute_ns[0];
        let [waits, shares] = replicate(&world, 0, |result, all| {
            let counted = all.iter().filter(|r| r.counted);
            [wait(result), counted.clone().filter(|r| waited(r)).count() as f64 / counted.count() as f64]
        });
        holds("wait", &waits, expected, 0.08);
        holds("share that waits", &shares, erlang_c(c, load), 0.04);
    }
}

/// M/D/1 (Pollaczek–Khinchine): half of M/M/1's wait.
#[test]
fn waits_of_m_d_1() {
    let rho = 0.8;
    let world = station(1, rho, Noise::None, None);
    let [waits] = replicate(&world, 0, |r, _| [wait(r)]);
    holds("wait", &waits, rho / (2.0 * (1.0 - rho)), 0.05);
}

/// M/G/c/c loses a share B by Erlang, whatever the service times' distribution.
#[test]
fn losses_without_a_queue() {
    for noise in [Noise::None, Noise::Exponential] {
        let world = station(4, 3.0, noise, Some(0));
        let [lost] = replicate(&world, 0, |r, _| [r.dropped as f64 / r.born as f64]);
        holds("lost", &lost, erlang_b(4, 3.0), 0.02);
    }
}

/// M/M/1/K loses a share (1−ρ)ρ^K/(1−ρ^(K+1)).
#[test]
fn losses_of_a_short_queue() {
    let (rho, k): (f64, i32) = (0.9, 4);
    let world = station(1, rho, Noise::Exponential, Some(k as u32 - 1));
    let [lost] = replicate(&world, 0, |r, _| [r.dropped as f64 / r.born as f64]);
    let expected = (1.0 - rho) * rho.powi(k) / (1.0 - rho.powi(k + 1));
    holds("lost", &lost, expected, 0.03);
}

/// Little's law on the very path, to the nanosecond: the integrals of how many wait and of how many are served equal the
/// sums over requests of the parts of their waits and services that lie in the window.
#[test]
fn littles_law_holds_exactly() {
    let world = station(3, 2.7, Noise::Exponential, None);
    let part = |from: u64, to: u64| to.min(world.horizon.end.ns()).saturating_sub(from.max(world.horizon.warm_up.ns()));
    replicate(&world, 0, |r, all| {
        let begin = |r: &Record| r.ended.ns() - r.compute_ns[0];
        let waits: u64 = all.iter().map(|r| part(r.born.ns(), begin(r))).sum();
        let services: u64 = all.iter().map(|r| part(begin(r), r.ended.ns())).sum();
        assert_eq!((r.groups[0].queue_ns, r.groups[0].busy_ns), (waits.into(), services.into()));
        assert!(waits > 0);
        []
    });
}

/// A link between one device, where requests are born, and a cloud that takes 1 ns.
pub fn channel(sizes: &[u32], load: f64, sharing: Sharing) -> World {
    let mut device = plain::group("device", Tier::Device, 1, 1);
    let mut cloud = plain::group("cloud", Tier::Cloud, 1, 1000);
    (device.work, cloud.work) = (vec![None], vec![plain::work(0, &[0, 0])]);
    let link = plain::link(0, 1, sharing, 1000);
    let model = plain::model("model", &vec![0; sizes.len()], sizes, |_| (true, 1.0));
    let mean = sizes.iter().map(|s| f64::from(*s)).sum::<f64>() / sizes.len() as f64 * 1000.0;
    let mut requests = plain::poisson(0, load * 1e9 / mean, 1);
    requests.sink = Tier::Cloud;
    let mut world = plain::world(vec![device, cloud], vec![link], vec![model], requests, REQUESTS * mean / 1e9 / load);
    world.horizon.warm_up = ns(1000 * MEAN);
    world
}

/// 1000 sizes of mean 1000 bytes at the middles of an exponential distribution's quantiles: 1 ms of airtime in the mean.
fn exponential_sizes() -> Vec<u32> {
    let size = |i: u32| -1000.0 * (1.0 - (f64::from(i) + 0.5) / 1000.0).ln();
    (0..1000).map(|i| size(i).round().max(1.0) as u32).collect()
}

/// First and second moments of the airtimes in ms.
fn moments(sizes: &[u32]) -> (f64, f64) {
    let mean = |power| sizes.iter().map(|s| (f64::from(*s) / 1000.0).powi(power)).sum::<f64>() / sizes.len() as f64;
    (mean(1), mean(2))
}

/// Mean time to the answer in ms, for images that `wanted` holds for.
pub fn sojourn(all: &[Record], wanted: impl Fn(&Record) -> bool) -> f64 {
    let of = all.iter().filter(|r| r.counted && wanted(r));
    of.clone().map(|r| (r.ended.ns() - r.born.ns()) as f64 * 1e-6).sum::<f64>() / of.count() as f64
}

/// M/G/1 on a link, first come, first served: E[S] + λE[S²]/(2(1−ρ)), with the moments of the very sizes that are sent.
#[test]
fn a_fifo_link_is_m_g_1() {
    let (rho, sizes) = (0.7, exponential_sizes());
    let (mean, square) = moments(&sizes);
    let expected = mean + rho / mean * square / (2.0 * (1.0 - rho));
    let world = channel(&sizes, rho, Sharing::Fifo);
    let [sojourns] = replicate(&world, 1, |_, all| [sojourn(all, |_| true)]);
    holds("sojourn", &sojourns, expected, 0.05);
}

/// M/G/1 with processor sharing: a transfer of airtime x stays x/(1−ρ) in the mean, whatever the others' sizes.
#[test]
fn a_fair_link_is_processor_sharing() {
    let rho = 0.7;
    for sizes in [exponential_sizes(), vec![1000]] {
        let [sojourns] = replicate(&channel(&sizes, rho, Sharing::Fair), 1, |_, all| [sojourn(all, |_| true)]);
        holds("sojourn", &sojourns, moments(&sizes).0 / (1.0 - rho), 0.06);
    }
    let world = channel(&[100, 100, 100, 100, 100, 100, 100, 100, 100, 9100], rho, Sharing::Fair);
    let [small, large] = replicate(&world, 1, |_, all| [sojourn(all, |r| r.image < 9), sojourn(all, |r| r.image == 9)]);
    holds("small", &small, 0.1 / (1.0 - rho), 0.06);
    holds("large", &large, 9.1 / (1.0 - rho), 0.06);
}

/// A link that is not shared delays nobody.
#[test]
fn a_fixed_link_only_takes_its_time() {
    let world = channel(&[1000], 5.0, Sharing::Fixed);
    replicate(&world, 1, |_, all| {
        assert!(all.iter().all(|r| r.ended.ns() - r.born.ns() == 1_000_001));
        []
    });
}
