//! The edge model: 1000 devices, an edge and a cloud, with known theory.
//!
//! 1000 devices give birth once a second each (Poisson); each has an uplink of 10 Mbit/s for images of 1 Mbit on average
//! (exponential); 70 % are served at an edge of 16 servers (50 /s each) 1 ms away, 30 % in a cloud of 8 (100 /s each)
//! 20 ms away; answers come back as far. Mean sojourn: M/M/1, then M/M/16 or M/M/8, 0.145078 s.
//!
//! A task counts as five events, as in other simulators (birth, sent, arrived, served, returned), whatever the engine's
//! queue had to handle. `explicit` queues every one; `elided`, the normal way, only those that others could change.

use crate::lines::Lines;
use crate::parts::{group, link, world};
use std::time::Instant;
use tierwise::problem::Problem;
use tierwise::random::Rng;
use tierwise::sim::{
    CodecId, Link, ModelId, NodeId, Policy, Request, RunOptions, RunResult, Sharing, Step, TapId, Tier, View, World,
    run,
};

pub const DEVICES: u32 = 1000;

/// Sends 30 % to the cloud.
pub struct Split {
    cloud: NodeId,
}

impl Policy for Split {
    fn next(&mut self, request: &Request, _: &View<'_>, rng: &mut Rng) -> Step {
        if request.answer.is_some() {
            return Step::Answer;
        }
        let node = if rng.chance(0.3) { self.cloud } else { NodeId(self.cloud.0 - 1) };
        Step::Compute { model: ModelId(0), upto: TapId(1), node, send: CodecId(0) }
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        request.answer.map(|_| Step::Answer)
    }
}

/// As many devices as told, together giving birth a thousand times a second, and their policy.
pub fn edge(devices: u32, seconds: f64) -> (World, Split) {
    let groups = vec![
        group("device", Tier::Device, devices, 1, 1.0),
        group("edge", Tier::Edge, 1, 16, 20.0),
        group("cloud", Tier::Cloud, 1, 8, 10.0),
    ];
    let uplink = link("uplink", 0, Sharing::Fifo, 10_000_000, 1.0);
    let links = vec![
        Link { sharing_down: Some(Sharing::Fixed), ..uplink },
        link("wan", 1, Sharing::Fixed, 1_000_000_000_000_000, 19.0),
    ];
    let rate = f64::from(DEVICES) / f64::from(devices);
    (world(groups, links, rate, Tier::Device, seconds), Split { cloud: NodeId(devices + 1) })
}

/// Full length: 1000 simulated seconds, a million tasks.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    let (world, mut split) = edge(DEVICES, 1000.0 * length);
    for (case, explicit) in [("elided", false), ("explicit", true)] {
        let begun = Instant::now();
        let result = run(&world, &mut split, 0, &RunOptions { explicit }, &mut ())?;
        note(lines, case, &result, begun.elapsed().as_secs_f64());
    }
    Ok(())
}

fn note(lines: &mut Lines, case: &str, result: &RunResult, seconds: f64) {
    let tasks = result.born as f64 * 50.0 / 49.0;
    let mut line = |metric, unit, value| lines.add(["edge", case, metric, unit], value);
    line("count", "1", tasks);
    line("wall", "s", seconds);
    line("mean sojourn", "s", result.latency.mean() / 1e9);
    line("queue events a task", "1", result.events as f64 / tasks);
    line("tasks", "1/s", tasks / seconds);
    line("events", "1/s", 5.0 * tasks / seconds);
}
