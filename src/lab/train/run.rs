//! The training loop.

use super::augment::Augment;
use super::average;
use super::checkpoint::{Checkpoint, Epoch};
use super::cost::Clock;
use super::mix::Mixed;
use super::objective::{Objective, Seen, cross_entropy};
use super::optimiser::{Memory, Step};
use super::order::{order, weighted};
use super::pace::Pace;
use super::progress::Progress;
use super::schedule::rate;
use super::settings::Train;
use crate::catalog::Cost;
use crate::lab::architecture::{Architecture, counts};
use crate::lab::data::{Dataset, Images};
use crate::lab::network::{Executor, Folded, Trainee, Weights, broken};
use crate::lab::prune::Mask;
use crate::problem::Problem;
use candle_core::{Device, Tensor, Var};
use std::path::Path;
use std::time::Instant;

/// What is to be trained, how, and on what.
pub struct Job<'a> {
    /// The description.
    pub architecture: &'a Architecture,
    /// Seed of initial weights, order and augmentation.
    pub seed: u64,
    /// How.
    pub settings: &'a Train,
    /// What is made small.
    pub objective: &'a dyn Objective,
    /// On what; only training and validation images are looked at.
    pub data: &'a Dataset,
    /// Identifies the job: a checkpoint of another is not gone on from.
    pub content: &'a str,
    /// The weights to begin with, of the same architecture; absent: initial ones.
    pub start: Option<&'a Weights>,
    /// Weights that stay zero.
    pub mask: Option<&'a Mask>,
    /// Where the state is kept, if anywhere, after every epoch.
    pub checkpoint: Option<&'a Path>,
    /// Stops after so many steps in all, as if cut off; the state is then kept.
    pub until: Option<u64>,
}

/// A training's result.
#[derive(Debug)]
pub struct Trained {
    /// The network.
    pub trainee: Trainee,
    /// Every epoch.
    pub history: Vec<Epoch>,
    /// Spent, over all runs of the job.
    pub cost: Cost,
}

/// Forward and two backward products.
const PASSES: u64 = 3;

/// Trains, from the last checkpoint if there is one.
///
/// # Errors
/// An architecture that does not fit, a broken checkpoint, output errors, a loss that is no number (the last checkpoint
/// then stays), and an end that was asked for (the state is then kept).
pub fn train(job: &Job, progress: &Progress) -> Result<Trained, Problem> {
    // On a worker itself: sharing work is then no call from outside, which sleeps until all is done.
    rayon::scope(|_| steps(job, progress))
}

fn steps(job: &Job, progress: &Progress) -> Result<Trained, Problem> {
    let mut run = Run::start(job)?;
    progress.begin(run.state.step, run.steps);
    let end = job.until.unwrap_or(u64::MAX).min(run.steps);
    let mut pace = Pace::new();
    let mut timer = (Instant::now(), run.state.step);
    while run.state.step < end {
        let loss = pace.step(|| run.step())??;
        progress.step(loss);
        if run.state.step.is_multiple_of(run.per_epoch) {
            run.end_epoch()?;
            let step_s = timer.0.elapsed().as_secs_f64() / (run.state.step - timer.1) as f64;
            let done = &run.state.history;
            if let Some(last) = done.last() {
                progress.epoch(done.len(), job.settings.epochs, last, (step_s, job.settings.batch));
            }
            timer = (Instant::now(), run.state.step);
        }
        if progress.is_over() {
            run.keep()?;
            progress.end();
            return Err(stopped(job, run.state.step, run.steps));
        }
    }
    run.keep()?;
    run.settle()?;
    progress.end();
    Ok(Trained { trainee: run.trainee, history: run.state.history, cost: run.state.cost })
}

struct Run<'a> {
    job: &'a Job<'a>,
    trainee: Trainee,
    own: Var,
    memory: Memory,
    augment: Augment<'a>,
    order: (u64, Vec<u32>),
    state: Checkpoint,
    clock: Clock,
    macs: f64,
    per_epoch: u64,
    steps: u64,
}

impl<'a> Run<'a> {
    fn start(job: &'a Job<'a>) -> Result<Self, Problem> {
        let initial = || Trainee::new(job.architecture, job.seed);
        let mut trainee = job.start.map_or_else(initial, Weights::trainee)?;
        trainee.aware(job.settings.aware);
        let own = job.objective.own(job.seed);
        let mut memory = Memory::new(job.settings.optimiser, &trainee.plan.layout, own.len());
        let own = Var::from_slice(&own, own.len(), &Device::Cpu).map_err(broken)?;
        let found = job.checkpoint.map(|path| Checkpoint::load(path, job.content)).transpose()?.flatten();
        let resumed =
            found.filter(|c| c.memory.len() == memory.vectors.len() && c.parameters.len() == memory.vectors[0].len());
        let state = match resumed {
            Some(state) => {
                set(&trainee, &own, &state.parameters).map_err(broken)?;
                memory.vectors.clone_from(&state.memory);
                trainee.statistics.clone_from(&state.statistics);
                state
            }
            None => fresh(job.content),
        };
        let per_epoch = (job.data.train.len() / job.settings.batch) as u64;
        let augment = Augment::new(job.settings, job.seed, &job.data.scaling, job.data.input);
        let steps = per_epoch * u64::from(job.settings.epochs);
        let clock = Clock::start(state.cost);
        Ok(Self {
            job,
            trainee,
            own,
            memory,
            augment,
            order: (u64::MAX, Vec::new()),
            state,
            clock,
            macs: 0.0,
            per_epoch,
            steps,
        })
    }

