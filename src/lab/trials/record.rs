//! What is known of a trial: a file, named after the hash of all that makes the trial.

use crate::catalog::Cost;
use crate::lab::search::architecture::{Facts, Proxy};
use crate::lab::train::{Epoch, Trained};
use crate::problem::Problem;
use crate::store::atomic;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Found out so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The hash of what makes it.
    pub content: String,
    /// What the network costs, by number format and device.
    pub facts: BTreeMap<String, Facts>,
    /// What it promised untrained; nothing for what is no finite number.
    pub scores: BTreeMap<String, Option<f64>>,
    /// Finished epochs.
    pub epochs: Vec<Epoch>,
    /// Spent up to some epochs.
    pub costs: BTreeMap<u32, Cost>,
    /// Validation accuracy of what would be shipped after the whole training, by number format.
    pub accuracy: BTreeMap<String, f64>,
    /// Why it ended early, if its loss was no number.
    pub diverged: Option<String>,
}

fn path(folder: &Path, content: &str) -> PathBuf {
    folder.join("trials").join(format!("{content}.json"))
}

impl Record {
    /// What is known, which may be nothing.
    ///
    /// # Errors
    /// A file that is broken.
    pub fn load(folder: &Path, content: &str) -> Result<Self, Problem> {
        let path = path(folder, content);
        if !path.is_file() {
            return Ok(Self { content: content.into(), ..Self::default() });
        }
        let text =
            std::fs::read_to_string(&path).map_err(|e| Problem::io("read what is known of a trial", &path, &e))?;
        let broken = |e| Problem::new(format!("not what is known of a trial: {e}")).in_file(&path);
        serde_json::from_str(&text).map_err(|e| broken(e).remedy("delete the file to try it again"))
    }

    /// Writes it down.
    ///
    /// # Errors
    /// Output errors.
    pub fn save(&self, folder: &Path) -> Result<(), Problem> {
        let text = serde_json::to_string_pretty(self).map_err(|e| Problem::new(e.to_string()))?;
        atomic::write(&path(folder, &self.content), (text + "\n").as_bytes())
    }

    /// Notes how far its training came, and how right its network is after all of it.
    pub fn reached(&mut self, trained: &Trained, accuracy: Option<(&str, f64)>) {
        self.epochs.clone_from(&trained.history);
        self.costs.insert(trained.history.len() as u32, trained.cost);
        self.accuracy.extend(accuracy.map(|(format, accuracy)| (format.to_string(), accuracy)));
    }

    /// Validation accuracies of its first epochs.
    pub fn curve(&self, epochs: u32) -> Vec<f64> {
        self.epochs.iter().take(epochs as usize).map(|e| e.validation).collect()
    }

    /// Spent up to some epochs; if that was not noted, up to the next that were.
    pub fn cost(&self, epochs: u32) -> Cost {
        self.costs.range(epochs..).next().map(|(_, cost)| *cost).unwrap_or_default()
    }

    /// A score; minus infinity for what is no finite number, and what was not asked.
    pub fn score(&self, proxy: Proxy) -> f64 {
        self.scores.get(proxy.name()).copied().flatten().unwrap_or(f64::NEG_INFINITY)
    }
}
