//! The recipe: which variants are to be made, and how.
//!
//! Variants form a graph: each begins from an architecture or from its parent's network, and may be taught by another.

mod check;
mod host;
mod instances;
mod pupil;
mod searches;
#[cfg(test)]
mod tests;
mod variant;
#[cfg(test)]
mod walked;

pub use check::{check_against, family};
pub use host::Host;
pub use instances::{Instance, beside, instances};
pub use pupil::{labels, pupil};
pub use searches::{at_point, trials_at_ends, with_epochs, with_form};
pub use variant::Variant;

use super::architecture::Form;
use super::data::Source;
use crate::config::{self, Document, Named, Schema};
use crate::lab::distil::subclass::Groups;
use crate::lab::search::Search;
use crate::problem::Problems;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::Path;

/// A recipe file: data, architectures and the variants made of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipe {
    /// What the recipe is about, in one line.
    pub title: String,
    /// The images.
    pub data: Data,
    /// Divisions of the data's classes into superclasses, by name: the names of the classes of each. `semantic-4`, `2x5`,
    /// `cross-cut` and `shirt-focus` need not be written down.
    #[serde(default)]
    pub partitions: Named<Groups>,
    /// Descriptions of networks, by name.
    pub architectures: Named<Form>,
    /// What is to be made, by name; a name is also the profile's folder, followed by the seed where there are several.
    pub variants: Named<Variant>,
    /// Variants that are compared, seed by seed.
    #[serde(default)]
    pub comparisons: Vec<Comparison>,
    /// What joules of making are estimated by. Absent: an average of cloud servers.
    #[serde(default)]
    pub host: Host,
    /// Searches over settings of a variant, or for networks, by name; a name is also the folder of its results.
    #[serde(default)]
    pub searches: Named<Search>,
}

/// The images.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Data {
    /// The source: its name, or a table of its name with its settings.
    pub source: Source,
}

/// Two variants with the same seeds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Comparison {
    /// The one that should be better.
    pub of: String,
    /// The one it is compared with.
    pub with: String,
}

/// The schema of recipes.
pub fn schema() -> Schema {
    Schema::of::<Recipe>()
}

/// Every key of recipes with what it means, as a page in Markdown: `scenarios/lab/README.md`.
pub fn reference() -> String {
    let head = "Every key that a recipe may have. `<name>` is a name of yours; what is in quotes is a word to choose; what is\n\
        indented below a word stands in a table of that name. `tierwise lab <recipe> --dry-run` tells what is wrong with a\n\
        recipe, and what it would make.";
    config::page("Recipes", head, &schema().keys())
}

/// Reads a recipe and checks all that needs no data.
///
/// # Errors
/// All [`Problems`], each with its place.
pub fn load(path: &Path) -> Result<(Recipe, Document), Problems> {
    let (recipe, document) = config::load::<Recipe>(config::source(path)?)?;
    config::in_order(check::meaning(&recipe, &document)).or((recipe, document))
}