    /// Which images an epoch shows, in order.
    fn shown(&self, epoch: u64) -> Vec<u32> {
        let images = &self.job.data.train;
        match self.job.objective.sampling((epoch * self.per_epoch) as f64 / self.steps as f64) {
            Some(weights) => weighted(&images.label, &weights, self.job.seed, epoch),
            None => order(images.len(), self.job.seed, epoch),
        }
    }

    /// One step; gives its loss.
    fn step(&mut self) -> Result<f64, Problem> {
        let (epoch, at) = (self.state.step / self.per_epoch, (self.state.step % self.per_epoch) as usize);
        if self.order.0 != epoch {
            self.order = (epoch, self.shown(epoch));
        }
        let batch = self.job.settings.batch;
        let positions = &self.order.1[at * batch..(at + 1) * batch];
        let moment = Moment { step: self.state.step, epoch, done: self.state.step as f64 / self.steps as f64 };
        let (loss, mut gradient) =
            differentiate(self.job, &mut self.trainee, &self.own, &self.augment, positions, moment).map_err(broken)?;
        if !loss.is_finite() {
            return Err(diverged(self.state.step, loss));
        }
        let Train { momentum, decay, ema, .. } = *self.job.settings;
        let number = self.state.step + 1;
        let rate = rate(self.job.settings, self.state.step, self.steps) as f32;
        let at = Step { number, rate, momentum: momentum as f32, decay: decay as f32 };
        let mut parameters = all(&self.trainee, &self.own).map_err(broken)?;
        self.memory.step(at, &mut parameters, &mut gradient);
        if let Some(mask) = self.job.mask {
            mask.apply(&mut parameters);
        }
        set(&self.trainee, &self.own, &parameters).map_err(broken)?;
        if let Some(decay) = ema {
            let own = &parameters[..self.trainee.plan.layout.len()];
            average::follow(&mut self.state.average, decay, number, own.iter().chain(&self.trainee.statistics));
        }
        self.state.step = number;
        self.state.loss += loss;
        Ok(loss)
    }

    fn end_epoch(&mut self) -> Result<(), Problem> {
        let own: u64 = counts(self.job.architecture)?.iter().map(|c| c.macs).sum();
        let images = self.per_epoch * self.job.settings.batch as u64;
        self.macs += images as f64 * (PASSES * own) as f64;
        self.macs += self.job.data.validation.len() as f64 * own as f64;
        let validation = self.validate()?;
        self.state.history.push(Epoch { loss: self.state.loss / self.per_epoch as f64, validation });
        self.state.loss = 0.0;
        self.keep()
    }

    /// What is kept is the moving average, where there is one: puts it in the place of weights and statistics.
    fn settle(&mut self) -> Result<(), Problem> {
        if self.state.average.is_empty() {
            return Ok(());
        }
        let (parameters, statistics) = self.state.average.split_at(self.trainee.plan.layout.len());
        self.trainee.statistics = statistics.to_vec();
        self.trainee.set_flat(parameters).map_err(broken)
    }

    /// Accuracy on the validation images of what would be kept.
    fn validate(&mut self) -> Result<f64, Problem> {
        let (parameters, statistics) = (self.trainee.flat().map_err(broken)?, self.trainee.statistics.clone());
        self.settle()?;
        let validation = accuracy(&self.trainee, self.job.data)?;
        self.trainee.statistics = statistics;
        self.trainee.set_flat(&parameters).map_err(broken)?;
        Ok(validation)
    }

    /// Writes down the state.
    fn keep(&mut self) -> Result<(), Problem> {
        self.state.parameters = all(&self.trainee, &self.own).map_err(broken)?;
        self.state.memory.clone_from(&self.memory.vectors);
        self.state.statistics.clone_from(&self.trainee.statistics);
        self.state.cost = self.clock.cost(self.macs + self.job.objective.spent() as f64);
        self.job.checkpoint.map_or(Ok(()), |path| self.state.save(path))
    }
}

fn fresh(content: &str) -> Checkpoint {
    Checkpoint {
        content: content.into(),
        step: 0,
        loss: 0.0,
        history: Vec::new(),
        cost: Cost::default(),
        parameters: Vec::new(),
        memory: Vec::new(),
        statistics: Vec::new(),
        average: Vec::new(),
    }
}

fn stopped(job: &Job, step: u64, steps: u64) -> Problem {
    let problem = Problem::new(format!("stopped after step {step} of {steps}, as asked"));
    match job.checkpoint {
        Some(path) => problem.in_file(path).remedy("run the recipe again: it goes on from this checkpoint"),
        None => problem,
    }
}

