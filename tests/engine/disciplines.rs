//! Ways to serve against their formulas; intervals as in `theory`.

use crate::plain;
use crate::theory::{MEAN, erlang_c, holds, queue, replicate, served_by, wait};
use tierwise::sim::{Batch, Fifo, Noise, Ordered, Record, Service, Shared, World};

/// Processor sharing with one server, M/G/1-PS: mean sojourn 1/(1−ρ) service times, whatever their distribution; so the
/// time lost is ρ/(1−ρ), and by Little's law ρ²/(1−ρ) are there beyond the one that the server is worth.
#[test]
fn sharing_is_insensitive() {
    let rho = 0.7;
    for noise in [Noise::None, Noise::Exponential] {
        let world = served_by(Service::Sharing(Shared { noise, ..Shared::default() }), rho);
        let [waits, queues, busy] = replicate(&world, 0, |r, _| [wait(r), queue(r), r.groups[0].utilisation()]);
        holds("lost", &waits, rho / (1.0 - rho), 0.06);
        holds("beyond", &queues, rho * rho / (1.0 - rho), 0.06);
        holds("busy", &busy, rho, 0.01);
    }
}

/// M/G/c-PS is insensitive too: as many are there as in M/M/c, so as much is lost as M/M/c waits, C/(c−a).
#[test]
fn sharing_of_several_servers() {
    let (c, load) = (3, 2.4);
    let expected = erlang_c(c, load) / (f64::from(c) - load);
    for noise in [Noise::None, Noise::Exponential] {
        let world = served_by(Service::Sharing(Shared { servers: c, noise, ..Shared::default() }), load);
        let [waits] = replicate(&world, 0, |r, _| [wait(r)]);
        holds("lost", &waits, expected, 0.08);
    }
}

/// As many share as there are servers: that is first come, first served.
#[test]
fn sharing_to_the_servers_number_is_fifo() {
    let (c, load) = (3, 2.4);
    let spec = Shared { servers: c, most: Some(c), noise: Noise::Exponential, ..Shared::default() };
    let [waits] = replicate(&served_by(Service::Sharing(spec), load), 0, |r, _| [wait(r)]);
    holds("wait", &waits, erlang_c(c, load) / (f64::from(c) - load), 0.08);
}

/// One node that serves two classes of Poisson requests, the first the more urgent.
fn two_classes(service: Service, loads: [f64; 2]) -> World {
    let mut world = served_by(service, loads[0] + loads[1]);
    let class = |priority: u8| {
        let rate = loads[usize::from(priority)] * 1e9 / MEAN as f64;
        tierwise::sim::Workload { priority, ..plain::poisson(0, rate, 1) }
    };
    world.workloads = vec![class(0), class(1)];
    world
}

/// Mean time there of each class, in mean service times.
fn sojourns(all: &[Record]) -> [f64; 2] {
    [0, 1].map(|class| {
        let of = all.iter().filter(|r| r.counted && r.workload == class);
        of.clone().map(|r| (r.ended.ns() - r.born.ns()) as f64).sum::<f64>() / of.count() as f64 / MEAN as f64
    })
}

/// M/G/1 with two priorities, in mean service times; `second` is the mean square of the service time. Cobham 1954 for
/// services that are not interrupted: a newcomer waits W0/((1−σ₀)(1−σ₁)) with W0 = (λ₀+λ₁)E[S²]/2 and σ the load of
/// those more urgent without and with its own class; for pre-emptive resume (Conway, Maxwell, Miller 1967) it is there
/// E[S]/(1−σ₀) + Σ λE[S²]/2 over those at least as urgent, /((1−σ₀)(1−σ₁)).
fn formula(preempt: bool, loads: [f64; 2], second: f64) -> [f64; 2] {
    let (first, both) = (loads[0], loads[0] + loads[1]);
    let residual = |load: f64| load * second / 2.0;
    match preempt {
        false => [1.0 + residual(both) / (1.0 - first), 1.0 + residual(both) / (1.0 - first) / (1.0 - both)],
        true => {
            [1.0 + residual(first) / (1.0 - first), 1.0 / (1.0 - first) + residual(both) / (1.0 - first) / (1.0 - both)]
        }
    }
}

