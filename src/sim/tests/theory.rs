//! Queueing theory: means within their confidence intervals.

use super::*;

/// Records of exponential services at one edge node of `servers`, reached at no cost.
fn queue(servers: u32, mean: u64, per_second: f64, end: u64) -> (Vec<Record>, RunResult) {
    let mut world = world();
    world.groups[0].count = 10;
    poisson(&mut world, per_second / 10.0);
    world.groups[1].service = Service::Fifo(Fifo { servers, noise: Noise::Exponential, bound: None });
    world.groups[1].work = vec![Some(Work { per_call: ns(mean), upto: vec![ns(0); 4], extrapolated: false }); 2];
    (world.links[0].sharing, world.links[0].up.delay) = (Sharing::Fixed, ns(0));
    world.workloads[0].sink = Tier::Edge;
    (world.horizon.warm_up, world.horizon.end) = (ns(end / 20), ns(end));
    run_by(&world, |request, _, _| if request.answer.is_some() { Step::Answer } else { whole(0, 10) })
}

/// Mean and half-width of five standard errors, over 40 batches in order of birth.
fn batches(mut records: Vec<Record>) -> (f64, f64) {
    records.retain(|r| r.counted);
    records.sort_by_key(|r| r.birth);
    let size = records.len() / 40;
    let mean = |b: &[Record]| b.iter().map(|r| r.ended.since(r.born).ns() as f64).sum::<f64>() / b.len() as f64;
    let means: Vec<f64> = records.chunks_exact(size).map(mean).collect();
    let n = means.len() as f64;
    let centre = means.iter().sum::<f64>() / n;
    let variance = means.iter().map(|m| (m - centre).powi(2)).sum::<f64>() / (n - 1.0);
    (centre, 5.0 * (variance / n).sqrt())
}

/// M/M/1: sojourn 1/(mu - lambda). The image takes 40 ns on a link that is not shared.
#[test]
fn one_server() {
    let (records, result) = queue(1, 1_000_000, 700.0, 400_000_000_000);
    let (mean, half) = batches(records);
    assert!((mean - 40.0 - 1e6 / 0.3).abs() < half && half < 3e5, "{mean} +- {half}");
    assert!((result.groups[1].utilisation() - 0.7).abs() < 0.01);
}

/// M/M/c with c = 4, load 0.8: Erlang C gives the probability of waiting 0.5964, so a wait of C/(c mu - lambda).
#[test]
fn four_servers() {
    let (records, _) = queue(4, 1_000_000, 3200.0, 150_000_000_000);
    let offered: f64 = 3.2;
    let terms: Vec<f64> = (0..=4).map(|k| offered.powi(k) / (1..=k).map(f64::from).product::<f64>()).collect();
    let waits = terms[4] / 0.2 / (terms[..4].iter().sum::<f64>() + terms[4] / 0.2);
    let theory = 1e6 + waits * 1e6 / 0.8;
    let (mean, half) = batches(records);
    assert!((mean - 40.0 - theory).abs() < half && half < 2e5, "{mean} +- {half}, theory {theory}");
}

/// Little's law holds exactly for what the window saw whole: the queue's integral is the sum of waits.
#[test]
fn little() {
    let (_, result) = queue(2, 1_000_000, 1500.0, 20_000_000_000);
    let group = &result.groups[1];
    let (length, rate) = (group.queue_ns as f64 / group.span_ns as f64, group.served as f64 / group.span_ns as f64);
    let wait = group.wait_ns as f64 / group.served as f64;
    assert!((length - rate * wait).abs() < 0.01 * length, "{length} {}", rate * wait);
}

/// Processor sharing: M/D/1-PS has the mean sojourn of M/M/1, w/(1 - load), whatever the sizes.
#[test]
fn processor_sharing_is_insensitive() {
    let mut world = world();
    world.groups[0].count = 10;
    poisson(&mut world, 60.0);
    (world.links[0].sharing, world.links[0].cell) = (Sharing::Fair, Cell::Shared);
    (world.links[0].up.rate, world.links[0].up.delay) = (BitsPerSec(320_000), ns(0));
    world.groups[1].work = vec![Some(Work { per_call: ns(1), upto: vec![ns(0); 4], extrapolated: false }); 2];
    world.workloads[0].sink = Tier::Edge;
    (world.horizon.warm_up, world.horizon.end) = (ns(10_000_000_000), ns(300_000_000_000));
    let (records, result) =
        run_by(&world, |request, _, _| if request.answer.is_some() { Step::Answer } else { whole(0, 10) });
    let (mean, half) = batches(records);
    assert!((mean - 1e6 / 0.4).abs() < half && half < 2e5, "{mean} +- {half}");
    assert!((result.links[0].utilisation_up() - 0.6).abs() < 0.01);
}
