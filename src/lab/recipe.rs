//! The recipe: which variants are to be made, and how.

use super::architecture::{self, Architecture};
use super::data::Dataset;
use super::distil::{Distil, Lesson};
use super::train::Train;
use crate::config::{self, Document, Named};
use crate::problem::{Problem, Problems, remedy_for_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A recipe file: data, architectures and the variants made of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipe {
    /// What the recipe is about, in one line.
    pub title: String,
    /// The images.
    pub data: Data,
    /// Descriptions of networks, by name.
    pub architectures: Named<Form>,
    /// What is to be made, by name; a name is also the profile's folder.
    pub variants: Named<Variant>,
}

/// The images.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Data {
    /// The source's name; a wrong one is answered with the right ones.
    pub source: String,
}

/// A family of networks with its sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Form {
    /// A residual network of three stages (He et al. 2016).
    Residual {
        /// Blocks in each stage: 3 for ResNet-20, 1 for ResNet-8.
        blocks: usize,
        /// Channels of the first stage; each further one has twice as many.
        width: usize,
    },
    /// A depthwise-separable network (Howard et al. 2017).
    Separable {
        /// Channels of the first convolution.
        stem: usize,
        /// Channels and stride of each block.
        blocks: Vec<[usize; 2]>,
    },
}

impl Form {
    /// The description for some input and number of classes.
    pub fn architecture(&self, input: [usize; 3], classes: usize) -> Architecture {
        match self {
            Self::Residual { blocks, width } => architecture::residual(input, classes, *blocks, *width),
            Self::Separable { stem, blocks } => architecture::separable(input, classes, *stem, blocks),
        }
    }
}

/// One network to be made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// The architecture's name.
    pub architecture: String,
    /// Seed of initial weights, order and augmentation.
    pub seed: u64,
    /// How it is trained.
    pub train: Train,
    /// The variant whose knowledge it is taught.
    #[serde(default)]
    pub parent: Option<String>,
    /// How the parent teaches it.
    #[serde(default)]
    pub distil: Option<Distil>,
}

/// Reads a recipe and checks all that needs no data.
///
/// # Errors
/// All [`Problems`], each with its place.
pub fn load(path: &Path) -> Result<(Recipe, Document), Problems> {
    let (recipe, document) = config::load::<Recipe>(config::source(path)?)?;
    let mut problems = Problems::default();
    for (name, variant) in recipe.variants.iter() {
        variant_meaning(&recipe, &document, name, variant, &mut problems);
    }
    config::in_order(problems).or((recipe, document))
}

fn variant_meaning(recipe: &Recipe, document: &Document, name: &str, variant: &Variant, problems: &mut Problems) {
    let mut blame = |key: &str, problem: Problem| problems.push(document.blame(&["variants", name, key], problem));
    if recipe.architectures.get(&variant.architecture).is_none() {
        let remedy = remedy_for_name(&variant.architecture, recipe.architectures.names());
        blame("architecture", unknown("architecture", &variant.architecture, remedy));
    }
    match (&variant.parent, &variant.distil) {
        (Some(parent), Some(_)) if recipe.variants.get(parent).is_none() => {
            let remedy = remedy_for_name(parent, recipe.variants.names());
            blame("parent", unknown("variant", parent, remedy));
        }
        (Some(_), None) => blame("parent", Problem::new("a parent that teaches nothing").remedy("add `distil`")),
        (None, Some(_)) => blame("distil", Problem::new("nobody to be taught by").remedy("name a `parent`")),
        (Some(_), Some(_)) if is_own_ancestor(recipe, name) => {
            blame("parent", Problem::new("the variant is its own ancestor"));
        }
        _ => {}
    }
    if let Some(distil) = &variant.distil {
        for (key, why) in distil.complaints() {
            blame("distil", Problem::new(format!("`{key}` {why}")));
        }
    }
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !plain {
        let problem = Problem::new("a variant's name is a folder's: letters, digits, `-` and `_`");
        problems.push(document.blame_key(&["variants", name], problem.received(format!("`{name}`"))));
    }
}

fn unknown(what: &str, name: &str, remedy: String) -> Problem {
    Problem::new(format!("unknown {what}")).received(format!("`{name}`")).remedy(remedy)
}

fn is_own_ancestor(recipe: &Recipe, name: &str) -> bool {
    let mut at = name;
    for _ in 0..=recipe.variants.len() {
        match recipe.variants.get(at).and_then(|v| v.parent.as_deref()) {
            Some(parent) if parent == name => return true,
            Some(parent) => at = parent,
            None => return false,
        }
    }
    true
}

/// Checks what depends on the data: settings, and whether every architecture fits the images.
///
/// # Errors
/// All [`Problems`], each with its place.
pub fn check_against(recipe: &Recipe, document: &Document, data: &Dataset) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for (name, form) in recipe.architectures.iter() {
        if let Err(problem) = form.architecture(data.input, data.classes.len()).check() {
            problems.push(document.blame(&["architectures", name], problem));
        }
    }
    for (name, variant) in recipe.variants.iter() {
        for (key, why) in variant.train.complaints(data.input, data.train.len()) {
            let path = ["variants", name, "train", key];
            problems.push(document.blame(&path, Problem::new(format!("`{key}` {why}"))));
        }
        lesson_meaning(recipe, document, name, data, &mut problems);
    }
    config::in_order(problems).or(())
}

/// What a parent cannot teach a variant.
fn lesson_meaning(recipe: &Recipe, document: &Document, name: &str, data: &Dataset, problems: &mut Problems) {
    let described = |v: &Variant| {
        recipe.architectures.get(&v.architecture).map(|form| form.architecture(data.input, data.classes.len()))
    };
    let Some(variant) = recipe.variants.get(name) else { return };
    let parent = variant.parent.as_ref().and_then(|p| recipe.variants.get(p));
    let (Some(distil), Some(student), Some(teacher)) =
        (&variant.distil, described(variant), parent.and_then(described))
    else {
        return;
    };
    for problem in distil.misfits(&Lesson { student: &student, teacher: &teacher }) {
        problems.push(document.blame(&["variants", name, "distil"], problem));
    }
}