#[test]
fn priorities_are_cobhams() {
    let loads = [0.3, 0.4];
    for (preempt, noise, second) in [
        (false, Noise::None, 1.0),
        (false, Noise::Exponential, 2.0),
        (true, Noise::None, 1.0),
        (true, Noise::Exponential, 2.0),
    ] {
        let spec = Ordered { preempt, noise, ..Ordered::default() };
        let world = two_classes(Service::Priority(spec), loads);
        let [urgent, patient] = replicate(&world, 0, |_, all| sojourns(all));
        let [first, last] = formula(preempt, loads, second);
        holds("urgent", &urgent, first, 0.03);
        holds("patient", &patient, last, 0.06);
    }
}

/// The most urgent class on several servers, pre-empting, does not see the others: M/M/c of its own. And however they are
/// ordered, work in M/M/c with one mean is what it is without order: the mean of both waits C/(c−a) (conservation law).
#[test]
fn priorities_on_several_servers() {
    let (c, loads) = (3, [1.5, 0.9]);
    let spec = Ordered { servers: c, preempt: true, noise: Noise::Exponential, ..Ordered::default() };
    let world = two_classes(Service::Priority(spec), loads);
    let [urgent, all] = replicate(&world, 0, |r, all| [sojourns(all)[0], wait(r)]);
    let alone = |load: f64| erlang_c(c, load) / (f64::from(c) - load);
    holds("urgent", &urgent, 1.0 + alone(1.5), 0.03);
    holds("all", &all, alone(2.4), 0.08);
}

/// With deadlines as long after birth for each class, EDF is first come, first served within it; where one class's are
/// so much longer than any wait that it never gets ahead, EDF is priority: Cobham again.
#[test]
fn far_deadlines_are_priorities() {
    let loads = [0.3, 0.4];
    let mut world = two_classes(Service::Edf(Ordered::default()), loads);
    for (workload, deadline) in world.workloads.iter_mut().zip([1, 1_000_000]) {
        workload.deadline = Some(plain::ns(deadline * MEAN));
    }
    let [urgent, patient] = replicate(&world, 0, |_, all| sojourns(all));
    let [first, last] = formula(false, loads, 1.0);
    holds("urgent", &urgent, first, 0.03);
    holds("patient", &patient, last, 0.06);
}

/// M/G/1 with noise from quantiles (Pollaczek–Khinchine): wait λE[S²]/(2(1−ρ)). Between (p, m) and (q, n) the multiplier
/// is uniform over [m, n], so its moments are sums of (q−p)(m+n)/2 and (q−p)(m²+mn+n²)/3.
#[test]
fn quantiles_are_their_distribution() {
    let pairs = vec![[0.0, 0.5], [0.5, 0.8], [0.9, 1.4], [0.99, 4.0], [1.0, 8.0]];
    let (mut mean, mut square) = (0.0, 0.0);
    for w in pairs.windows(2) {
        let ([p, m], [q, n]) = (w[0], w[1]);
        mean += (q - p) * (m + n) / 2.0;
        square += (q - p) * (m * m + m * n + n * n) / 3.0;
    }
    let load = 0.7;
    let noise = Noise::Quantiles(pairs);
    let world = served_by(Service::Fifo(Fifo { noise, ..Fifo::default() }), load / mean);
    let [waits, busy] = replicate(&world, 0, |r, _| [wait(r), r.groups[0].utilisation()]);
    holds("wait", &waits, load / mean * square / (2.0 * (1.0 - load)), 0.06);
    holds("busy", &busy, load, 0.01);
}

