//! All that a training needs to go on: safetensors, written whole or not at all.

use crate::catalog::Cost;
use crate::lab::network::{decode, encode};
use crate::problem::Problem;
use crate::store::atomic;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// One finished epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// Mean training loss.
    pub loss: f64,
    /// Accuracy on the validation images.
    pub validation: f64,
}

/// The state of a training after some steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// What is being made: a checkpoint of anything else is of no use.
    pub content: String,
    /// Steps done.
    pub step: u64,
    /// Sum of the losses of the epoch's steps so far.
    pub loss: f64,
    /// Finished epochs.
    pub history: Vec<Epoch>,
    /// Spent so far.
    pub cost: Cost,
    /// Parameters.
    pub parameters: Vec<f32>,
    /// What the optimiser remembers: momentum, or means of the gradient and its square.
    pub memory: Vec<Vec<f32>>,
    /// Running statistics of the norms.
    pub statistics: Vec<f32>,
    /// The moving average of the network's parameters and then statistics; empty without one.
    pub average: Vec<f32>,
}

/// Names of what optimisers remember.
const MEMORY: [&str; 2] = ["momentum", "square"];

#[derive(Serialize, Deserialize)]
struct Head {
    content: String,
    step: u64,
    loss: f64,
    history: Vec<Epoch>,
    cost: Cost,
}

impl Checkpoint {
    /// Writes it.
    ///
    /// # Errors
    /// Output errors.
    pub fn save(&self, path: &Path) -> Result<(), Problem> {
        let Self { content, step, loss, history, cost, .. } = self.clone();
        let head = serde_json::to_string(&Head { content, step, loss, history, cost });
        let head = head.map_err(|e| Problem::new(e.to_string()))?;
        let flat = |v: &[f32]| (vec![v.len()], v.to_vec());
        let parts = [("parameters", &self.parameters), ("statistics", &self.statistics), ("average", &self.average)];
        let parts = parts.into_iter().chain(MEMORY.into_iter().zip(&self.memory));
        let tensors: BTreeMap<String, _> = parts.map(|(name, v)| (name.to_string(), flat(v))).collect();
        atomic::write(path, &encode(&tensors, head)?)
    }

    /// Reads one, if it is there and of `content`.
    ///
    /// # Errors
    /// A file that cannot be read or is broken.
    pub fn load(path: &Path, content: &str) -> Result<Option<Self>, Problem> {
        if !path.is_file() {
            return Ok(None);
        }
        let bytes = std::fs::read(path).map_err(|e| Problem::io("read the checkpoint", path, &e))?;
        let broken = |p: Problem| p.in_file(path).remedy("delete the checkpoint to train from the start");
        let (mut tensors, head) = decode(&bytes).map_err(broken)?;
        let Head { content: found, step, loss, history, cost } =
            serde_json::from_str(&head).map_err(|e| broken(Problem::new(format!("not a checkpoint: {e}"))))?;
        let mut part = |name| tensors.remove(name).map(|(_, v)| v);
        let memory = MEMORY.into_iter().map_while(&mut part).collect();
        let [parameters, statistics, average] =
            ["parameters", "statistics", "average"].map(|name| part(name).unwrap_or_default());
        let this = Self { content: found, step, loss, history, cost, parameters, memory, statistics, average };
        Ok((this.content == content).then_some(this))
    }
}
