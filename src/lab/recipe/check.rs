//! What must hold of a recipe.

use super::instances::{beside, instances, seeds};
use super::{Recipe, Variant, pupil, searches};
use crate::config::{self, Document};
use crate::lab::architecture::Form;
use crate::lab::data::{Dataset, first_of_each};
use crate::lab::distil::Lesson;
use crate::lab::distil::subclass::Partition;
use crate::lab::prune::Prune;
use crate::lab::quantise::Quantise;
use crate::problem::{Problem, Problems, remedy_for_name};
use std::collections::BTreeSet;

/// All that needs no data.
pub fn meaning(recipe: &Recipe, document: &Document) -> Problems {
    let problems = variants(recipe, document);
    if problems.is_empty() { searches::meaning(recipe, document) } else { problems }
}

/// The same of all but searches.
pub(super) fn variants(recipe: &Recipe, document: &Document) -> Problems {
    let mut problems = Problems::default();
    for (name, variant) in recipe.variants.iter() {
        let mut check = Check { recipe, document, name, variant, problems: &mut problems };
        check.name();
        check.references();
        check.beginning();
        check.teaching();
        check.classes();
        check.seeds();
    }
    source(recipe, document, &mut problems);
    comparisons(recipe, document, &mut problems);
    for (key, why) in recipe.host.complaints() {
        problems.push(document.blame(&["host", key], Problem::new(format!("`{key}` {why}"))));
    }
    twice(recipe, document, &mut problems);
    problems
}

fn source(recipe: &Recipe, document: &Document, problems: &mut Problems) {
    let source = &recipe.data.source;
    for (key, why) in source.complaints() {
        let problem = Problem::new(format!("`{key}` {why}"));
        problems.push(document.blame(&["data", "source", source.name(), key], problem));
    }
}

struct Check<'a> {
    recipe: &'a Recipe,
    document: &'a Document,
    name: &'a str,
    variant: &'a Variant,
    problems: &'a mut Problems,
}

