//! Runs that were never simulated.

use crate::policy::{AnyPolicy, Registry, Shipped};
use crate::problem::Problem;
use crate::scenario::{Scenario, made_up};
use crate::sim::*;
use crate::stats::Sketch;
use crate::study::execute::Actors;
use crate::study::{Options, Study, StudyResult};
use crate::units::SimTime;
use std::path::Path;

/// Images that the made-up models know.
const IMAGES: u64 = 8;

/// How often policies are right about image `i`, in tenths: staying errs on the last images, going hardly ever.
fn right(policy: &AnyPolicy, image: u64) -> u64 {
    match policy {
        AnyPolicy::Shipped(Shipped::Local(_)) => 10 - image,
        AnyPolicy::Shipped(Shipped::Cloud(_)) => 10 - image / 7,
        _ => 10 - image / 3,
    }
}

/// Milliseconds that the fastest request takes.
fn latency(policy: &AnyPolicy) -> u64 {
    match policy {
        AnyPolicy::Shipped(Shipped::Local(_)) => 30,
        AnyPolicy::Shipped(Shipped::Cloud(_)) => 90,
        _ => 40,
    }
}

/// A run: ten requests about each image and a further one about the replication's own, all answered, some late.
pub(super) fn simulate(
    world: &World,
    actors: &mut Actors,
    replication: u64,
    recorder: &mut dyn Recorder,
) -> Result<RunResult, Problem> {
    let policy = &actors.policy;
    let mut sketch = Sketch::new();
    let mut per_image = Vec::new();
    for image in 0..IMAGES {
        let asked = 10 + u64::from(image == replication % IMAGES);
        let right = right(policy, image).min(asked);
        (0..asked).for_each(|k| sketch.record((latency(policy) + k + replication) * 1_000_000));
        let [born, right] = [asked as u32, right as u32];
        per_image.push(ImageAccount { born, answered: born, right, right_on_time: right });
        recorder.record(&record(image, replication));
    }
    let born = 10 * IMAGES + 1;
    let right = per_image.iter().map(|i| u64::from(i.right)).sum();
    let busy = |group: &NodeGroup| GroupAccount {
        nodes: group.count,
        servers: 1,
        span_ns: 1000,
        busy_ns: 100 * u128::from(group.count),
        served: 1,
        ..GroupAccount::default()
    };
    let link = LinkAccount { channels: 1, span_ns: 1000, bytes_up: 1 << 20, ..LinkAccount::default() };
    let link = LinkAccount { busy_ns_up: 500, busy_ns_down: 250, ..link };
    Ok(RunResult {
        born,
        answered: born,
        dropped: 0,
        failed: 0,
        failures: Vec::new(),
        in_flight: 0,
        right,
        on_time: born,
        right_on_time: right,
        late: 0,
        latency: sketch,
        groups: world.groups.iter().map(busy).collect(),
        levels: Vec::new(),
        capacity: Vec::new(),
        memory: Vec::new(),
        links: world.links.iter().map(|_| link).collect(),
        resent: world.links.iter().map(|_| Resent::default()).collect(),
        per_image,
        answered_by: vec![(ModelId(0), GroupId(0), born - 10), (ModelId(0), GroupId(1), 10)],
        marginal_j: 0.5 * latency(policy) as f64 + replication as f64,
        device_j: 70.0,
        system_j: 700.0,
        events: 1234,
    })
}

fn record(image: u64, replication: u64) -> Record {
    let answer = AnsweredBy { model: ModelId(0), tap: TapId(1), node: NodeId(0), prediction: 1, confidence: 0.5 };
    Record {
        birth: image,
        workload: 0,
        home: NodeId(0),
        image: image as u32,
        class: 1,
        born: SimTime::from_ns(10 * image),
        ended: SimTime::from_ns(10 * image + replication),
        outcome: Ending::Answered,
        answer: (image > 0).then_some(answer),
        right: image > 0,
        late: false,
        steps: 2,
        bytes_up: 100,
        bytes_down: 7,
        compute_ns: [5, 0, 3],
        counted: true,
    }
}

/// The made-up scenario with a text changed.
pub(super) fn scenario(from: &str, to: &str) -> Scenario {
    made_up::scenario(&made_up::TEXT.replace(from, to)).expect("a scenario")
}

/// Runs the scenario into a folder.
pub(super) fn run(
    scenario: &Scenario,
    options: &Options,
    simulate: &crate::study::Simulate<'_>,
) -> Result<StudyResult, crate::problem::Problems> {
    let registry = Registry::default();
    Study::load(scenario, &registry, &made_up::MadeUp::new())?.run_with(options, simulate)
}

pub(super) fn options(out: &Path, threads: usize) -> Options {
    Options { threads, out: out.into(), ..Options::default() }
}
