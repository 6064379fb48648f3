use super::{below, seed, unless};
use crate::catalog;
use crate::lab::search::architecture::{Constraints, Family, Goal, Precision, Proxy};
use crate::lab::search::stop::Halving;
use crate::problem::remedy_for_name;
use schemars::JsonSchema;
use serde::Deserialize;

/// Which networks are tried for a device, and how: many are drawn and scored untrained; the most promising go through
/// successive halving; those that are left are bred (NSGA-II). As a control, others are drawn and trained for as many
/// multiply-accumulates.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Networks {
    /// The variant that says how a network is trained, in place of whose architecture others are put: one that begins from
    /// an `architecture`. Of several seeds, the first is taken.
    pub base: String,
    /// What may be chosen.
    pub families: Vec<Family>,
    /// The device, by its preset's name.
    pub preset: String,
    /// The number format in which the network would be shipped.
    #[serde(default)]
    pub precision: Precision,
    /// What it may cost at most.
    #[serde(default)]
    pub constraints: Constraints,
    /// What is to be small, beside the error.
    #[serde(default = "goals")]
    pub goals: Vec<Goal>,
    /// Networks that are drawn and scored.
    pub candidates: u32,
    /// The scores, which vote by mean rank.
    #[serde(default = "proxies")]
    pub proxies: Vec<Proxy>,
    /// How the most promising are chosen from.
    #[serde(default)]
    pub halving: Halving,
    /// Networks that are bred from.
    pub population: u32,
    /// Times that as many children are bred.
    pub generations: u32,
    /// Whether others are drawn and trained for as many multiply-accumulates.
    #[serde(default = "control")]
    pub control: bool,
    /// Seed of what is drawn.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Epochs of a whole training; the variant's own if not stated.
    #[serde(default)]
    pub epochs: Option<u32>,
}

fn goals() -> Vec<Goal> {
    vec![Goal::Macs, Goal::Bytes, Goal::Latency]
}

fn proxies() -> Vec<Proxy> {
    Proxy::ALL.to_vec()
}

fn control() -> bool {
    true
}

impl Networks {
    pub(super) fn complaints(&self) -> Vec<(Vec<String>, String)> {
        let own = [
            unless(self.epochs != Some(0), "epochs", "must be at least 1"),
            unless(!self.families.is_empty(), "families", "names none"),
            unless(self.population >= 2, "population", "must be at least 2"),
            unless(self.candidates >= self.population, "candidates", "must be as many as the `population`, or more"),
            unless(!self.proxies.is_empty(), "proxies", "names none"),
            unless(is_once(&self.proxies), "proxies", "names one twice"),
            unless(!self.goals.is_empty(), "goals", "names none"),
            unless(is_once(&self.goals), "goals", "names one twice"),
            self.device(),
        ];
        let family = |(i, family): (usize, &Family)| {
            let at = i.to_string();
            below(&["families", &at, family.name()], family.complaints())
        };
        let families = self.families.iter().enumerate().flat_map(family);
        let halving = below(&["halving"], self.halving.complaints());
        own.into_iter().flatten().chain(families).chain(halving).collect()
    }

    fn device(&self) -> Option<(Vec<String>, String)> {
        let remedy = remedy_for_name(&self.preset, catalog::devices());
        let Some(device) = catalog::device(&self.preset) else {
            return unless(false, "preset", &format!("is no device preset; {remedy}"));
        };
        let format = self.precision.name();
        unless(device.rate.contains_key(format), "precision", &format!("is one the preset has no rate for: `{format}`"))
    }
}

fn is_once<T: PartialEq>(list: &[T]) -> bool {
    list.iter().enumerate().all(|(i, thing)| !list[..i].contains(thing))
}
