//! Where networks are made, one after another.

use super::content::Making;
use super::{Options, estimate};
use crate::catalog::{DataLineage, Lineage, ModelProfile};
use crate::kernel::instruction_set;
use crate::lab::architecture::Architecture;
use crate::lab::data::{Dataset, Images};
use crate::lab::distil::Lesson;
use crate::lab::measure;
use crate::lab::network::{Executor, Weights};
use crate::lab::recipe::{Instance, Recipe, Variant, beside, family};
use crate::lab::train::{CrossEntropy, Job, Objective, Progress, Train, Trained, train};
use crate::problem::{Problem, Problems};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Where networks are made.
pub struct Bench<'a> {
    recipe: &'a Recipe,
    recipe_file: String,
    data: &'a Dataset,
    options: &'a Options,
    /// By name, of those that were looked at.
    contents: BTreeMap<String, String>,
    architectures: BTreeMap<String, Architecture>,
}

/// A network's variant, description and hash.
struct Plan<'a> {
    instance: &'a Instance,
    variant: &'a Variant,
    architecture: Architecture,
    content: String,
}

impl<'a> Bench<'a> {
    pub fn new(recipe: &'a Recipe, recipe_file: String, data: &'a Dataset, options: &'a Options) -> Self {
        let (contents, architectures) = (BTreeMap::new(), BTreeMap::new());
        Self { recipe, recipe_file, data, options, contents, architectures }
    }

    /// Makes a network, unless it is made already: whether it was, or would be; in a dry run also about how long it
    /// would take.
    pub fn make(&mut self, instance: &Instance) -> Result<(bool, Option<Duration>), Problems> {
        let Some(variant) = self.recipe.variants.get(&instance.variant) else { return Ok((false, None)) };
        let plan = self.plan(instance, variant)?;
        self.contents.insert(instance.name.clone(), plan.content.clone());
        self.architectures.insert(instance.name.clone(), plan.architecture.clone());
        if self.is_made(&instance.name) {
            return Ok((false, None));
        }
        if self.options.dry_run {
            return Ok((true, self.estimate(&plan)?));
        }
        let trained = self.trained(&plan)?;
        let lineage = self.lineage(&plan, &trained);
        let family = family(self.recipe, &instance.variant).unwrap_or_default();
        measure::measure(&self.folder(&instance.name), family, &trained, self.data, lineage)?;
        self.forget(&instance.name)?;
        Ok((true, None))
    }

    /// The profiles of what is made, with their instances.
    pub fn profiles(&self, order: &[Instance]) -> Vec<(Instance, ModelProfile)> {
        let made = order.iter().filter(|i| self.is_made(&i.name));
        made.filter_map(|i| Some((i.clone(), ModelProfile::load(&self.folder(&i.name)).ok()?))).collect()
    }

    fn plan<'b>(&self, instance: &'b Instance, variant: &'b Variant) -> Result<Plan<'b>, Problem> {
        let architecture = self.architecture(instance, variant);
        let content_of = |name: &str| self.content_beside(name, instance.seed);
        let taught = variant.distil.as_ref().zip(variant.taught_by().map(content_of));
        let origin = variant.origin().map(content_of);
        let making = Making {
            architecture: &architecture,
            train: &variant.train,
            seed: instance.seed,
            data: &self.data.sha256,
            images: [self.data.train.len(), self.data.validation.len()],
            taught: taught.as_ref().map(|(distil, content)| (*distil, content.as_str())),
            origin: origin.as_deref(),
        };
        let content = making.content()?;
        Ok(Plan { instance, variant, architecture, content })
    }

    /// The architecture named, or that of the network it begins from.
    fn architecture(&self, instance: &Instance, variant: &Variant) -> Architecture {
        let named = variant.architecture.as_ref().and_then(|name| self.recipe.architectures.get(name));
        let [input, classes] = [self.data.input, [self.data.classes.len(); 3]];
        if let Some(form) = named {
            return form.architecture(input, classes[0]);
        }
        let origin = variant.origin().and_then(|name| beside(self.recipe, name, instance.seed));
        let found = origin.and_then(|origin| self.architectures.get(&origin.name).cloned());
        found.unwrap_or(Architecture { input, layers: Vec::new() })
    }

    fn content_beside(&self, variant: &str, seed: u64) -> String {
        let instance = beside(self.recipe, variant, seed);
        instance.and_then(|i| self.contents.get(&i.name).cloned()).unwrap_or_default()
    }

