//! What all trials of a search have in common, and what is done with one.

use super::Options;
use super::record::Record;
use crate::catalog::DevicePreset;
use crate::config::Document;
use crate::lab::answers::Shipped;
use crate::lab::data::Dataset;
use crate::lab::graph::{self, Bench, Plan};
use crate::lab::network::Trainee;
use crate::lab::recipe::{Instance, Recipe};
use crate::lab::search::architecture::{Facts, Precision, Proxy};
use crate::lab::train::{Progress, Train, Trained, best, has_diverged};
use crate::problem::{Problem, Problems};
use std::path::PathBuf;

/// Where trials are made.
pub struct Shop<'a> {
    pub name: &'a str,
    /// The recipe, the base trained for as many epochs as a whole training has.
    pub recipe: &'a Recipe,
    pub document: &'a Document,
    /// Without test images.
    pub data: &'a Dataset,
    /// How what a trial needs is found.
    pub making: &'a graph::Options,
    pub options: &'a Options,
    pub base: &'a str,
    pub instance: Instance,
    /// How the base is trained.
    pub train: Train,
    pub precision: Precision,
    pub device: Option<DevicePreset>,
    pub folder: PathBuf,
}

/// A trial: a recipe whose base is the network to be tried, and what is known of it.
#[derive(Clone, Debug)]
pub struct Trial {
    pub recipe: Recipe,
    pub record: Record,
}

impl Shop<'_> {
    /// Epochs of a whole training.
    pub fn epochs(&self) -> u32 {
        self.train.epochs
    }

    /// The trial that a recipe is, with what is known of it.
    pub fn trial(&self, recipe: Recipe) -> Result<Trial, Problems> {
        let content = self.planned(&recipe, |_, plan| Ok(plan.content.clone()))?;
        Ok(Trial { record: Record::load(&self.folder, &content)?, recipe })
    }

    fn planned<T>(
        &self,
        recipe: &Recipe,
        then: impl FnOnce(&Bench, &Plan) -> Result<T, Problem>,
    ) -> Result<T, Problems> {
        let mut bench = Bench::new(recipe, String::new(), self.data, self.making);
        let missing = || Problem::new("unknown variant").received(format!("`{}`", self.base));
        let variant = recipe.variants.get(self.base).ok_or_else(missing)?;
        let plan = bench.planned(&self.instance, variant)?;
        Ok(then(&bench, &plan)?)
    }

    fn untrained(&self, trial: &Trial) -> Result<Trainee, Problems> {
        self.planned(&trial.recipe, |_, plan| Trainee::new(&plan.pupil.architecture, self.instance.seed))
    }

    /// How the facts are called that hold for this device and number format.
    fn place(&self) -> String {
        let device = self.device.as_ref().map_or("", |d| d.title.as_str());
        format!("{} {device}", self.precision.name()).trim_end().into()
    }

    /// What its network costs.
    pub fn facts(&self, trial: &mut Trial) -> Result<Facts, Problems> {
        let place = self.place();
        if let Some(known) = trial.record.facts.get(&place) {
            return Ok(*known);
        }
        let untrained = self.untrained(trial)?;
        let (network, bytes) = self.precision.ship(&untrained, self.data, self.instance.seed)?;
        let facts = Facts::of(&network, bytes, self.data, self.device.as_ref())?;
        trial.record.facts.insert(place, facts);
        trial.record.save(&self.folder)?;
        Ok(facts)
    }

    /// What its network promises untrained.
    pub fn scores(&self, trial: &mut Trial, proxies: &[Proxy]) -> Result<Vec<f64>, Problems> {
        if proxies.iter().any(|proxy| !trial.record.scores.contains_key(proxy.name())) {
            let mut untrained = self.untrained(trial)?;
            for proxy in proxies {
                let score = proxy.score(&mut untrained, self.data)?;
                trial.record.scores.insert(proxy.name().into(), Some(score).filter(|s| s.is_finite()));
            }
            trial.record.save(&self.folder)?;
        }
        Ok(proxies.iter().map(|proxy| trial.record.score(*proxy)).collect())
    }

    /// Trains it so far, unless it came so far before; whether anything was trained.
    pub fn advance(&self, trial: &mut Trial, epochs: u32) -> Result<bool, Problems> {
        let whole = epochs == self.epochs();
        let known = trial.record.epochs.len() >= epochs as usize
            && (!whole || trial.record.accuracy.contains_key(self.precision.name()));
        if known || trial.record.diverged.is_some() {
            return Ok(false);
        }
        let trained = self.planned(&trial.recipe, |bench, plan| self.trained(bench, plan, epochs));
        match trained {
            Ok((trained, accuracy)) => trial.record.reached(&trained, accuracy.map(|a| (self.precision.name(), a))),
            Err(problems) if problems.0.iter().any(has_diverged) => {
                trial.record.diverged = problems.0.into_iter().next().map(|problem| problem.what);
            }
            Err(problems) => return Err(problems),
        }
        trial.record.save(&self.folder)?;
        Ok(true)
    }

    fn trained(&self, bench: &Bench, plan: &Plan, epochs: u32) -> Result<(Trained, Option<f64>), Problem> {
        let checkpoint = self.folder.join(".checkpoints").join(format!("{}.safetensors", plan.content));
        let progress = Progress::hidden().until(self.options.stop.clone());
        let trained = bench.trial(plan, epochs, &checkpoint, &progress)?;
        if epochs < self.epochs() {
            return Ok((trained, None));
        }
        let data = plan.pupil.data(self.data);
        let (network, _) = self.precision.ship(&trained.trainee, &data, self.instance.seed)?;
        Ok((trained, Some(accuracy(&network, &data))))
    }
}

/// Share of the validation images that a network is right on.
fn accuracy(network: &Shipped, data: &Dataset) -> f64 {
    let logits = network.logits(&data.validation.scaled(&data.scaling));
    let rows = logits.chunks_exact(network.architecture().classes().max(1));
    let right = rows.zip(&data.validation.label).filter(|(row, label)| best(row) == usize::from(**label)).count();
    right as f64 / data.validation.len().max(1) as f64
}
