//! What a variant is to its training.

use super::check::described;
use super::{Recipe, Variant};
use crate::lab::architecture::Architecture;
use crate::lab::data::Dataset;
use crate::lab::distil::{Labels, Pupil};
use crate::problem::Problem;

/// A variant's labels, or those of the network that it is made from.
pub fn labels<'a>(recipe: &'a Recipe, variant: &'a Variant) -> Option<&'a Labels> {
    let mut at = variant;
    for _ in 0..=recipe.variants.len() {
        match at.origin().and_then(|name| recipe.variants.get(name)) {
            Some(origin) => at = origin,
            None => break,
        }
    }
    at.labels.as_ref()
}

/// A variant as a pupil, with the architecture of its family.
///
/// # Errors
/// What is wrong, with the key that says so.
pub fn pupil(recipe: &Recipe, name: &str, data: &Dataset) -> Result<Pupil, Vec<(&'static str, Problem)>> {
    let Some(variant) = recipe.variants.get(name) else { return Err(Vec::new()) };
    let form = described(recipe, name);
    let empty = Architecture { input: data.input, layers: Vec::new() };
    // What is wrong with a form is told where it stands.
    let described = |classes| form?.architecture(data.input, classes).ok();
    let plain = |classes| described(classes).unwrap_or_else(|| empty.clone());
    Pupil::new(labels(recipe, variant), variant.focus.as_ref(), &recipe.partitions, &data.classes, plain)
}