impl Check<'_> {
    fn blame(&mut self, key: &str, problem: Problem) {
        self.problems.push(self.document.blame(&["variants", self.name, key], problem));
    }

    fn name(&mut self) {
        if !is_plain(self.name) {
            let problem = Problem::new("a variant's name is a folder's: letters, digits, `-` and `_`");
            let problem = problem.received(format!("`{}`", self.name));
            self.problems.push(self.document.blame_key(&["variants", self.name], problem));
        }
    }

    fn references(&mut self) {
        let Variant { architecture, parent, teacher, .. } = self.variant;
        if let Some(name) = architecture.as_ref().filter(|n| self.recipe.architectures.get(n).is_none()) {
            let remedy = remedy_for_name(name, self.recipe.architectures.names());
            self.blame("architecture", unknown("architecture", name, remedy));
        }
        for (key, name) in [("parent", parent), ("teacher", teacher)] {
            let Some(name) = name else { continue };
            if self.recipe.variants.get(name).is_none() {
                let remedy = remedy_for_name(name, self.recipe.variants.names());
                self.blame(key, unknown("variant", name, remedy));
            } else if needs(self.recipe, name).contains(self.name) {
                self.blame(key, Problem::new("the variant is its own ancestor"));
            }
        }
    }

    /// What the network begins from, and what is done with it.
    fn beginning(&mut self) {
        let Variant { architecture, parent, train, prune, quantise, coded, .. } = self.variant;
        let from_nothing = architecture.is_some();
        if architecture.is_none() && parent.is_none() {
            let problem = Problem::new("nothing to begin from");
            self.here(problem.remedy("name an `architecture`, or a `parent` whose network is changed"));
        } else if from_nothing && (prune.is_some() || quantise.is_some()) {
            let problem = Problem::new("initial weights are not worth pruning or quantising");
            self.here(problem.remedy("leave out `architecture`: the `parent`'s network is changed"));
        } else if from_nothing && train.is_none() {
            self.here(Problem::new("an `architecture` that is not trained").remedy("say how to `train`"));
        } else if train.is_none() && prune.is_none() && quantise.is_none() && !coded {
            self.here(
                Problem::new("nothing is done").remedy("say how to `train`, to `prune` or to `quantise`, or `coded`"),
            );
        } else if quantise.is_some() && (train.is_some() || prune.is_some()) {
            let remedy = "train or prune in a variant, and quantise in another that has it as its `parent`";
            self.blame("quantise", Problem::new("two steps in one variant").remedy(remedy));
        }
        for (key, why) in prune.iter().flat_map(Prune::complaints) {
            self.blame("prune", Problem::new(format!("`{key}` {why}")));
        }
        for (key, why) in quantise.iter().flat_map(Quantise::complaints) {
            self.blame("quantise", Problem::new(format!("`{key}` {why}")));
        }
        self.trained_origin();
    }

    /// What was quantised, or only coded, can be coded and nothing else.
    fn trained_origin(&mut self) {
        let Variant { train, prune, quantise, .. } = self.variant;
        let found =
            |name: Option<&str>| name.and_then(|name| Some((name.to_string(), self.recipe.variants.get(name)?)));
        let (origin, teacher) = (found(self.variant.origin()), found(self.variant.taught_by()));
        let changes = train.is_some() || prune.is_some() || quantise.is_some();
        let coarse = |other: &Option<(String, &Variant)>| {
            other.as_ref().filter(|(_, v)| !v.is_trained()).map(|(n, _)| n.clone())
        };
        if let Some(name) = coarse(&origin).filter(|_| changes) {
            let problem = Problem::new(format!("`{name}` has no training state to go on from"));
            self.blame("parent", problem.remedy("name the variant that it was made from"));
        }
        if let Some(name) = coarse(&teacher) {
            let problem = Problem::new(format!("`{name}` is quantised or coded, and cannot teach"));
            self.blame("distil", problem.remedy("name the variant that it was made from"));
        }
    }

    fn here(&mut self, problem: Problem) {
        self.problems.push(self.document.blame_key(&["variants", self.name], problem));
    }

    fn teaching(&mut self) {
        let Variant { architecture, parent, teacher, distil, .. } = self.variant;
        match (parent.as_ref().or(teacher.as_ref()), distil) {
            (Some(_), None) if teacher.is_some() => {
                self.blame("teacher", Problem::new("a teacher that teaches nothing").remedy("add `distil`"));
            }
            (Some(_), None) if architecture.is_some() => {
                self.blame("parent", Problem::new("a parent that teaches nothing").remedy("add `distil`"));
            }
            (None, Some(_)) => self.blame("distil", Problem::new("nobody to be taught by").remedy("name a `parent`")),
            _ => {}
        }
        if let Some(distil) = distil {
            for (key, why) in distil.complaints() {
                self.blame("distil", Problem::new(format!("`{key}` {why}")));
            }
        }
    }

    fn classes(&mut self) {
        let Variant { labels, focus, .. } = self.variant;
        let labelled = labels.iter().flat_map(|l| l.complaints()).map(|c| ("labels", c));
        let favoured = focus.iter().flat_map(|f| f.complaints()).map(|c| ("focus", c));
        for (place, (key, why)) in labelled.chain(favoured) {
            self.blame(place, Problem::new(format!("`{key}` {why}")));
        }
        if labels.is_some() && self.variant.origin().is_some() {
            let what = "a network that is made from another one sees that one's labels";
            self.blame("labels", Problem::new(what).remedy("leave `labels` out"));
        }
    }

    fn seeds(&mut self) {
        let Variant { seed, seeds: several, .. } = self.variant;
        let own = seeds(self.recipe, self.name);
        let distinct: BTreeSet<u64> = own.iter().copied().collect();
        if seed.is_some() && !several.is_empty() {
            self.blame("seeds", Problem::new("`seed` and `seeds` at once").remedy("keep one of them"));
        } else if distinct.len() < own.len() {
            self.blame("seeds", Problem::new("a seed stands twice"));
        } else if own.is_empty() && self.variant.parent.is_none() {
            self.here(Problem::new("no seed").remedy("add `seed` or `seeds`"));
        }
        for (key, name) in [("parent", &self.variant.parent), ("teacher", &self.variant.teacher)] {
            let Some(name) = name.as_ref().filter(|n| self.recipe.variants.get(n).is_some()) else { continue };
            if let Some(seed) = own.iter().find(|seed| beside(self.recipe, name, **seed).is_none()) {
                let what = format!("`{name}` has several seeds, and not {seed}");
                self.blame(key, Problem::new(what).remedy("give both the same `seeds`"));
            }
        }
    }
}

/// Whether a name can be a folder's everywhere.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

pub(super) fn unknown(what: &str, name: &str, remedy: String) -> Problem {
    Problem::new(format!("unknown {what}")).received(format!("`{name}`")).remedy(remedy)
}

