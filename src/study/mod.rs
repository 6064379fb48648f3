//! All runs of a scenario: points × policies × replications in parallel, statistics over them, and their tables.
//!
//! [`Study::load`] brings scenario and models together and finds everything that is wrong with them; [`Study::run`] runs
//! it, or takes what an equal study already stored. A folder of results holds `manifest.json`, `runs.parquet`,
//! `summary.parquet`, `differences.parquet` and `latency.parquet`, and `series.parquet` and `requests/` if wanted: all of
//! one study, or nothing. Equal studies store equal bytes, on any number of threads.

mod beside;
mod cell;
mod execute;
pub mod flags;
mod key;
mod loader;
mod manifest;
pub mod metric;
mod requests;
mod result;
mod table;
mod tables;
#[cfg(test)]
mod tests;
mod text;
mod warm_up;
mod words;

pub use loader::Files;
pub use manifest::{MANIFEST, Manifest, PointNote, Profile, TraceNote};
pub use result::StudyResult;
pub use tables::{DIFFERENCES, Difference, LATENCY, RUNS, Row, SERIES, SUMMARY};

use crate::policy::Registry;
use crate::problem::{Problem, Problems};
use crate::scenario::{Library, Loader, Scenario};
use crate::sim::{self, Controller, Recorder, RunOptions, RunResult, World};
use crate::store::atomic::{self, Batch};
use cell::Cell;
use execute::{Actors, Plan, Simulate};
use std::path::PathBuf;

/// The confidence of all intervals.
pub const CONFIDENCE: f64 = 0.95;

/// What an older study may have left and this one may not replace: stories of requests, samples, and the page drawn from
/// its tables.
const OUTDATED: [&str; 3] = ["requests", SERIES, "report.html"];

/// How to run a study, and where to.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How many threads; 0: as many as there are processors.
    pub threads: usize,
    /// The folder of results.
    pub out: PathBuf,
    /// Whether each request's story is kept, whatever the scenario says.
    pub requests: bool,
    /// Whether to run even if an equal study is already there.
    pub force: bool,
}

/// A scenario with its models, ready to run.
pub struct Study<'a> {
    scenario: &'a Scenario,
    registry: &'a Registry,
    library: Library,
}

impl<'a> Study<'a> {
    /// Loads the models of a scenario, builds the world of each point and starts each policy once.
    ///
    /// # Errors
    /// All that is missing or does not go together.
    pub fn load(scenario: &'a Scenario, registry: &'a Registry, loader: &dyn Loader) -> Result<Self, Problems> {
        let library = scenario.load(loader)?;
        scenario.check(&library, registry)?;
        Ok(Self { scenario, registry, library })
    }

    /// Runs everything, unless an equal study is already in the folder.
    ///
    /// # Errors
    /// All that went wrong; the folder is then as it was.
    pub fn run(&self, options: &Options) -> Result<StudyResult, Problems> {
        self.run_with(options, &engine)
    }

    fn run_with(&self, options: &Options, simulate: &Simulate<'_>) -> Result<StudyResult, Problems> {
        let manifest = Manifest::of(self.scenario, &self.library);
        let requests = options.requests || self.scenario.file().record.requests;
        let key = key::of(&manifest, requests)?;
        if let Some(result) = stored(options, &key) {
            return Ok(result);
        }
        let mut batch = Batch::create(&options.out)?;
        OUTDATED.iter().for_each(|name| batch.remove(*name));
        let plan = Plan {
            scenario: self.scenario,
            registry: self.registry,
            worlds: self.worlds()?,
            simulate,
            requests: requests.then_some(&batch),
        };
        let cells = plan.execute(options.threads)?;
        let result = self.store(manifest, self.flagged(cells), &plan, &batch, options)?;
        atomic::write(&batch.path(key::KEY), key.as_bytes())?;
        batch.commit(MANIFEST)?;
        Ok(result)
    }

    fn worlds(&self) -> Result<Vec<World>, Problems> {
        self.scenario.points().iter().map(|point| self.scenario.world(point, &self.library)).collect()
    }

    /// A model chosen on test images marks everything.
    fn flagged(&self, mut cells: Vec<Cell>) -> Vec<Cell> {
        if self.library.iter().any(|(_, variant)| variant.profile.tuned_on_test) {
            cells.iter_mut().for_each(|cell| cell.flags.extend([flags::TUNED_ON_TEST]));
        }
        cells
    }

    fn store(
        &self,
        manifest: Manifest,
        cells: Vec<Cell>,
        plan: &Plan<'_>,
        batch: &Batch,
        options: &Options,
    ) -> Result<StudyResult, Problem> {
        let placed = tables::placed(self.scenario, &cells);
        let rows = tables::summary(&placed, &plan.worlds);
        let differences = tables::differences(&placed);
        tables::runs(&placed).write(&batch.path(RUNS))?;
        tables::latency(&placed).write(&batch.path(LATENCY))?;
        if let Some(series) = tables::series(&placed, &plan.worlds) {
            series.write(&batch.path(SERIES))?;
        }
        Row::columns(&rows, &placed).write(&batch.path(SUMMARY))?;
        Difference::columns(&differences, &placed).write(&batch.path(DIFFERENCES))?;
        let manifest = manifest.with_results(&rows, &differences);
        atomic::write(&batch.path(MANIFEST), manifest.text().as_bytes())?;
        Ok(StudyResult { folder: options.out.clone(), manifest, rows, differences, reused: false })
    }
}

/// What an equal study stored, if it is still whole.
fn stored(options: &Options, key: &str) -> Option<StudyResult> {
    let there = !options.force && key::done(&options.out, key);
    let result = there.then(|| StudyResult::read(&options.out).ok()).flatten()?;
    Some(StudyResult { reused: true, ..result })
}

fn engine(
    world: &World,
    actors: &mut Actors,
    replication: u64,
    recorder: &mut dyn Recorder,
) -> Result<RunResult, Problem> {
    let controller = actors.controller.as_mut().map(|controller| controller as &mut dyn Controller);
    sim::run_controlled(world, &mut actors.policy, controller, replication, &RunOptions::default(), recorder)
}
