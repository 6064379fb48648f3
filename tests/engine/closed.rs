//! Closed sources: machine repair (Palm 1947; Kleinrock 1975, section 3.8), and what is so of each node.

use crate::agree::{accounts_agree, check};
use crate::networks::{exponential, tower};
use crate::policies::{Fixed, Wanderer};
use crate::theory::{MEAN, holds, replicate};
use crate::{made_up, twin};
use proptest::prelude::*;
use tierwise::sim::{Arrivals, GroupId, ModelId, Record, RunOptions, RunResult, TapId, Think, Tier, World, run};
use tierwise::units::SimTime;

/// `devices` that think `think` mean service times and then ask the only edge node, which has `servers`.
fn repair(devices: u32, servers: u32, think: u64, law: Think) -> World {
    let device = exponential("device", Tier::Device, devices, 1, MEAN);
    let mut world = tower(vec![device, exponential("edge", Tier::Edge, 1, servers, MEAN)], 0, 1.0);
    world.workloads[0].arrivals = Arrivals::Closed { think: SimTime::from_ns(think * MEAN), law };
    world
}

/// The machine-repair model: share of time that a server is busy, and mean sojourn in mean service times. With n of N
/// machines down, p_n = p_{n-1} · (N − n + 1)/(min(n, c)·Z), Z the mean time between failures in service times; with the
/// mean number that is served, X, the sojourn is N/X − Z (Little's law around the circle).
fn formula(machines: u32, servers: u32, think: f64) -> (f64, f64) {
    let step = |p: &mut f64, n: u32| {
        let ratio = f64::from(machines + 1 - n) / (f64::from(n.min(servers)) * think);
        *p *= if n == 0 { 1.0 } else { ratio };
        Some(*p)
    };
    let weights: Vec<f64> = (0..=machines).scan(1.0, |p, n| step(p, n)).collect();
    let served: f64 = weights.iter().zip(0..).map(|(p, n)| p * f64::from(servers.min(n))).sum();
    let rate = served / weights.iter().sum::<f64>();
    (rate / f64::from(servers), f64::from(machines) / rate - think)
}

/// Two machines and one repairman, by hand: with Z = 1 the weights are 1, 2, 2, so 4/5 busy, and 2/0.8 − 1 for a repair.
#[test]
fn the_formula_by_hand() {
    let (busy, sojourn) = formula(2, 1, 1.0);
    assert!((busy - 0.8).abs() < 1e-12 && (sojourn - 1.5).abs() < 1e-12, "{busy} {sojourn}");
}

/// M/M/1//N and M/M/c//N; how the think times vary is of no meaning for the means (Baskett, Chandy, Muntz and Palacios
/// 1975: a station where nobody waits is insensitive).
#[test]
fn machines_and_repairmen() {
    for (machines, servers, think, law) in [
        (8, 1, 6, Think::Exponential),
        (20, 4, 3, Think::Exponential),
        (8, 1, 6, Think::Fixed),
        (20, 4, 3, Think::Fixed),
    ] {
        let world = repair(machines, servers, think, law);
        let figures = |r: &RunResult, _: &[Record]| [r.groups[1].utilisation(), r.latency.mean() / MEAN as f64];
        let [busy, sojourn] = replicate(&world, 1, figures);
        let (expected, there) = formula(machines, servers, think as f64);
        let name = format!("M/M/{servers}//{machines}, {law:?}");
        holds(&format!("{name}: busy"), &busy, expected, 0.01);
        holds(&format!("{name}: sojourn"), &sojourn, there, 0.02);
    }
}

/// Whatever happens to them, a node's requests come one after the other, each a think after the end of the one before;
/// and the engine has them as the twin does, however it works them out.
#[test]
fn one_at_a_time() {
    check(150, |dice| {
        let mut world = made_up::wide(dice);
        let think = dice.between(1, 30);
        world.workloads.iter_mut().for_each(|w| {
            w.arrivals = Arrivals::Closed { think: SimTime::from_ns(think), law: Think::Fixed };
        });
        let mut records: Vec<Record> = Vec::new();
        let mut policy = Wanderer::new(0);
        let result = run(&world, &mut policy, 3, &RunOptions::default(), &mut records);
        let result = result.map_err(|problem| TestCaseError::fail(problem.to_string()))?;
        let unseen = run(&world, &mut Wanderer::new(0), 3, &RunOptions::default(), &mut ());
        let twin = twin::run(&world, &mut Wanderer::new(0), 3).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&records, &twin.records);
        accounts_agree(&world, &result, &twin)?;
        accounts_agree(&world, &unseen.map_err(|p| TestCaseError::fail(p.to_string()))?, &twin)?;
        records.sort_by_key(|r| (r.home, r.workload, r.born));
        for pair in records.windows(2).filter(|p| (p[0].home, p[0].workload) == (p[1].home, p[1].workload)) {
            prop_assert_eq!(pair[1].born.ns(), pair[0].ended.ns() + think);
        }
        Ok(())
    });
}

/// Where an answer is foreseen and nobody looks, its end is worked out before its time: the next request is the same.
#[test]
fn requests_settled_early_agree() {
    let world = repair(5, 2, 3, Think::Exponential);
    let policy = || Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(1) };
    let unseen = run(&world, &mut policy(), 0, &RunOptions::default(), &mut ()).unwrap();
    let explicit = run(&world, &mut policy(), 0, &RunOptions { explicit: true }, &mut ()).unwrap();
    assert!(unseen.events < explicit.events);
    assert_eq!((unseen.born, unseen.latency, unseen.groups), (explicit.born, explicit.latency, explicit.groups));
}
