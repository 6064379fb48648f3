//! A fair-shared link with open arrivals: M/M/1 with processor sharing.
//!
//! Flows of 1 Mbit on average (exponential) arrive at a link of 1 Gbit/s as a Poisson process of such a rate that K are
//! under way on average: utilisation K/(K+1). Every flow is a request of the public API: it is born, asks its policy, is
//! sent, computed for a nanosecond at the other end, and answered there.

use crate::lines::Lines;
use crate::parts::{group, link, world};
use std::time::Instant;
use tierwise::problem::Problem;
use tierwise::random::Rng;
use tierwise::sim::{
    CodecId, ModelId, NodeId, Policy, Request, RunOptions, Sharing, Step, TapId, Tier, View, World, run,
};

/// Mean airtime of a flow, in seconds.
const AIRTIME_S: f64 = 1e-3;

/// Sends each to the other end of the link.
struct Over;

impl Policy for Over {
    fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
        match request.answer {
            Some(_) => Step::Answer,
            None => Step::Compute { model: ModelId(0), upto: TapId(1), node: NodeId(1), send: CodecId(0) },
        }
    }
}

fn fair(rate: f64, flows: f64) -> World {
    let groups = vec![group("source", Tier::Device, 1, 1, 0.0), group("end", Tier::Edge, 1, 1, 0.0)];
    let links = vec![link("link", 0, Sharing::Fair, 1_000_000_000, 0.0)];
    world(groups, links, rate, Tier::Edge, flows / rate)
}

/// Full length: four million flows.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for under_way in [10.0, 100.0, 1000.0] {
        let rate = under_way / (under_way + 1.0) / AIRTIME_S;
        let world = fair(rate, 4e6 * length);
        let begun = Instant::now();
        let result = run(&world, &mut Over, 0, &RunOptions::default(), &mut ())?;
        let (seconds, flows) = (begun.elapsed().as_secs_f64(), result.born as f64 * 50.0 / 49.0);
        let case = format!("{under_way}");
        let mut line = |metric, unit, value| lines.add(["fair", &case, metric, unit], value);
        line("count", "1", flows);
        line("wall", "s", seconds);
        line("under way", "1", rate * result.latency.mean() / 1e9);
        line("flows", "1/s", flows / seconds);
    }
    Ok(())
}