/// One accelerator with batches of up to `most`, a batch of n taking `times[n-1]` mean times.
fn accelerator(times: &[f64], noise: Noise, load: f64) -> World {
    let spec = Batch { most: times.len() as u32, noise, ..Batch::default() };
    let mut world = served_by(Service::Batch(spec), load);
    let work = |time: &f64| vec![plain::work((MEAN as f64 * time) as u64, &[0, 0])];
    world.groups[0].batches = times[1..].iter().map(work).collect();
    world
}

/// M/M[1,b]/1, bulk service of what waits, at least one and at most b, in a time that does not depend on how many: while
/// the server is busy n wait with probability A r^n, r in (0, 1) with μ r^(b+1) − (λ+μ) r + λ = 0; it is idle with
/// probability μA/λ. So A = 1/(1/(1−r) + μ/λ), and A r/(1−r)² wait in the mean (Bailey 1954; Neuts 1967 with a = 1).
#[test]
fn batches_are_bulk_service() {
    let (b, load) = (4, 2.8);
    let world = accelerator(&[1.0; 4], Noise::Exponential, load);
    let (mut low, mut high): (f64, f64) = (0.0, 1.0 - 1e-9);
    for _ in 0..200 {
        let r = (low + high) / 2.0;
        let above = r.powi(b + 1) - (load + 1.0) * r + load > 0.0;
        (low, high) = if above { (r, high) } else { (low, r) };
    }
    let a = 1.0 / (1.0 / (1.0 - low) + 1.0 / load);
    let waiting = a * low / (1.0 - low).powi(2);
    let [queues, waits, busy] = replicate(&world, 0, |r, _| [queue(r), wait(r), r.groups[0].utilisation()]);
    holds("queue", &queues, waiting, 0.05);
    holds("wait", &waits, waiting / load, 0.05);
    holds("busy", &busy, a / (1.0 - low), 0.02);
}

/// M/D[1,b]/1 with times that grow with the batch: from the chain of those left waiting when a batch ends. Found by going
/// through the chain until it no longer changes.
#[test]
fn growing_batches_are_their_chain() {
    let (times, load) = ([1.0, 1.3, 1.6, 1.9], 1.5);
    let most = times.len();
    // Whoever is there when a batch ends, and those who come during the next.
    let size = |there: usize| there.clamp(1, most);
    let time = |there: usize| times[size(there) - 1];
    let poisson = |mean: f64| {
        let next = |term: &f64, k: u32| Some(term * mean / f64::from(k));
        let terms = (1..60).scan((-mean).exp(), |term, k| Some(std::mem::replace(term, next(term, k)?)));
        terms.collect::<Vec<f64>>()
    };
    let comes: Vec<Vec<f64>> = times.iter().map(|t| poisson(load * t)).collect();
    let mut there = vec![0.0; 200];
    there[0] = 1.0;
    for _ in 0..2000 {
        let mut next = vec![0.0; there.len()];
        for (n, p) in there.iter().enumerate() {
            for (k, q) in comes[size(n) - 1].iter().enumerate() {
                let last = next.len() - 1;
                next[(n.saturating_sub(most) + k).min(last)] += p * q;
            }
        }
        there = next;
    }
    let mean = |of: &dyn Fn(usize) -> f64| there.iter().enumerate().map(|(n, p)| p * of(n)).sum::<f64>();
    let cycle = mean(&time) + there[0] / load;
    let left = |n: usize| n.saturating_sub(most) as f64;
    let waiting = mean(&|n| left(n) * time(n) + load * time(n).powi(2) / 2.0) / cycle;
    let world = accelerator(&times, Noise::None, load);
    let [queues, busy] = replicate(&world, 0, |r, _| [queue(r), r.groups[0].utilisation()]);
    holds("queue", &queues, waiting, 0.03);
    holds("busy", &busy, mean(&time) / cycle, 0.02);
}
