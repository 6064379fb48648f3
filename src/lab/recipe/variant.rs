//! One variant of a recipe.

use crate::lab::distil::Distil;
use crate::lab::train::Train;
use schemars::JsonSchema;
use serde::Deserialize;

/// One network to be made: trained from an `architecture`, or made from its `parent`'s network.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// The architecture's name, for a network that begins from initial weights.
    #[serde(default)]
    pub architecture: Option<String>,
    /// Seed of initial weights, order and augmentation. Absent, with `seeds` absent too: the parent's.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Seeds, each of which makes a network of its own, named after variant and seed.
    #[serde(default)]
    pub seeds: Vec<u64>,
    /// The variant whose network this one is made from; with an `architecture`: whose knowledge it is taught. Of several
    /// seeds, the one with the same seed.
    #[serde(default)]
    pub parent: Option<String>,
    /// How it is trained.
    #[serde(default)]
    pub train: Option<Train>,
    /// How its teacher teaches it.
    #[serde(default)]
    pub distil: Option<Distil>,
    /// The variant that teaches. Absent: the parent.
    #[serde(default)]
    pub teacher: Option<String>,
}

impl Variant {
    /// The variant whose network this one begins from.
    pub fn origin(&self) -> Option<&str> {
        self.parent.as_deref().filter(|_| self.architecture.is_none())
    }

    /// The variant that teaches it.
    pub fn taught_by(&self) -> Option<&str> {
        self.distil.as_ref().and(self.teacher.as_deref().or(self.parent.as_deref()))
    }

    /// How it is made, in tables.
    pub fn method(&self) -> String {
        match (&self.distil, &self.architecture) {
            (Some(distil), _) => distil.name(),
            (None, Some(_)) => "scratch".into(),
            (None, None) => "fine-tuned".into(),
        }
    }

    /// All variants that must be made before.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        [self.parent.as_deref(), self.teacher.as_deref()].into_iter().flatten()
    }
}