    /// Removes a checkpoint that is no longer needed, and its folder after the last one.
    fn forget(&self, name: &str) -> Result<(), Problem> {
        let checkpoint = self.checkpoint(name);
        std::fs::remove_file(&checkpoint).map_err(|e| Problem::io("remove the checkpoint", &checkpoint, &e))?;
        // Fails while other networks' checkpoints are in it, as it should.
        let _ = checkpoint.parent().map(std::fs::remove_dir);
        Ok(())
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.options.out.join(name)
    }

    fn checkpoint(&self, name: &str) -> PathBuf {
        self.options.out.join(".checkpoints").join(format!("{name}.safetensors"))
    }

    /// Whether a whole profile of the same content is there.
    fn is_made(&self, name: &str) -> bool {
        let found = ModelProfile::load(&self.folder(name)).ok().map(|profile| profile.lineage.content);
        found.is_some() && found.as_ref() == self.contents.get(name)
    }

    fn lineage(&self, plan: &Plan, trained: &Trained) -> Lineage {
        let images = |images: &Images| images.len() as u64;
        let parent = plan.variant.parent.as_ref().or(plan.variant.teacher.as_ref());
        let parent = parent.and_then(|name| beside(self.recipe, name, plan.instance.seed));
        Lineage {
            recipe: self.recipe_file.clone(),
            content: plan.content.clone(),
            method: plan.variant.method(),
            parent: parent.map(|p| (p.name.clone(), self.contents.get(&p.name).cloned().unwrap_or_default())),
            seed: plan.instance.seed,
            epochs: plan.variant.train.as_ref().map_or(0, |train| train.epochs),
            data: DataLineage {
                source: self.data.source.clone(),
                settings: self.recipe.data.source.settings(),
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

    /// The trained network: a finished checkpoint is not trained again.
    fn trained(&self, plan: &Plan) -> Result<Trained, Problem> {
        let name = &plan.instance.name;
        let progress = if self.options.progress { Progress::shown(name) } else { Progress::hidden() };
        let objective = self.objective(plan)?;
        let start = plan.variant.origin().map(|origin| self.weights(origin, plan.instance.seed)).transpose()?;
        let job = Job {
            architecture: &plan.architecture,
            seed: plan.instance.seed,
            settings: settings(plan)?,
            objective: objective.as_ref(),
            data: self.data,
            content: &plan.content,
            start: start.as_ref(),
            mask: None,
            checkpoint: Some(&self.checkpoint(name)),
            until: None,
        };
        train(&job, &progress)
    }

    fn objective(&self, plan: &Plan) -> Result<Box<dyn Objective>, Problem> {
        let (Some(teacher), Some(distil)) = (plan.variant.taught_by(), &plan.variant.distil) else {
            return Ok(Box::new(CrossEntropy));
        };
        let teacher = self.teacher(teacher, plan.instance.seed)?;
        let described = teacher.architecture().clone();
        let lesson = Lesson { student: &plan.architecture, teacher: &described };
        Ok(Box::new(distil.objective(&lesson, teacher, self.data)?))
    }

    fn teacher(&self, variant: &str, seed: u64) -> Result<Executor, Problem> {
        measure::load(&self.folder_beside(variant, seed))
    }

    /// What a later step starts from.
    fn weights(&self, variant: &str, seed: u64) -> Result<Weights, Problem> {
        measure::load_trained(&self.folder_beside(variant, seed))
    }

    fn folder_beside(&self, variant: &str, seed: u64) -> PathBuf {
        beside(self.recipe, variant, seed).map_or_else(PathBuf::new, |i| self.folder(&i.name))
    }

    fn estimate(&self, plan: &Plan) -> Result<Option<Duration>, Problem> {
        let teacher = plan.variant.taught_by().and_then(|name| beside(self.recipe, name, plan.instance.seed));
        let teacher = teacher.and_then(|i| self.architectures.get(&i.name));
        estimate::training(&plan.architecture, teacher, settings(plan)?, self.data).map(Some)
    }
}

fn settings<'a>(plan: &Plan<'a>) -> Result<&'a Train, Problem> {
    plan.variant.train.as_ref().ok_or_else(|| Problem::new(format!("`{}` is not trained", plan.instance.name)))
}
