//! Where networks are made, one after another.

use super::content::Making;
use super::{Options, estimate};
use crate::catalog::{Cost, DataLineage, Lineage, ModelProfile};
use crate::kernel::instruction_set;
use crate::lab::architecture::Architecture;
use crate::lab::data::{Dataset, Images};
use crate::lab::distil::Pupil;
use crate::lab::measure::{self, Product, TRAINED, Wanted};
use crate::lab::recipe::{Instance, Recipe, Variant, beside, family, pupil};
use crate::problem::{Problem, Problems};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Where networks are made.
pub struct Bench<'a> {
    pub(super) recipe: &'a Recipe,
    recipe_file: String,
    pub(super) data: &'a Dataset,
    pub(super) options: &'a Options,
    /// By name, of those that were looked at.
    contents: BTreeMap<String, String>,
    architectures: BTreeMap<String, Architecture>,
}

/// A network that is to be made.
pub struct Plan<'a> {
    pub instance: &'a Instance,
    pub variant: &'a Variant,
    /// What it begins with, the architecture named or that of the network it begins from, and what it sees.
    pub pupil: Pupil,
    /// SHA-256 over what makes it.
    pub content: String,
    /// The folder of the network it begins from.
    pub origin: Option<PathBuf>,
    /// The folder of its teacher.
    pub teacher: Option<PathBuf>,
}

