//! Points × policies × replications, in parallel: each run by itself, results in order.

use super::beside::{Beside, Seen};
use super::cell::Cell;
use super::flags;
use super::requests::Requests;
use super::warm_up::Answers;
use crate::policy::{AnyController, AnyPolicy, Registry};
use crate::problem::{Problem, Problems};
use crate::scenario::{Point, Scenario};
use crate::sim::{Policy, Recorder, RunResult, World};
use crate::store::atomic::Batch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

/// Replications of one cell whose results are in memory at once.
const AT_ONCE: usize = 64;

/// How one replication is run: the engine, or a test's made-up one.
pub type Simulate<'a> = dyn Fn(&World, &mut Actors, u64, &mut dyn Recorder) -> Result<RunResult, Problem> + Sync + 'a;

/// Who decides in a replication.
pub struct Actors {
    /// What is compared.
    pub policy: AnyPolicy,
    /// The scenario's controller, if it has one.
    pub controller: Option<AnyController>,
}

/// What is to be run, and how.
pub struct Plan<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its strategies.
    pub registry: &'a Registry,
    /// The world of each of its points.
    pub worlds: Vec<World>,
    /// The engine.
    pub simulate: &'a Simulate<'a>,
    /// Where each request's story goes, if anywhere.
    pub requests: Option<&'a Batch>,
}

impl Plan<'_> {
    /// Runs everything on so many threads; a cell for each point and policy, in order.
    ///
    /// # Errors
    /// All that went wrong, each once.
    pub fn execute(&self, threads: usize) -> Result<Vec<Cell>, Problems> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| Problem::new(format!("cannot start threads: {e}")))?;
        let bar = bar(self.jobs());
        let cells: Vec<Result<Cell, Problem>> = pool.install(|| {
            self.cells().into_par_iter().with_max_len(1).map(|(point, policy)| self.cell(point, policy, &bar)).collect()
        });
        bar.finish_and_clear();
        all(cells)
    }

    fn jobs(&self) -> u64 {
        let of = |p: &Point| p.file.policies.len() as u64 * u64::from(p.file.run.replications);
        self.scenario.points().iter().map(of).sum()
    }

    fn cells(&self) -> Vec<(&Point, &str)> {
        self.scenario.points().iter().flat_map(|p| p.file.policies.names().map(move |name| (p, name))).collect()
    }

    /// Replications run in parallel, too, and are taken in order.
    fn cell(&self, point: &Point, policy: &str, bar: &ProgressBar) -> Result<Cell, Problem> {
        let world = &self.worlds[point.index as usize];
        let one = |replication: &u32| {
            let run = self.run(point, policy, *replication);
            bar.inc(1);
            run
        };
        let replications: Vec<u32> = (0..point.file.run.replications).collect();
        let mut cell = Cell::default();
        for some in replications.chunks(AT_ONCE) {
            let runs: Vec<_> = some.par_iter().with_max_len(1).map(one).collect();
            for run in runs {
                let Seen { run, truth, samples, answers } = run?;
                cell.add(world, &run)?;
                cell.samples.push(samples);
                answers.iter().for_each(|answers| cell.answers.merge(answers));
                cell.flags.extend(flags::of(world, &run, truth));
            }
        }
        cell.flags.extend((!cell.answers.settled(world.horizon.warm_up)).then_some(flags::UNSETTLED));
        cell.finish(point.file.seed, u64::from(point.index));
        Ok(cell)
    }

    /// One replication.
    fn run(&self, point: &Point, name: &str, replication: u32) -> Result<Seen, Problem> {
        let world = &self.worlds[point.index as usize];
        let spec = point.file.policies.get(name).ok_or_else(|| Problem::new(format!("no policy `{name}`")))?;
        let controller = point.file.controller.as_ref().map(|spec| self.registry.build_controller(spec)).transpose()?;
        let mut actors = Actors { policy: self.registry.build(spec)?, controller };
        let truth = actors.policy.needs().truth;
        let failed = |problem: Problem| told(problem, point, name, replication);
        let mut simulate = |recorder: &mut dyn Recorder| {
            let mut beside = Beside::new(recorder, point.file.run.series, Answers::of(point, world));
            let run = (self.simulate)(world, &mut actors, replication.into(), &mut beside).map_err(failed)?;
            Ok::<_, Problem>(Seen { run, truth, samples: beside.samples, answers: beside.answers })
        };
        match self.requests {
            None => simulate(&mut ()),
            Some(batch) => {
                let file = format!("requests/{}-{name}-{replication}.parquet", point.index);
                let mut requests = Requests::create(&batch.path(&file), world)?;
                let run = simulate(&mut requests)?;
                requests.finish()?;
                Ok(run)
            }
        }
    }
}

fn told(mut problem: Problem, point: &Point, policy: &str, replication: u32) -> Problem {
    problem.what = format!("policy `{policy}`, point {}, replication {replication}: {}", point.index, problem.what);
    problem
}

/// All cells, or each problem once.
fn all(cells: Vec<Result<Cell, Problem>>) -> Result<Vec<Cell>, Problems> {
    let (mut good, mut problems) = (Vec::new(), Problems::default());
    for cell in cells {
        good.extend(problems.note(cell));
    }
    problems.or(good)
}

/// Drawn on a terminal only.
fn bar(jobs: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} left");
    let bar = ProgressBar::with_draw_target(Some(jobs), ProgressDrawTarget::stderr());
    style.map_or(bar.clone(), |style| bar.with_style(style))
}