/// All that must be made before a variant, itself included.
fn needs<'a>(recipe: &'a Recipe, name: &'a str) -> BTreeSet<&'a str> {
    let (mut found, mut open) = (BTreeSet::new(), vec![name]);
    while let Some(name) = open.pop() {
        if found.insert(name) {
            open.extend(recipe.variants.get(name).into_iter().flat_map(Variant::needs));
        }
    }
    found
}

/// Both names of each comparison, and whether it has pairs.
fn comparisons(recipe: &Recipe, document: &Document, problems: &mut Problems) {
    for comparison in &recipe.comparisons {
        let unknown_one = [&comparison.of, &comparison.with].into_iter().find(|n| recipe.variants.get(n).is_none());
        if let Some(name) = unknown_one {
            let remedy = remedy_for_name(name, recipe.variants.names());
            problems.push(document.blame(&["comparisons"], unknown("variant", name, remedy)));
        } else if seeds(recipe, &comparison.of) != seeds(recipe, &comparison.with) {
            let what = format!("`{}` and `{}` have unlike seeds", comparison.of, comparison.with);
            problems.push(document.blame(&["comparisons"], Problem::new(what).remedy("give both the same `seeds`")));
        }
    }
}

/// Two networks in one folder.
fn twice(recipe: &Recipe, document: &Document, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for variant in recipe.variants.names() {
        if let Some(instance) = instances(recipe, variant).into_iter().find(|i| !seen.insert(i.name.clone())) {
            let problem = Problem::new(format!("two networks are called `{}`", instance.name));
            problems.push(document.blame_key(&["variants", variant], problem.remedy("rename a variant")));
        }
    }
}

/// Checks what depends on the data: settings, and whether every architecture fits the images.
///
/// # Errors
/// All [`Problems`], each with its place.
pub fn check_against(recipe: &Recipe, document: &Document, data: &Dataset) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for (name, form) in recipe.architectures.iter() {
        if let Err(problem) = form.architecture(data.input, data.classes.len()).and_then(|a| a.check()) {
            problems.push(document.blame(&["architectures", name], problem));
        }
    }
    for (name, train) in recipe.variants.iter().filter_map(|(name, v)| Some((name, v.train.as_ref()?))) {
        let seen = |each| first_of_each(&data.train.label, each).len();
        for (key, why) in train.complaints(data.input, train.images_per_class.map_or(data.train.len(), seen)) {
            let path = ["variants", name, "train", key];
            problems.push(document.blame(&path, Problem::new(format!("`{key}` {why}"))));
        }
    }
    for (name, groups) in recipe.partitions.iter() {
        for (group, problem) in Partition::new(groups, &data.classes).err().into_iter().flatten() {
            let path: Vec<&str> = ["partitions", name].into_iter().chain(group.as_deref()).collect();
            problems.push(document.blame(&path, problem));
        }
    }
    for name in recipe.variants.names() {
        for (key, problem) in lesson_meaning(recipe, name, data) {
            problems.push(document.blame(&["variants", name, key], problem));
        }
    }
    config::in_order(problems).or(())
}

/// What is wrong with a variant's labels, and what its teacher cannot teach it, with the key that says so.
fn lesson_meaning(recipe: &Recipe, name: &str, data: &Dataset) -> Vec<(&'static str, Problem)> {
    let student = match pupil(recipe, name, data) {
        Ok(student) => student,
        Err(problems) => return problems,
    };
    let variant = recipe.variants.get(name);
    let teacher = variant.and_then(Variant::taught_by).and_then(|teacher| pupil(recipe, teacher, data).ok());
    let Some((distil, teacher)) = variant.and_then(|v| v.distil.as_ref()).zip(teacher) else { return Vec::new() };
    let lesson = Lesson {
        student: &student.architecture,
        teacher: &teacher.architecture,
        classes: &data.classes,
        partitions: &recipe.partitions,
        emphasis: None,
    };
    distil.misfits(&lesson).into_iter().map(|problem| ("distil", problem)).collect()
}

/// The family that a variant, or what it is made from, began from.
pub(super) fn described<'a>(recipe: &'a Recipe, name: &str) -> Option<&'a Form> {
    recipe.architectures.get(family(recipe, name)?)
}

/// Its name.
pub fn family<'a>(recipe: &'a Recipe, name: &str) -> Option<&'a str> {
    let mut at = recipe.variants.get(name)?;
    for _ in 0..=recipe.variants.len() {
        if let Some(name) = &at.architecture {
            return Some(name);
        }
        at = recipe.variants.get(at.origin()?)?;
    }
    None
}
