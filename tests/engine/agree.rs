//! The engine, fast and explicit, against the naive twin.

use crate::dice::Dice;
use crate::policies::{Meddler, Wanderer, Wild};
use crate::{breaking, conditions, flows, made_up, twin};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use std::cell::Cell;
use tierwise::config::Node;
use tierwise::policy::Registry;
use tierwise::sim::{
    Controller, Ending, FailureAccount, Link, LinkAccount, Outcome, Policy, Record, RunOptions, RunResult, Service,
    Sharing, World, run, run_controlled,
};
use tierwise::stats::Sketch;

/// Runs a property on strings of bytes: `ENGINE_CASES` of them, or `cases`; always the same ones.
pub fn check(cases: u32, property: impl Fn(&Dice) -> Result<(), TestCaseError>) {
    let cases = std::env::var("ENGINE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 4000, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let bytes = proptest::collection::vec(any::<u8>(), 300..700);
    match runner.run(&bytes, |bytes| property(&Dice::new(&bytes))) {
        Err(TestError::Fail(why, bytes)) => panic!("{why}\nfrom the bytes {bytes:?}"),
        other => other.expect("no case is refused"),
    }
}

fn engine(world: &World, policy: &mut dyn Policy, explicit: bool) -> (Result<RunResult, String>, Vec<Record>) {
    engine_beside(world, policy, None, explicit)
}

fn engine_beside(
    world: &World,
    policy: &mut dyn Policy,
    controller: Option<&mut dyn Controller>,
    explicit: bool,
) -> (Result<RunResult, String>, Vec<Record>) {
    let mut records = Vec::new();
    let result = run_controlled(world, policy, controller, 3, &RunOptions { explicit }, &mut records);
    (result.map_err(|p| p.to_string()), records)
}

#[test]
fn random_steps_agree() {
    steps_agree(400, 40, made_up::wide);
}

#[test]
fn random_steps_agree_on_links_with_conditions() {
    steps_agree(300, 20, conditions::world);
}

#[test]
fn random_steps_agree_on_links_that_flows_cross() {
    steps_agree(250, 20, flows::world);
}

#[test]
fn random_steps_agree_where_things_fail() {
    let reached = steps_agree(600, 40, breaking::world);
    assert!(reached[6..].iter().all(|cases| *cases > 60), "{reached:?}");
}

/// How many cases reached what [`reaches`] tells.
fn steps_agree(cases: u32, least: u32, world: impl Fn(&Dice) -> World) -> [u32; 11] {
    let (reached, served) = (Cell::new([0; 11]), Cell::new([0; 8]));
    check(cases, |dice| {
        let world = world(dice);
        let (period, plan, forks) = (dice.below(30), dice.once_in(3), dice.once_in(2));
        let mut watched = [(); 3].map(|()| Wanderer::new(period).planning(plan).forking(forks));
        let (controlled, period) = (dice.once_in(2), dice.below(20));
        let mut meddlers = [(); 3].map(|()| Meddler { period, ..Meddler::default() });
        let [first, second, third] = &mut watched;
        let [left, middle, right] =
            meddlers.each_mut().map(|meddler| controlled.then_some(meddler as &mut dyn Controller));
        let (fast, fast_records) = engine_beside(&world, first, left, false);
        let (explicit, explicit_records) = engine_beside(&world, second, middle, true);
        let twin = twin::run_controlled(&world, third, right, 3).map_err(TestCaseError::fail)?;
        let seen = meddlers.each_ref().map(|meddler| &meddler.watcher.seen);
        sights_agree(seen[0], seen[2])?;
        sights_agree(seen[1], seen[2])?;
        let [first, second, third] = &watched;
        sights_agree(&first.seen, &third.seen)?;
        sights_agree(&second.seen, &third.seen)?;
        prop_assert_eq!(&fast_records, &twin.records);
        prop_assert_eq!(&explicit_records, &twin.records);
        for result in [&fast, &explicit] {
            accounts_agree(&world, result.as_ref().map_err(|e| TestCaseError::fail(e.clone()))?, &twin)?;
        }
        outcomes_agree(&first.outcomes, &third.outcomes)?;
        outcomes_agree(&second.outcomes, &third.outcomes)?;
        served.set(std::array::from_fn(|i| served.get()[i] + u32::from(serves(&world, &fast)[i])));
        reached.set(std::array::from_fn(|i| reached.get()[i] + u32::from(reaches(&world, &fast)[i])));
        Ok(())
    });
    assert!(reached.get()[..6].iter().all(|cases| *cases > least), "{reached:?}");
    assert!(served.get().iter().all(|cases| *cases > least / 4), "{served:?}");
    reached.get()
}

/// Whether requests waited, were refused, were late, were left in flight, shared the air, and were of use; whether failures
/// lost service and transfers, were retried and rerouted, and failed requests.
fn reaches(world: &World, result: &Result<RunResult, String>) -> [bool; 11] {
    let Ok(result) = result else { return [false; 11] };
    let failures = |some: &dyn Fn(&FailureAccount) -> u64| result.failures.iter().any(|f| some(f) > 0);
    let shares = |link: &Link| matches!(link.sharing, Sharing::Fair | Sharing::Flows);
    let fair = |(link, account): (&Link, &LinkAccount)| shares(link) && account.transfers > 5;
    [
        result.groups.iter().any(|g| g.queue_ns > 0),
        result.groups.iter().any(|g| g.refused > 0),
        result.late > 0,
        result.in_flight > 0,
        world.links.iter().zip(&result.links).any(fair),
        result.right_on_time > 0,
        failures(&|f| f.lost_ns as u64),
        failures(&|f| f.lost_bytes),
        failures(&|f| f.retried),
        failures(&|f| f.rerouted),
        failures(&|f| f.failed),
    ]
}

/// Whether nodes of each discipline served several, and clocks, servers and memories changed.
fn serves(world: &World, result: &Result<RunResult, String>) -> [bool; 8] {
    let Ok(result) = result else { return [false; 8] };
    let by = |name: &str| {
        world
            .groups
            .iter()
            .zip(&result.groups)
            .any(|(group, account)| group.service.name() == name && account.served > 5 && account.queue_ns > 0)
    };
    let memory = result.memory.iter().any(|memory| memory.loads > 1 && memory.evictions > 1 && memory.held_ns > 0);
    let levels = result.levels.iter().flatten().map(|level| level.changes).sum::<u64>();
    let servers = result.capacity.iter().any(|capacity| capacity.started > 0 && capacity.booted > 0);
    [by("fifo"), by("sharing"), by("priority"), by("edf"), by("batch"), levels > 1, memory, servers]
}

#[test]
fn shipped_policies_agree() {
    shipped_agree(100, made_up::wide);
}

#[test]
fn shipped_policies_agree_on_links_with_conditions() {
    shipped_agree(100, conditions::world);
}

#[test]
fn shipped_policies_agree_where_things_fail() {
    shipped_agree(100, breaking::world);
}

#[test]
fn shipped_policies_agree_on_links_that_flows_cross() {
    shipped_agree(60, flows::world);
}

fn shipped_agree(cases: u32, world: impl Fn(&Dice) -> World) {
    let registry = Registry::default();
    check(cases, |dice| {
        let world = world(dice);
        for entry in registry.entries() {
            let policy = || entry.build(&Node::default()).map_err(|p| TestCaseError::fail(p.to_string()));
            let (fast, records) = engine(&world, &mut policy()?, false);
            let twin = twin::run(&world, &mut policy()?, 3);
            prop_assert_eq!(fast.is_ok(), twin.is_ok(), "{}: {:?} {:?}", entry.name, fast.err(), twin.err());
            let (Ok(fast), Ok(twin)) = (fast, twin) else { continue };
            prop_assert_eq!(&records, &twin.records, "{}", entry.name);
            accounts_agree(&world, &fast, &twin)?;
            // Where nobody looks, requests are settled as soon as their end is known.
            let unseen = run(&world, &mut policy()?, 3, &RunOptions::default(), &mut ());
            accounts_agree(&world, &unseen.map_err(|p| TestCaseError::fail(p.to_string()))?, &twin)?;
        }
        Ok(())
    });
}

#[test]
fn impossible_steps_are_told_from_possible_ones() {
    check(300, |dice| {
        let world = made_up::wide(dice);
        let every = dice.between(1, 60) as usize;
        let (fast, records) = engine(&world, &mut Wild { every }, false);
        let (explicit, _) = engine(&world, &mut Wild { every }, true);
        let twin = twin::run(&world, &mut Wild { every }, 3);
        prop_assert_eq!(fast.is_ok(), twin.is_ok(), "{:?} {:?}", fast.err(), twin.err());
        prop_assert_eq!(fast.as_ref().err(), explicit.as_ref().err());
        if let Ok(twin) = twin {
            prop_assert_eq!(&records, &twin.records);
        }
        Ok(())
    });
}

pub fn sights_agree(found: &[Vec<u64>], wanted: &[Vec<u64>]) -> Result<(), TestCaseError> {
    for (call, (f, w)) in found.iter().zip(wanted).enumerate() {
        prop_assert_eq!(f, w, "call {}", call);
    }
    prop_assert_eq!(found.len(), wanted.len());
    Ok(())
}

/// All accounts, against sums over the twin's records and integrals over its states.
pub fn accounts_agree(world: &World, result: &RunResult, twin: &twin::Found) -> Result<(), TestCaseError> {
    let counted: Vec<&Record> = twin.records.iter().filter(|r| r.counted).collect();
    let count = |wanted: &dyn Fn(&Record) -> bool| counted.iter().filter(|r| wanted(r)).count() as u64;
    let ended = |ending| count(&|r| r.outcome == ending);
    prop_assert_eq!(result.born, counted.len() as u64);
    prop_assert_eq!(result.answered, ended(Ending::Answered));
    prop_assert_eq!(result.dropped, ended(Ending::Dropped));
    prop_assert_eq!(result.failed, ended(Ending::Failed));
    prop_assert_eq!(result.in_flight, ended(Ending::InFlight));
    prop_assert_eq!(result.right, count(&|r| r.right));
    prop_assert_eq!(result.late, count(&|r| r.late));
    prop_assert_eq!(result.on_time, count(&|r| r.outcome == Ending::Answered && !r.late));
    prop_assert_eq!(result.right_on_time, count(&|r| r.right && !r.late));
    prop_assert_eq!(&result.latency, &latencies(&counted));
    images_agree(world, result, &counted)?;
    answers_agree(world, result, &counted)?;
    groups_agree(world, result, twin)?;
    capacities_agree(world, result, twin)?;
    memories_agree(world, result, twin)?;
    failures_agree(world, result, twin)?;
    links_agree(result, twin)?;
    energy_agrees(world, result, twin)
}

fn latencies(counted: &[&Record]) -> Sketch {
    let mut sketch = Sketch::new();
    for record in counted.iter().filter(|r| r.outcome == Ending::Answered) {
        sketch.record(record.ended.ns() - record.born.ns());
    }
    sketch
}

fn images_agree(world: &World, result: &RunResult, counted: &[&Record]) -> Result<(), TestCaseError> {
    prop_assert_eq!(result.per_image.len(), world.labels.len());
    for (image, account) in result.per_image.iter().enumerate() {
        let of: Vec<_> = counted.iter().filter(|r| r.image as usize == image).collect();
        let count = |wanted: &dyn Fn(&Record) -> bool| of.iter().filter(|r| wanted(r)).count() as u32;
        prop_assert_eq!(account.born, of.len() as u32);
        prop_assert_eq!(account.answered, count(&|r| r.outcome == Ending::Answered));
        prop_assert_eq!(account.right, count(&|r| r.right));
        prop_assert_eq!(account.right_on_time, count(&|r| r.right && !r.late));
    }
    Ok(())
}

fn answers_agree(world: &World, result: &RunResult, counted: &[&Record]) -> Result<(), TestCaseError> {
    let mut by = std::collections::BTreeMap::new();
    for record in counted.iter().filter(|r| r.outcome == Ending::Answered) {
        let answer = record.answer.expect("it was answered");
        *by.entry((answer.model, world.group_of(answer.node))).or_insert(0) += 1;
    }
    let by: Vec<_> = by.into_iter().map(|((model, group), n)| (model, group, n)).collect();
    prop_assert_eq!(&result.answered_by, &by);
    Ok(())
}

fn groups_agree(world: &World, result: &RunResult, twin: &twin::Found) -> Result<(), TestCaseError> {
    for ((group, account), sums) in world.groups.iter().zip(&result.groups).zip(&twin.sums.groups) {
        prop_assert_eq!((account.nodes, account.servers), (group.count, group.servers()));
        prop_assert_eq!(account.span_ns, world.horizon.end.ns() - world.horizon.warm_up.ns());
        prop_assert_eq!(account.busy_ns, u128::from(sums.busy_ns), "busy {}", group.name);
        prop_assert_eq!(account.queue_ns, u128::from(sums.queue_ns), "queue {}", group.name);
        prop_assert_eq!((account.served, account.refused), (sums.served, sums.refused));
        prop_assert_eq!(account.wait_ns, u128::from(sums.wait_ns));
        prop_assert_eq!(account.compute_ns, u128::from(sums.compute_ns));
    }
    Ok(())
}

fn capacities_agree(world: &World, result: &RunResult, twin: &twin::Found) -> Result<(), TestCaseError> {
    for ((group, account), sums) in world.groups.iter().zip(&result.capacity).zip(&twin.sums.groups) {
        prop_assert_eq!(account.provisioned_ns, u128::from(sums.provided_ns), "provided {}", group.name);
        prop_assert_eq!(account.on_ns, u128::from(sums.on_ns), "on {}", group.name);
        prop_assert_eq!((account.started, account.booted), (sums.started, sums.booted));
        let costs = group.elastic.map_or([0.0; 2], |e| [e.start_energy.0, e.boot_energy.0]);
        let wanted = costs[0] * sums.started as f64 + costs[1] * sums.booted as f64;
        prop_assert!((account.change_j - wanted).abs() <= 1e-12 * wanted);
    }
    Ok(())
}

fn memories_agree(world: &World, result: &RunResult, twin: &twin::Found) -> Result<(), TestCaseError> {
    for ((group, account), sums) in world.groups.iter().zip(&result.memory).zip(&twin.sums.groups) {
        prop_assert_eq!((account.loads, account.evictions), (sums.loads, sums.evictions), "memory {}", group.name);
        prop_assert_eq!((account.bytes, account.load_ns), (sums.load_bytes, sums.load_ns.into()));
        prop_assert_eq!(account.held_ns, u128::from(sums.held_ns));
        let power = group.memory.as_ref().map_or(0.0, |memory| memory.power.0);
        prop_assert!((account.load_j - power * sums.load_ns as f64 * 1e-9).abs() <= 1e-12 * account.load_j);
    }
    Ok(())
}

fn failures_agree(world: &World, result: &RunResult, twin: &twin::Found) -> Result<(), TestCaseError> {
    prop_assert_eq!(result.failures.len(), world.failures.len());
    for (account, sums) in result.failures.iter().zip(&twin.sums.failures) {
        let span_ns = world.horizon.end.ns() - world.horizon.warm_up.ns();
        prop_assert_eq!(*account, FailureAccount { units: account.units, span_ns, ..*sums });
    }
    Ok(())
}

fn links_agree(result: &RunResult, twin: &twin::Found) -> Result<(), TestCaseError> {
    for (resent, sums) in result.resent.iter().zip(&twin.sums.links) {
        prop_assert_eq!([resent.bytes_down, resent.bytes_up], sums.again);
    }
    prop_assert_eq!(result.links.len(), twin.sums.links.len());
    for (account, sums) in result.links.iter().zip(&twin.sums.links) {
        prop_assert_eq!([account.bytes_down, account.bytes_up], sums.bytes);
        let airtime = sums.airtime_ns.map(u128::from);
        prop_assert_eq!([account.airtime_ns_down, account.airtime_ns_up], airtime);
        prop_assert_eq!(account.transfers, sums.transfers);
        // A fair channel's share is rounded down to whole nanoseconds once, at the end.
        for (found, wanted) in [account.busy_ns_down, account.busy_ns_up].into_iter().zip(sums.busy_ns) {
            prop_assert!((found as f64 - wanted).abs() <= 0.01 + f64::from(account.channels), "{found} {wanted}");
        }
    }
    Ok(())
}

/// Joules, against integrals of power: of idle power always; of what lies beyond it where the run counts all that it
/// computes and sends, and ends none of it half way.
fn energy_agrees(world: &World, result: &RunResult, twin: &twin::Found) -> Result<(), TestCaseError> {
    let close = |found: f64, wanted: f64| (found - wanted).abs() <= 1e-9 * wanted.abs() + 1e-15;
    let whole = !twin.cut && twin.records.iter().all(|r| r.counted && r.outcome != Ending::InFlight);
    let cuts = result.failures.iter().map(|f| f.retried + f.rerouted + f.failed).sum::<u64>() as f64;
    let (mut marginal, mut device, mut system) = (0.0, 0.0, 0.0);
    let changes =
        result.capacity.iter().zip(&result.memory).map(|(capacity, memory)| capacity.change_j + memory.load_j);
    for (((group, account), sums), change_j) in
        world.groups.iter().zip(&result.groups).zip(&twin.sums.groups).zip(changes)
    {
        prop_assert!(close(account.idle_j, sums.idle_j));
        let beyond = account.compute_j + account.transmit_j + account.receive_j;
        if whole {
            // Of those that share, the last leaves at a whole nanosecond, up to one after its work or airtime; what is cut
            // short is charged for whole ones.
            let rough = |found: f64, wanted: f64, watts: f64| {
                (found - wanted).abs() <= 1e-6 * wanted + watts * 1e-9 * (twin.records.len() as f64 + cuts)
            };
            let radio = |found, wanted| rough(found, wanted, 2.0);
            let compute = |found, wanted| match group.service {
                Service::Sharing(_) => rough(found, wanted, 10.0),
                _ => close(found, wanted),
            };
            prop_assert!(compute(account.compute_j, sums.compute_j), "{account:?} {sums:?}");
            prop_assert!(radio(account.transmit_j, sums.transmit_j), "{account:?} {sums:?}");
            prop_assert!(radio(account.receive_j, sums.receive_j), "{account:?} {sums:?}");
        }
        marginal += beyond;
        let whole = account.idle_j + beyond + change_j;
        system += whole;
        device += if group.tier == tierwise::sim::Tier::Device { whole } else { 0.0 };
    }
    prop_assert!(
        close(result.marginal_j, marginal) && close(result.system_j, system) && close(result.device_j, device)
    );
    Ok(())
}

fn outcomes_agree(found: &[Outcome], wanted: &[Outcome]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), wanted.len());
    for (f, w) in found.iter().zip(wanted) {
        prop_assert_eq!((f.kind, f.ended, f.right), (w.kind, w.ended, w.right));
        // Powers, here of no less than a third of 10 mW, are rounded to whole microwatts; of two legs both count.
        let most = 1e-6 * f.ended.since(f.request.born).secs() + 2e-4 * w.device_j;
        prop_assert!((f.device_j - w.device_j).abs() <= most, "{} {}", f.device_j, w.device_j);
    }
    Ok(())
}