/// What is there of a network.
enum State {
    Missing,
    /// All of it but what is wanted to be measured.
    Unmeasured(Box<ModelProfile>),
    Made,
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
        let wanted = Wanted::new(&variant.codecs, &variant.corruptions, variant.logits)?;
        let state = self.state(&plan, &wanted);
        let dry = self.options.dry_run;
        let mut takes = None;
        match &state {
            State::Made => {}
            _ if dry => takes = self.estimate(&plan, &state)?,
            State::Unmeasured(told) => {
                self.measure(&plan, &Product::found(&self.folder(&instance.name))?, &wanted, told.lineage.clone())?
            }
            State::Missing => self.fresh(&plan, &wanted)?,
        }
        let architecture = self.made_architecture(&plan);
        self.architectures.insert(instance.name.clone(), architecture);
        Ok((!matches!(state, State::Made), takes))
    }

    fn fresh(&self, plan: &Plan, wanted: &Wanted) -> Result<(), Problems> {
        let name = &plan.instance.name;
        let (product, cost) = self.step(plan, &self.seen(plan)).map_err(|problem| problem.met_by(name))?;
        self.measure(plan, &product, wanted, self.lineage(plan, cost))?;
        Ok(self.forget(name)?)
    }

    /// The data as a variant's training sees them: perhaps with other labels, perhaps few images.
    pub(super) fn seen(&self, plan: &Plan) -> Cow<'a, Dataset> {
        match plan.variant.train.as_ref().and_then(|train| train.images_per_class) {
            Some(each) => Cow::Owned(plan.pupil.data(&self.data.with_first_of_each(each)).into_owned()),
            None => plan.pupil.data(self.data),
        }
    }

    fn measure(&self, plan: &Plan, product: &Product, wanted: &Wanted, lineage: Lineage) -> Result<(), Problems> {
        let family = family(self.recipe, &plan.instance.variant).unwrap_or_default();
        let folder = self.folder(&plan.instance.name);
        measure::measure(&folder, family, product, wanted, &plan.pupil.data(self.data), lineage).map(|_| ())
    }

    /// The profiles of what is made, with their instances.
    pub fn profiles(&self, order: &[Instance]) -> Vec<(Instance, ModelProfile)> {
        let profile = |i: &Instance| Some((i.clone(), self.profile(&i.name, self.contents.get(&i.name)?)?));
        order.iter().filter_map(profile).collect()
    }

    pub(super) fn plan<'b>(&self, instance: &'b Instance, variant: &'b Variant) -> Result<Plan<'b>, Problems> {
        let pupil = self.pupil(instance, variant)?;
        let content_of = |name: &str| self.content_beside(name, instance.seed);
        let taught = variant.distil.as_ref().zip(variant.taught_by().map(content_of));
        let origin = variant.origin().map(content_of);
        let images = [self.data.train.len(), self.data.validation.len()];
        let named = variant.distil.as_ref().and_then(|d| d.subclass.as_ref()).and_then(|s| s.partition.as_deref());
        let making = Making {
            architecture: origin.is_none().then_some(&pupil.architecture),
            train: variant.train.as_ref(),
            taught: taught.as_ref().map(|(distil, content)| (*distil, content.as_str())),
            origin: origin.as_deref(),
            prune: variant.prune.as_ref(),
            quantise: variant.quantise.as_ref(),
            coded: variant.coded,
            labels: variant.labels.as_ref().zip(pupil.partition.as_ref().map(|p| p.groups.as_slice())),
            focus: variant.focus.as_ref(),
            partition: named.and_then(|name| self.recipe.partitions.get(name)),
            ..Making::new(instance.seed, &self.data.sha256, images)
        };
        let content = making.content()?;
        let folder = |name: Option<&str>| Some(self.folder(&beside(self.recipe, name?, instance.seed)?.name));
        let (origin, teacher) = (folder(variant.origin()), folder(variant.taught_by()));
        Ok(Plan { instance, variant, pupil, content, origin, teacher })
    }

    /// The variant with the architecture named, or that of the network it begins from.
    fn pupil(&self, instance: &Instance, variant: &Variant) -> Result<Pupil, Problems> {
        let told = |all: Vec<(_, Problem)>| Problems(all.into_iter().map(|(_, problem)| problem).collect());
        let mut pupil = pupil(self.recipe, &instance.variant, self.data).map_err(told)?;
        let origin = variant.origin().and_then(|name| beside(self.recipe, name, instance.seed));
        if let Some(found) = origin.and_then(|origin| self.architectures.get(&origin.name)) {
            pupil.architecture = found.clone();
        }
        Ok(pupil)
    }

    /// Pruning makes another one; before it is made, what it begins with stands for it.
    fn made_architecture(&self, plan: &Plan) -> Architecture {
        let folder = self.folder(&plan.instance.name);
        let made = plan.variant.prune.is_some() && folder.join(TRAINED).is_file();
        let found = made.then(|| measure::load_trained(&folder).ok()).flatten();
        found.map_or_else(|| plan.pupil.architecture.clone(), |weights| weights.architecture)
    }

    pub(super) fn content_beside(&self, variant: &str, seed: u64) -> String {
        let instance = beside(self.recipe, variant, seed);
        instance.and_then(|i| self.contents.get(&i.name).cloned()).unwrap_or_default()
    }

    /// Removes checkpoints that are no longer needed, and their folder after the last one.
    fn forget(&self, name: &str) -> Result<(), Problem> {
        let mut round = 0;
        loop {
            let checkpoint = self.checkpoint(name, round);
            let there = checkpoint.is_file();
            if there {
                std::fs::remove_file(&checkpoint).map_err(|e| Problem::io("remove the checkpoint", &checkpoint, &e))?;
            } else if round > 0 {
                // Fails while other networks' checkpoints are in it, as it should.
                let _ = checkpoint.parent().map(std::fs::remove_dir);
                return Ok(());
            }
            round += 1;
        }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.options.out.join(name)
    }

    /// Where trainings keep what is of use to others or when they go on.
    pub(super) fn kept(&self) -> PathBuf {
        self.options.out.join(".checkpoints")
    }

    /// The checkpoint of the training after a round of pruning, or of the only one.
    pub(super) fn checkpoint(&self, name: &str, round: u32) -> PathBuf {
        let file = if round == 0 { format!("{name}.safetensors") } else { format!("{name}.{round}.safetensors") };
        self.kept().join(file)
    }

    /// The whole profile of this content, if it is there.
    fn profile(&self, name: &str, content: &str) -> Option<ModelProfile> {
        ModelProfile::load(&self.folder(name)).ok().filter(|profile| profile.lineage.content == content)
    }

    fn state(&self, plan: &Plan, wanted: &Wanted) -> State {
        match self.profile(&plan.instance.name, &plan.content) {
            None => State::Missing,
            Some(told) if wanted.is_measured(&self.folder(&plan.instance.name), &told) => State::Made,
            Some(told) => State::Unmeasured(Box::new(told)),
        }
    }

    fn lineage(&self, plan: &Plan, cost: Cost) -> Lineage {
        let images = |images: &Images| images.len() as u64;
        let parent = plan.variant.parent.as_ref().or(plan.variant.teacher.as_ref());
        let parent = parent.and_then(|name| beside(self.recipe, name, plan.instance.seed));
        Lineage {
            recipe: self.recipe_file.clone(),
            content: plan.content.clone(),
            method: plan.variant.method(),
            parent: parent.map(|p| (p.name.clone(), self.contents.get(&p.name).cloned().unwrap_or_default())),
            seed: plan.instance.seed,
            epochs: plan.variant.epochs(),
            data: DataLineage {
                source: self.data.source.clone(),
                settings: self.recipe.data.source.settings(),
                sha256: self.data.sha256.clone(),
                train: images(&self.seen(plan).train),
                validation: images(&self.data.validation),
                test: images(&self.data.test),
                superclasses: plan.pupil.partition.as_ref().map(|p| p.named(&self.data.classes)),
            },
            cost,
            estimated_energy: Some(self.recipe.host.energy(&cost)),
            instruction_set: instruction_set().into(),
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }

    fn estimate(&self, plan: &Plan, state: &State) -> Result<Option<Duration>, Problem> {
        let (State::Missing, Some(settings)) = (state, &plan.variant.train) else { return Ok(None) };
        let teacher = plan.variant.taught_by().and_then(|name| beside(self.recipe, name, plan.instance.seed));
        let teacher = teacher.and_then(|i| self.architectures.get(&i.name));
        let rounds = plan.variant.rounds();
        Ok(Some(estimate::training(&plan.pupil.architecture, teacher, settings, &self.seen(plan))? * rounds))
    }
}
