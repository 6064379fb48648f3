//! Samples over time: as the twin has them, however the run is worked out.

use crate::agree::check;
use crate::policies::{Meddler, Wanderer};
use crate::theory::{MEAN, served_by};
use crate::{made_up, twin};
use proptest::prelude::*;
use std::cell::Cell;
use tierwise::policy::Registry;
use tierwise::sim::{
    Controller, Fifo, Noise, Policy, Record, Recorder, RunOptions, RunResult, Sample, Service, World, run,
    run_controlled,
};
use tierwise::units::SimTime;

/// Keeps samples, and nothing of requests: so that they may be settled before their end.
struct Series {
    period: SimTime,
    samples: Vec<Sample>,
}

impl Series {
    fn every(period: u64) -> Self {
        Self { period: SimTime::from_ns(period), samples: Vec::new() }
    }
}

impl Recorder for Series {
    fn record(&mut self, _: &Record) {}
    fn wants(&self) -> bool {
        false
    }
    fn series(&self) -> Option<SimTime> {
        Some(self.period)
    }
    fn sample(&mut self, sample: &Sample) {
        self.samples.push(sample.clone());
    }
}

fn sampled(
    world: &World,
    policy: &mut dyn Policy,
    controller: Option<&mut dyn Controller>,
    explicit: bool,
) -> Result<Vec<Sample>, TestCaseError> {
    let mut series = Series::every(twin::PERIOD);
    let run = run_controlled(world, policy, controller, 3, &RunOptions { explicit }, &mut series);
    run.map_err(|problem| TestCaseError::fail(problem.to_string()))?;
    Ok(series.samples)
}

fn agree(found: &[Sample], twin: &[twin::Sample]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), twin.len());
    for (found, twin) in found.iter().zip(twin) {
        prop_assert_eq!((found.at.ns(), found.span_ns), (twin.at, twin.span));
        for (found, (counts, joules)) in found.groups.iter().zip(&twin.groups) {
            prop_assert_eq!(&[found.waiting_ns, found.busy_ns, found.server_ns], counts);
            let power = joules / twin.span as f64;
            prop_assert!((found.power_w - power).abs() < 1e-6 + 1e-9 * power, "{} {}", found.power_w, power);
        }
        for (found, twin) in found.links.iter().zip(&twin.links) {
            prop_assert_eq!([found.busy_ns_up, found.busy_ns_down], twin.map(|fine| fine >> 32));
        }
    }
    Ok(())
}

/// Whether some group has not as many servers as at first.
fn changed(sample: &Sample, first: &Sample) -> bool {
    let mut pairs = sample.groups.iter().zip(&first.groups);
    sample.span_ns == first.span_ns && pairs.any(|(group, first)| group.server_ns != first.server_ns)
}

#[test]
fn samples_agree() {
    let reached = Cell::new([0; 3]);
    check(300, |dice| {
        let world = made_up::wide(dice);
        let (period, forks, controlled) = (dice.below(30), dice.once_in(3), dice.once_in(2));
        let wanderer = || Wanderer::new(period).forking(forks);
        let mut meddlers = [(); 3].map(|()| Meddler { period, ..Meddler::default() });
        let [left, middle, right] =
            meddlers.each_mut().map(|meddler| controlled.then_some(meddler as &mut dyn Controller));
        let fast = sampled(&world, &mut wanderer(), left, false)?;
        let explicit = sampled(&world, &mut wanderer(), middle, true)?;
        let twin = twin::run_controlled(&world, &mut wanderer(), right, 3).map_err(TestCaseError::fail)?;
        agree(&fast, &twin.samples)?;
        prop_assert_eq!(&fast, &explicit);
        let any = |of: &dyn Fn(&Sample) -> bool| u32::from(fast.iter().any(of));
        let [waiting, servers, links] = reached.get();
        reached.set([
            waiting + any(&|s| s.groups.iter().any(|g| g.waiting_ns > 0)),
            servers + any(&|s| changed(s, &fast[0])),
            links + any(&|s| s.links.iter().any(|l| l.busy_ns_up > 0 && l.busy_ns_down > 0)),
        ]);
        Ok(())
    });
    assert!(reached.get().iter().all(|cases| *cases > 20), "{reached:?}");
}

/// What is foreseen is settled early where nobody looks, and sampled when it takes place.
#[test]
fn samples_of_shipped_policies_agree() {
    let registry = Registry::default();
    check(60, |dice| {
        let world = made_up::wide(dice);
        for entry in registry.entries() {
            let policy =
                || entry.build(&tierwise::config::Node::default()).map_err(|p| TestCaseError::fail(p.to_string()));
            let Ok(twin) = twin::run(&world, &mut policy()?, 3) else { continue };
            agree(&sampled(&world, &mut policy()?, None, false)?, &twin.samples)?;
        }
        Ok(())
    });
}

/// M/M/1 from an empty start: all periods together are the run, and the first has fewer waiting than the later ones.
#[test]
fn all_samples_are_the_run() {
    let mut world = served_by(Service::Fifo(Fifo { noise: Noise::Exponential, ..Fifo::default() }), 0.9);
    world.horizon.warm_up = SimTime::ZERO;
    let mut series = Series::every(20 * MEAN);
    let mut policy = crate::policies::Fixed {
        model: tierwise::sim::ModelId(0),
        upto: tierwise::sim::TapId(1),
        at: tierwise::sim::GroupId(0),
    };
    let result: RunResult = run(&world, &mut policy, 0, &RunOptions::default(), &mut series).unwrap();
    let sum = |of: fn(&Sample) -> u128| series.samples.iter().map(of).sum::<u128>();
    assert_eq!(sum(|s| s.groups[0].busy_ns), result.groups[0].busy_ns);
    assert_eq!(sum(|s| s.groups[0].waiting_ns), result.groups[0].queue_ns);
    assert_eq!(sum(|s| s.span_ns.into()), u128::from(world.horizon.end.ns()));
    let waiting = |s: &Sample| s.mean(s.groups[0].waiting_ns);
    let mean = series.samples.iter().map(waiting).sum::<f64>() / series.samples.len() as f64;
    assert!(series.samples.len() > 1000 && waiting(&series.samples[0]) < mean, "{mean}");
}
