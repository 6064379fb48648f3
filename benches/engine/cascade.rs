//! The edge model with what real networks said of real images: a confidence cascade beside a fixed policy.
//!
//! 1000 devices give birth once a second each; the smaller network runs on each device (20 ms), the larger at the edge of
//! 16 servers (20 ms), 10 Mbit/s away. `fixed` asks both for every image, whatever the first said; `cascade`, the shipped
//! policy, goes on where the first's confidence is below 0.9. Both foresee their answers.

use crate::edge::DEVICES;
use crate::lines::Lines;
use crate::parts::{group, link, model, world};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tierwise::catalog::{ModelTables, Split};
use tierwise::policy::Registry;
use tierwise::problem::Problem;
use tierwise::random::Rng;
use tierwise::scenario::Loader;
use tierwise::sim::{
    CodecId, Model, ModelId, NodeId, Policy, Request, RunOptions, Sharing, Site, Size, Step, TapId, Tier, View, World,
    run,
};
use tierwise::study::Files;

/// The networks in `results/models`, the smaller first.
const NETWORKS: [&str; 2] = ["n-kd-1", "teacher"];

/// Asks both networks.
struct Both {
    edge: NodeId,
}

impl Policy for Both {
    fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
        let (model, node) = match request.answer.map(|answer| answer.model) {
            Some(ModelId(1)) => return Step::Answer,
            Some(_) => (ModelId(1), self.edge),
            None => (ModelId(0), request.home),
        };
        Step::Compute { model, upto: TapId(1), node, send: CodecId(0) }
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        request.answer.filter(|answer| answer.model == ModelId(1)).map(|_| Step::Answer)
    }
}

/// Full length: 1000 simulated seconds, a million tasks.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    let world = real(1000.0 * length)?;
    let options = "path = ['small@device', 'large@edge']\nthresholds = { fixed = [0.9] }";
    let options = options.parse().map_err(|p| Problem::new(format!("{p:?}")))?;
    let mut cascade = Registry::default().get("cascade")?.build(&options)?;
    time("fixed", &world, &mut Both { edge: NodeId(DEVICES) }, lines)?;
    time("cascade", &world, &mut cascade, lines)
}

fn time<P: Policy>(case: &str, world: &World, policy: &mut P, lines: &mut Lines) -> Result<(), Problem> {
    let begun = Instant::now();
    let result = run(world, policy, 0, &RunOptions::default(), &mut ())?;
    let (seconds, tasks) = (begun.elapsed().as_secs_f64(), result.born as f64 * 50.0 / 49.0);
    let mut line = |metric, unit, value| lines.add(["cascade", case, metric, unit], value);
    line("count", "1", tasks);
    line("accuracy", "1", result.right as f64 / result.answered as f64);
    line("queue events a task", "1", result.events as f64 / tasks);
    line("tasks", "1/s", tasks / seconds);
    Ok(())
}

fn real(seconds: f64) -> Result<World, Problem> {
    let tables = NETWORKS.map(tables);
    let [small, large] = tables.map(|tables| tables.map(Arc::new));
    let (small, large) = (small?, large?);
    let mut groups = vec![group("device", Tier::Device, DEVICES, 1, 20.0), group("edge", Tier::Edge, 1, 24, 20.0)];
    let work = groups[0].work[0].take();
    groups[0].work = vec![work.clone(), None];
    groups[1].work = vec![None, work];
    let uplink = link("uplink", 0, Sharing::Fifo, 10_000_000, 1.0);
    let mut world = world(groups, vec![uplink], 1.0, Tier::Device, seconds);
    let classes = u64::from(small.label.iter().max().map_or(0, |most| most + 1));
    world.labels = Arc::new(small.label.clone());
    world.workloads[0].sites = vec![Site { cumulative: (1..=classes).map(|c| (c << 32) / classes).collect() }];
    world.models = vec![role("small", small), role("large", large)];
    Ok(world)
}

fn tables(variant: &str) -> Result<ModelTables, Problem> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/models").join(variant);
    Files::default().tables(&folder, Split::Test).map_err(|problems| Problem::new(format!("{problems}")))
}

fn role(name: &str, tables: Arc<ModelTables>) -> Model {
    let mut role = Model { name: name.into(), variant: name.into(), validation: tables.clone(), tables, ..model() };
    role.taps[0].sizes = vec![Some(Size::Fixed(784))];
    role
}
