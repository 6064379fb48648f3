//! What a history says of trials that were trained.

use crate::problem::Problem;
use crate::report::theme::{self, Look};
use crate::store::parquet::Table;
use std::path::Path;

/// A search's trained trials.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The search's name.
    pub search: String,
    /// In the order of the search.
    pub trials: Vec<Trial>,
}

/// One trial, as far as it was trained.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    pub method: String,
    /// Multiply-accumulates of the search so far.
    pub spent_macs: f64,
    /// Validation accuracy in the end.
    pub accuracy: f64,
    /// Whether it was trained whole.
    pub whole: bool,
    /// Multiply-accumulates, bytes, seconds on this machine.
    pub costs: [f64; 3],
    /// What the search covers so far; not finite where there is one goal alone.
    pub hypervolume: f64,
}

/// Reads a history.
///
/// # Errors
/// A table that is missing, broken, or no history.
pub fn read(path: &Path) -> Result<Found, Problem> {
    let table = Table::read(path)?;
    let (method, outcome, epochs) = (table.str("method")?, table.str("outcome")?, table.u32("epochs")?);
    let (validation, accuracy) = (table.f64("validation_accuracy")?, table.f64("accuracy")?);
    let (macs, bytes, latency) = (table.u64("macs")?, table.u64("bytes")?, table.f64("latency_s")?);
    let (spent, volume) = (table.f64("spent_macs")?, table.f64("hypervolume")?);
    let trial = |i: usize| Trial {
        method: method[i].clone(),
        spent_macs: spent[i],
        accuracy: if accuracy[i].is_finite() { accuracy[i] } else { validation[i] },
        whole: outcome[i] == "finished",
        costs: [macs[i] as f64, bytes[i] as f64, latency[i]],
        hypervolume: volume[i],
    };
    let trained = |i: &usize| epochs[*i] > 0 && outcome[*i] != "goes-on";
    let trials = (0..table.rows()).filter(trained).map(trial).collect();
    Ok(Found { search: table.str("search")?.first().cloned().unwrap_or_default(), trials })
}

/// The method of trials that a search is compared with, where it has another method too.
const CONTROL: &str = "random";

impl Found {
    /// Methods with their looks, in the order in which they began.
    pub fn methods(&self) -> Vec<(String, Look)> {
        let mut names: Vec<&str> = Vec::new();
        for trial in &self.trials {
            if !names.contains(&trial.method.as_str()) {
                names.push(&trial.method);
            }
        }
        names.iter().enumerate().map(|(i, name)| ((*name).to_string(), theme::look(i))).collect()
    }

    /// The search's own trials and, if there is one, its control's: each with a name, the look of its last method, and
    /// its trials.
    pub fn sides(&self) -> Vec<(&'static str, Look, Vec<&Trial>)> {
        let methods = self.methods();
        let look = |trials: &[&Trial]| {
            let last = trials.last().map_or("", |t| t.method.as_str());
            methods.iter().find(|(name, _)| name == last).map_or(theme::look(0), |(_, look)| *look)
        };
        let has_control = methods.len() > 1;
        let side = |control: bool| -> Vec<&Trial> {
            self.trials.iter().filter(|t| (has_control && t.method == CONTROL) == control).collect()
        };
        let all = [("search", side(false)), ("control", side(true))];
        all.into_iter().filter(|(_, t)| !t.is_empty()).map(|(name, t)| (name, look(&t), t)).collect()
    }
}
