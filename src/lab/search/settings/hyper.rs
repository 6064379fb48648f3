use super::{Dimension, below, misfits, seed, unless};
use crate::lab::search::sampler::Method;
use crate::lab::search::stop::Stop;
use schemars::JsonSchema;
use serde::Deserialize;

/// Which settings of a variant are tried, and how.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Hyper {
    /// The variant whose settings are changed: one that is trained, neither pruned nor quantised. Of several seeds, the
    /// first is taken.
    pub base: String,
    /// What may be changed; axes that others depend on first.
    pub space: Vec<Dimension>,
    /// What decides which settings are tried next.
    pub method: Method,
    /// Settings that are tried; of a grid, all if not stated.
    #[serde(default)]
    pub trials: Option<u32>,
    /// Seed of what is drawn.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Epochs of a whole training; the variant's own if not stated.
    #[serde(default)]
    pub epochs: Option<u32>,
    /// When a trial is given up; never if not stated.
    #[serde(default)]
    pub stop: Option<Stop>,
}

impl Hyper {
    pub(super) fn complaints(&self) -> Vec<(Vec<String>, String)> {
        let endless = self.trials.is_none() && !matches!(self.method, Method::Grid(_));
        let own = [
            unless(self.epochs != Some(0), "epochs", "must be at least 1"),
            unless(self.trials != Some(0), "trials", "must be at least 1"),
            unless(!endless, "trials", "is missing: only a grid ends by itself"),
            unless(!self.space.is_empty(), "space", "has no axis"),
        ];
        let method = below(&["method", self.method.name()], self.method.complaints());
        let stop = self.stop.as_ref().map(|stop| below(&["stop", stop.name()], stop.complaints()));
        own.into_iter().flatten().chain(method).chain(stop.into_iter().flatten()).chain(misfits(&self.space)).collect()
    }
}
