//! The networks of a recipe as they are evaluated: who taught whom, and who is compared with whom.

use crate::catalog::ModelProfile;
use crate::lab::data::Dataset;
use crate::lab::distil::subclass::{Partition, Subclasses, find};
use crate::lab::evaluate::{Evaluation, Finest, Subject};
use crate::lab::recipe::{Instance, Recipe, Variant, beside, labels};
use crate::problem::{Problem, Problems};
use std::path::Path;

/// Everything that is made, ready to be evaluated.
pub fn evaluation<'a>(
    recipe: &Recipe,
    data: &'a Dataset,
    out: &Path,
    made: &[(Instance, ModelProfile)],
) -> Result<Evaluation<'a>, Problems> {
    let subject = |(instance, profile): &(Instance, ModelProfile)| {
        let variant = recipe.variants.get(&instance.variant)?;
        Some(subject(recipe, out, made, instance, profile, variant))
    };
    let subjects: Vec<Subject> = made.iter().filter_map(subject).collect();
    let partitions = partitions(recipe, data, &subjects)?;
    Ok(Evaluation { subjects, partitions, data, core_power: recipe.host.core_power })
}

fn subject(
    recipe: &Recipe,
    out: &Path,
    made: &[(Instance, ModelProfile)],
    instance: &Instance,
    profile: &ModelProfile,
    variant: &Variant,
) -> Subject {
    let labels = labels(recipe, variant);
    let at = |name: &str| {
        let other = beside(recipe, name, instance.seed)?;
        made.iter().position(|(i, _)| *i == other)
    };
    let compared = recipe.comparisons.iter().filter(|c| c.of == instance.variant);
    Subject {
        name: instance.name.clone(),
        variant: instance.variant.clone(),
        seed: instance.seed,
        folder: out.join(&instance.name),
        profile: profile.clone(),
        labels: labels.map(|l| l.partition.clone()),
        partition: labels.map(|l| l.partition.clone()).or_else(|| taught_by_partition(variant)),
        finest: match labels.map(|l| l.subclasses) {
            None | Some(Some(Subclasses::Known)) => Finest::Classes,
            Some(Some(Subclasses::Invented(_))) => Finest::Invented,
            Some(None) => Finest::Nothing,
        },
        teacher: variant.taught_by().and_then(at),
        untaught: untaught(recipe, variant).and_then(at),
        controls: compared.filter_map(|c| at(&c.with)).collect(),
    }
}

fn taught_by_partition(variant: &Variant) -> Option<String> {
    variant.distil.as_ref()?.subclass.as_ref()?.partition.clone()
}

/// The variant that differs from a taught one by having no teacher: of the same architecture, training and superclasses.
/// Where several do: the one with the same subclasses below its labels, or else with none; never the teacher itself.
fn untaught<'a>(recipe: &'a Recipe, variant: &Variant) -> Option<&'a str> {
    let teacher = variant.taught_by()?;
    let architecture = variant.architecture.as_ref()?;
    let partition = |v: &Variant| v.labels.as_ref().map(|l| l.partition.clone());
    let alike = |v: &Variant| {
        v.distil.is_none()
            && v.focus.is_none()
            && v.architecture.as_ref() == Some(architecture)
            && v.train == variant.train
            && partition(v) == partition(variant)
    };
    let all = || recipe.variants.iter().filter(|(name, v)| *name != teacher && alike(v));
    let same = all().find(|(_, v)| v.labels == variant.labels);
    let blind = || all().find(|(_, v)| v.labels.as_ref().is_none_or(|l| l.subclasses.is_none()));
    same.or_else(blind).or_else(|| all().next()).map(|(name, _)| name)
}

/// The recipe's own partitions, and those that its variants name.
fn partitions(recipe: &Recipe, data: &Dataset, all: &[Subject]) -> Result<Vec<(String, Partition)>, Problems> {
    let mut names: Vec<&str> = recipe.partitions.names().collect();
    for name in all.iter().filter_map(|s| s.partition.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let told = |all: Vec<(_, Problem)>| Problems(all.into_iter().map(|(_, problem)| problem).collect());
    let one = |name: &str| {
        let groups = find(&recipe.partitions, name)?;
        Ok((name.to_string(), Partition::new(&groups, &data.classes).map_err(told)?))
    };
    names.into_iter().map(one).collect()
}