/// How it is told that a loss is no number.
const DIVERGED: &str = "the loss is no finite number";

/// Whether a training ended because its loss was no number.
pub fn has_diverged(problem: &Problem) -> bool {
    problem.what.starts_with(DIVERGED)
}

fn diverged(step: u64, loss: f64) -> Problem {
    Problem::new(format!("{DIVERGED} after {step} steps"))
        .received(loss)
        .remedy("lower `rate` or lengthen `warm-up`; the last checkpoint is kept")
}

/// The network's parameters, then the loss's.
fn all(trainee: &Trainee, own: &Var) -> candle_core::Result<Vec<f32>> {
    let mut all = trainee.flat()?;
    all.extend(own.to_vec1::<f32>()?);
    Ok(all)
}

/// Replaces the network's parameters and the loss's.
fn set(trainee: &Trainee, own: &Var, all: &[f32]) -> candle_core::Result<()> {
    let (network, rest) = all.split_at(trainee.plan.layout.len());
    trainee.set_flat(network)?;
    own.set(&Tensor::from_slice(rest, rest.len(), &Device::Cpu)?)
}

/// Where in the training a step is.
#[derive(Clone, Copy)]
struct Moment {
    /// Steps done.
    step: u64,
    /// Epochs done.
    epoch: u64,
    /// Share of all steps.
    done: f64,
}

/// Loss and gradient, network's and then loss's own, of one batch.
fn differentiate(
    job: &Job,
    trainee: &mut Trainee,
    own: &Var,
    augment: &Augment,
    positions: &[u32],
    at: Moment,
) -> candle_core::Result<(f64, Vec<f32>)> {
    let images = &job.data.train;
    let labels: Vec<u32> = positions.iter().map(|&p| u32::from(images.label[p as usize])).collect();
    let Moment { step, epoch, done } = at;
    let mixed = Mixed::draw(job.settings, job.seed, step, job.data.input);
    if let Some(share) = job.settings.dropout {
        trainee.drop_out(share, job.seed, step);
    }
    let targets = targets(&labels, job, mixed)?;
    let labels = Tensor::from_vec(labels, positions.len(), &Device::Cpu)?;
    let fill = |input: &mut [f32]| {
        augment.fill(images, positions, epoch, input);
        mixed.images(input, job.data.input);
    };
    let (mut wanted, exits) = (job.objective.wants(), job.architecture.exits());
    let own_features = wanted.len();
    wanted.extend(exits.iter().map(|exit| exit.tensor));
    let (logits, features) = trainee.forward_with(positions.len(), &wanted, fill)?;
    let (features, early) = features.split_at(own_features);
    let (logits, labels, targets) = (&logits, &labels, &targets);
    let looks = if mixed == Mixed::No { augment.looks(images, positions, epoch) } else { Vec::new() };
    let looks = looks.as_slice();
    let loss = trainee.with_input(|input| {
        job.objective.loss(&Seen {
            input,
            logits,
            labels,
            targets,
            features,
            own: own.as_tensor(),
            positions,
            looks,
            done,
        })
    })?;
    let loss = early.iter().try_fold(loss, |loss, logits| {
        let logits = logits.flatten_from(1)?;
        loss + (cross_entropy(&logits, targets)? * job.settings.exit_weight.unwrap_or(1.0))?
    })?;
    let gradients = loss.backward()?;
    let mut gradient = Vec::new();
    for of in [&trainee.parameters, own] {
        let found = gradients.get(of.as_tensor()).map(|g| g.to_vec1()).transpose()?;
        gradient.extend(found.unwrap_or_else(|| vec![0.0; of.elem_count()]));
    }
    Ok((f64::from(loss.to_scalar::<f32>()?), gradient))
}

/// Right classes as probabilities, `[n][classes]`: smoothed, then mixed as the images are.
fn targets(labels: &[u32], job: &Job, mixed: Mixed) -> candle_core::Result<Tensor> {
    let classes = job.data.classes.len();
    let spread = job.settings.label_smoothing.unwrap_or(0.0);
    let each = spread / classes as f64;
    let mut out = vec![each as f32; labels.len() * classes];
    let rows = out.chunks_exact_mut(classes).zip(labels);
    rows.for_each(|(row, &label)| row[label as usize] = (1.0 - spread + each) as f32);
    mixed.targets(&mut out, classes, job.data.input);
    Tensor::from_vec(out, (labels.len(), classes), &Device::Cpu)
}

/// Accuracy on the validation images, by running statistics.
fn accuracy(trainee: &Trainee, data: &Dataset) -> Result<f64, Problem> {
    let executor = Executor::new(Folded::of(trainee)?)?;
    let images: &Images = &data.validation;
    let logits = executor.logits(&images.scaled(&data.scaling));
    let rows = logits.chunks_exact(data.classes.len());
    let right = rows.zip(&images.label).filter(|(row, label)| best(row) == usize::from(**label)).count();
    Ok(right as f64 / images.len().max(1) as f64)
}

/// The first of the largest.
pub fn best(row: &[f32]) -> usize {
    row.iter().enumerate().fold(0, |best, (i, v)| if *v > row[best] { i } else { best })
}
