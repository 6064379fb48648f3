//! From a recipe to variants: what is already made is not made again, what was cut goes on.

use super::architecture::Architecture;
use super::data::{self, Dataset, Images};
use super::distil::{Distil, Lesson};
use super::measure;
use super::network::Executor;
use super::recipe::{self, Recipe, Variant};
use super::train::{CrossEntropy, Job, Objective, Progress, Train, Trained, train};
use crate::catalog::{DataLineage, Lineage, ModelProfile};
use crate::kernel::instruction_set;
use crate::problem::{Problem, Problems, remedy_for_name};
use crate::store::hash::sha256_hex;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How a recipe is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the data's files, where the source needs any.
    pub data: Option<PathBuf>,
    /// Where variants go, each into a folder of its name.
    pub out: PathBuf,
    /// Make these variants and their parents only; all if empty.
    pub only: Vec<String>,
    /// Say what would be made, and make nothing.
    pub dry_run: bool,
    /// Say how far it is, on standard error.
    pub progress: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { data: None, out: "results/models".into(), only: Vec::new(), dry_run: false, progress: true }
    }
}

/// What makes a variant: equal makings give equal weights (on one instruction set).
#[derive(Serialize)]
struct Making<'a> {
    step: &'static str,
    architecture: &'a Architecture,
    train: &'a Train,
    seed: u64,
    data: &'a str,
    images: [usize; 2],
    taught: Option<(&'a Distil, &'a str)>,
}

/// The version of training: it changes when equal recipes would give other weights.
const STEP: &str = "train-1";

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Name, and whether it was made now (or, in a dry run, would be).
    pub variants: Vec<(String, bool)>,
}

/// Makes a recipe's variants.
///
/// # Errors
/// All [`Problems`] of the recipe and the data at once; then the first that a step meets.
pub fn run(path: &Path, options: &Options) -> Result<Summary, Problems> {
    let (recipe, document) = recipe::load(path)?;
    let order = order(&recipe, &options.only)?;
    let data = data::load(&recipe.data.source, options.data.as_deref())?;
    recipe::check_against(&recipe, &document, &data)?;
    let recipe_file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut bench =
        Bench { recipe: &recipe, recipe_file: &recipe_file, data: &data, options, contents: BTreeMap::new() };
    let mut summary = Summary::default();
    for name in order {
        let made = bench.make(&name)?;
        summary.variants.push((name, made));
    }
    Ok(summary)
}

/// Names of what is to be made, parents first.
fn order(recipe: &Recipe, only: &[String]) -> Result<Vec<String>, Problems> {
    let mut problems = Problems::default();
    for name in only.iter().filter(|n| recipe.variants.get(n).is_none()) {
        let remedy = remedy_for_name(name, recipe.variants.names());
        problems.push(Problem::new("the recipe has no such variant").received(format!("`{name}`")).remedy(remedy));
    }
    problems.or(())?;
    let mut order = Vec::new();
    let wanted = recipe.variants.names().filter(|n| only.is_empty() || only.iter().any(|o| o == n));
    wanted.for_each(|name| with_parents(recipe, name, &mut order));
    Ok(order)
}

fn with_parents(recipe: &Recipe, name: &str, order: &mut Vec<String>) {
    if order.iter().any(|n| n == name) {
        return;
    }
    if let Some(parent) = recipe.variants.get(name).and_then(|v| v.parent.as_deref()) {
        with_parents(recipe, parent, order);
    }
    order.push(name.into());
}

/// Where variants are made.
struct Bench<'a> {
    recipe: &'a Recipe,
    recipe_file: &'a str,
    data: &'a Dataset,
    options: &'a Options,
    contents: BTreeMap<String, String>,
}

