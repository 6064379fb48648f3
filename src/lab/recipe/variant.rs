//! One variant of a recipe.

use crate::lab::codec::Codec;
use crate::lab::corrupt::Corruption;
use crate::lab::distil::{Distil, Focus, Labels};
use crate::lab::prune::Prune;
use crate::lab::quantise::Quantise;
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
    /// How the parent's network is pruned; `train` then fine-tunes it after each round.
    #[serde(default)]
    pub prune: Option<Prune>,
    /// How it is trained.
    #[serde(default)]
    pub train: Option<Train>,
    /// How the parent's network is quantised.
    #[serde(default)]
    pub quantise: Option<Quantise>,
    /// Whether its file is entropy-coded; alone, the parent's file is.
    #[serde(default)]
    pub coded: bool,
    /// How its teacher teaches it.
    #[serde(default)]
    pub distil: Option<Distil>,
    /// The variant that teaches. Absent: the parent.
    #[serde(default)]
    pub teacher: Option<String>,
    /// How what crosses a tap may be written for sending, `raw` and `deflate` left out: bytes and answers are measured.
    #[serde(default)]
    pub codecs: Vec<Codec>,
    /// Corruptions of the test images under which answers are measured, at five severities each.
    #[serde(default)]
    pub corruptions: Vec<Corruption>,
    /// Whether logits are kept of every image, beside its answer and confidence: some five times the bytes.
    #[serde(default = "yes")]
    pub logits: bool,
    /// Superclasses that it sees as labels, instead of the data's classes.
    #[serde(default)]
    pub labels: Option<Labels>,
    /// Classes that its training favours.
    #[serde(default)]
    pub focus: Option<Focus>,
}

fn yes() -> bool {
    true
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
        let begun = match (&self.prune, &self.quantise, &self.architecture, &self.train) {
            (Some(prune), ..) => Some(prune.name()),
            (_, Some(quantise), ..) => Some(quantise.name()),
            (_, _, Some(_), _) if self.distil.is_none() => Some("scratch"),
            (_, _, None, Some(_)) => Some("fine-tuned"),
            _ => None,
        };
        let coded = self.coded.then(|| "coded".into());
        let taught = self.distil.as_ref().map(Distil::name);
        begun.map(String::from).into_iter().chain(taught).chain(coded).collect::<Vec<_>>().join("+")
    }

    /// Whether a network of floats with its training state comes out, of which other networks can be made.
    pub fn is_trained(&self) -> bool {
        self.train.is_some() || self.prune.is_some()
    }

    /// Trainings: one, or as many as there are rounds of pruning.
    pub fn rounds(&self) -> u32 {
        self.prune.as_ref().map_or(1, Prune::rounds)
    }

    /// Epochs of all trainings together.
    pub fn epochs(&self) -> u32 {
        self.train.as_ref().map_or(0, |train| train.epochs * self.rounds())
    }

    /// All variants that must be made before.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        [self.parent.as_deref(), self.teacher.as_deref()].into_iter().flatten()
    }
}
