//! What a recipe says of a search.

mod dimension;
mod hyper;
mod networks;

pub use dimension::{Dimension, When, misfits, space};
pub use hyper::Hyper;
pub use networks::Networks;

use schemars::JsonSchema;
use serde::Deserialize;

/// A search. Choices are made by validation accuracy; test images are not looked at.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Search {
    /// Settings of a variant.
    Hyper(Hyper),
    /// Networks for a device.
    Architecture(Networks),
}

impl Search {
    /// Its name among kinds, in recipes.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Hyper(_) => "hyper",
            Self::Architecture(_) => "architecture",
        }
    }

    /// The variant of which trials are changed forms.
    pub fn base(&self) -> &str {
        match self {
            Self::Hyper(hyper) => &hyper.base,
            Self::Architecture(networks) => &networks.base,
        }
    }

    /// Epochs of a whole training, where they are not the variant's own.
    pub fn epochs(&self) -> Option<u32> {
        match self {
            Self::Hyper(hyper) => hyper.epochs,
            Self::Architecture(networks) => networks.epochs,
        }
    }

    /// What makes no sense, whatever the recipe: the path of keys, and why.
    pub fn complaints(&self) -> Vec<(Vec<String>, String)> {
        match self {
            Self::Hyper(hyper) => hyper.complaints(),
            Self::Architecture(networks) => networks.complaints(),
        }
    }
}

/// The seed of what is drawn, if none is stated.
fn seed() -> u64 {
    1
}

/// Complaints below a key.
fn below(path: &[&str], complaints: Vec<(&'static str, String)>) -> Vec<(Vec<String>, String)> {
    let at = |key: &str| path.iter().copied().chain([key]).map(String::from).collect();
    complaints.into_iter().map(|(key, why)| (at(key), format!("`{key}` {why}"))).collect()
}

/// A complaint about a key, unless it holds.
fn unless(right: bool, key: &str, why: &str) -> Option<(Vec<String>, String)> {
    (!right).then(|| (vec![key.to_string()], format!("`{key}` {why}")))
}
