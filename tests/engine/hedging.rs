//! The shipped policy that asks twice: copies that compete, against the formulas of their lesser.

use crate::networks::{exponential, tower};
use crate::theory::{MEAN, holds, replicate_under};
use tierwise::policy::{AnyPolicy, Registry};
use tierwise::sim::{Ending, Record, RunResult, Tier, World};

fn hedged(options: &str) -> AnyPolicy {
    Registry::default().get("hedged").unwrap().build(&options.parse().unwrap()).unwrap()
}

/// An edge and a cloud with servers for everybody, and no way to speak of between them.
fn two_places() -> World {
    let place = |name, tier| exponential(name, tier, 1, 200, MEAN);
    tower(vec![place("edge", Tier::Edge), place("cloud", Tier::Cloud)], 0, 2000.0)
}

/// Mean latency in mean service times, and how many of both copies were computed for each request.
fn figures(result: &RunResult, records: &[Record]) -> [f64; 2] {
    assert!(records.iter().all(|r| r.outcome == Ending::Answered));
    let served: u64 = result.groups.iter().map(|group| group.served).sum();
    [result.latency.mean() / MEAN as f64, served as f64 / result.born as f64]
}

/// Of two exponentials the lesser is exponential with half the mean; if the second begins a time d later (in mean service
/// times), a share e^-d of the requests need it, and the mean is 1 - e^-d + e^-d/2 (Dean and Barroso 2013 tell what that
/// buys in practice).
#[test]
fn the_lesser_of_two() {
    let world = two_places();
    for (after, later) in [("0 s", 0.0f64), ("500 us", 0.5), ("1 ms", 1.0), ("3 ms", 3.0)] {
        let options = format!("first = 'model@edge'\nsecond = 'model@cloud'\nafter = '{after}'");
        let [latency, copies] = replicate_under(&world, || hedged(&options), figures);
        let share = (-later).exp();
        holds(&format!("latency, second copy after {after}"), &latency, 1.0 - share / 2.0, 0.01);
        match after {
            "0 s" => assert!(copies.iter().all(|copies| (copies - 2.0).abs() < 1e-9), "{copies:?}"),
            _ => holds(&format!("copies, the second after {after}"), &copies, 1.0 + share, 0.01),
        }
    }
}

/// A full queue leaves the request to the other copy, and both full ones lose it.
#[test]
fn a_full_queue_leaves_it_to_the_other() {
    let full = |groups: &[usize]| {
        let mut world = two_places();
        for group in groups {
            world.groups[*group].elastic = None;
            let service = world.groups[*group].service.clone();
            let tierwise::sim::Service::Fifo(fifo) = service else { panic!() };
            world.groups[*group].service =
                tierwise::sim::Service::Fifo(tierwise::sim::Fifo { servers: 1, bound: Some(0), ..fifo });
        }
        let mut records: Vec<Record> = Vec::new();
        let result = tierwise::sim::run(&world, &mut hedged("after = '0 s'"), 0, &Default::default(), &mut records);
        result.unwrap()
    };
    let one = full(&[0]);
    assert!(one.dropped == 0 && one.answered == one.born && one.groups[0].refused > 1000, "{:?}", one.groups);
    let both = full(&[0, 1]);
    assert!(both.dropped > 100 && both.answered > 100, "{} {}", both.dropped, both.answered);
}