impl Bench<'_> {
    fn make(&mut self, name: &str) -> Result<bool, Problems> {
        let Some(variant) = self.recipe.variants.get(name) else { return Ok(false) };
        let architecture = self.architecture(variant);
        let content = self.content(variant, &architecture)?;
        self.contents.insert(name.into(), content);
        if self.options.dry_run || self.is_made(name) {
            return Ok(!self.is_made(name));
        }
        let trained = self.trained(name, variant, &architecture)?;
        let lineage = self.lineage(name, variant, &trained);
        measure::measure(&self.folder(name), &variant.architecture, &trained, self.data, lineage)?;
        self.forget(name)?;
        Ok(true)
    }

    /// Removes a checkpoint that is no longer needed, and its folder after the last one.
    fn forget(&self, name: &str) -> Result<(), Problem> {
        let checkpoint = self.checkpoint(name);
        std::fs::remove_file(&checkpoint).map_err(|e| Problem::io("remove the checkpoint", &checkpoint, &e))?;
        // Fails while other variants' checkpoints are in it, as it should.
        let _ = checkpoint.parent().map(std::fs::remove_dir);
        Ok(())
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.options.out.join(name)
    }

    /// Whether a whole profile of the same content is there.
    fn is_made(&self, name: &str) -> bool {
        let found = ModelProfile::load(&self.folder(name)).ok().map(|profile| profile.lineage.content);
        found.is_some() && found.as_ref() == self.contents.get(name)
    }

    fn lineage(&self, name: &str, variant: &Variant, trained: &Trained) -> Lineage {
        let content = |name: &str| self.contents.get(name).cloned().unwrap_or_default();
        let images = |images: &Images| images.len() as u64;
        Lineage {
            recipe: self.recipe_file.into(),
            content: content(name),
            method: variant.distil.as_ref().map_or("scratch".into(), Distil::name),
            parent: variant.parent.as_ref().map(|p| (p.clone(), content(p))),
            seed: variant.seed,
            epochs: variant.train.epochs,
            data: DataLineage {
                source: self.data.source.clone(),
                sha256: self.data.sha256.clone(),
                train: images(&self.data.train),
                validation: images(&self.data.validation),
                test: images(&self.data.test),
            },
            cost: trained.cost,
            instruction_set: instruction_set().into(),
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }

    fn architecture(&self, variant: &Variant) -> Architecture {
        let form = self.recipe.architectures.get(&variant.architecture);
        let empty = Architecture { input: self.data.input, layers: Vec::new() };
        form.map_or(empty, |form| form.architecture(self.data.input, self.data.classes.len()))
    }

    /// SHA-256 over everything that makes a variant.
    fn content(&self, variant: &Variant, architecture: &Architecture) -> Result<String, Problem> {
        let parent = variant.parent.as_ref().and_then(|p| self.contents.get(p)).map(String::as_str);
        let making = Making {
            step: STEP,
            architecture,
            train: &variant.train,
            seed: variant.seed,
            data: &self.data.sha256,
            images: [self.data.train.len(), self.data.validation.len()],
            taught: variant.distil.as_ref().zip(parent),
        };
        let text = serde_json::to_vec(&making).map_err(|e| Problem::new(e.to_string()))?;
        Ok(sha256_hex(&text))
    }

    fn checkpoint(&self, name: &str) -> PathBuf {
        self.options.out.join(".checkpoints").join(format!("{name}.safetensors"))
    }

    /// The trained network: a finished checkpoint is not trained again.
    fn trained(&self, name: &str, variant: &Variant, architecture: &Architecture) -> Result<Trained, Problem> {
        let progress = if self.options.progress { Progress::shown(name) } else { Progress::hidden() };
        let objective: Box<dyn Objective> = match (&variant.parent, &variant.distil) {
            (Some(parent), Some(distil)) => {
                let teacher = self.teacher(parent)?;
                let described = teacher.architecture().clone();
                let lesson = Lesson { student: architecture, teacher: &described };
                Box::new(distil.objective(&lesson, teacher, self.data)?)
            }
            _ => Box::new(CrossEntropy),
        };
        let job = Job {
            architecture,
            seed: variant.seed,
            settings: &variant.train,
            objective: objective.as_ref(),
            data: self.data,
            content: self.contents.get(name).map_or("", String::as_str),
            checkpoint: Some(&self.checkpoint(name)),
            until: None,
        };
        train(&job, &progress)
    }

    fn teacher(&self, name: &str) -> Result<Executor, Problem> {
        measure::load(&self.folder(name))
    }
}
