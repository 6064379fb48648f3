//! All trials of a search in one table, a row a trial and rung.

use crate::lab::search::architecture::{Facts, Goal, Proxy};
use crate::lab::search::pareto::{dominates, hypervolume};
use crate::store::parquet::Columns;
use std::collections::BTreeMap;

/// The table's name.
pub const HISTORY: &str = "history.parquet";
/// The method of the trials that a search for networks is compared with.
pub const CONTROL: &str = "random";
/// What the reference of a hypervolume is beyond the largest costs.
const BEYOND: f64 = 1.1;

/// What became of a trial after a rung.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum End {
    /// It goes on to the next.
    #[default]
    GoesOn,
    /// It was trained whole.
    Finished,
    /// It was given up; why.
    Pruned(String),
    /// It breaks constraints, and was not trained; which.
    Infeasible(String),
    /// Others promised more untrained; how many.
    PassedOver(String),
    /// Its loss was no number; when.
    Diverged(String),
}

impl End {
    /// In one word, and why.
    fn words(&self) -> (&'static str, &str) {
        match self {
            Self::GoesOn => ("goes-on", ""),
            Self::Finished => ("finished", ""),
            Self::Pruned(why) => ("pruned", why),
            Self::Infeasible(why) => ("infeasible", why),
            Self::PassedOver(why) => ("passed-over", why),
            Self::Diverged(why) => ("diverged", why),
        }
    }
}

/// One trial after one rung.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its number in the search.
    pub trial: u32,
    /// What chose it.
    pub method: &'static str,
    /// Of those bred, the generation.
    pub generation: u32,
    /// From 0.
    pub rung: u32,
    /// Seed of the training.
    pub seed: u64,
    /// The hash of what makes it.
    pub content: String,
    /// What it sets, as in a recipe.
    pub settings: String,
    /// Epochs trained.
    pub epochs: u32,
    /// Mean training loss of the last of them.
    pub loss: f64,
    /// Validation accuracy after the last of them.
    pub validation: f64,
    /// Validation accuracy of what would be shipped, if it was trained whole.
    pub accuracy: f64,
    /// What the network costs.
    pub facts: Option<Facts>,
    /// By which share it breaks constraints.
    pub violation: f64,
    /// What it promised untrained.
    pub scores: BTreeMap<String, Option<f64>>,
    /// Multiply-accumulates of its training so far.
    pub train_macs: f64,
    /// Multiply-accumulates of scoring it, where that was done for this row.
    pub score_macs: f64,
    /// Multiply-accumulates of the search so far; the control counts by itself.
    pub spent_macs: f64,
    /// Seconds of its training so far.
    pub wall_s: f64,
    /// Processor seconds of its training so far.
    pub cpu_s: f64,
    /// What became of it.
    pub end: End,
    /// Whether no other one of the search or its control beats it.
    pub front: bool,
    /// What the search, or its control, covers so far.
    pub hypervolume: f64,
}

impl Row {
    fn is_control(&self) -> bool {
        self.method == CONTROL
    }

    fn goals(&self, goals: &[Goal]) -> Option<Vec<f64>> {
        let facts = self.facts.filter(|_| self.end == End::Finished)?;
        Some(std::iter::once(1.0 - self.accuracy).chain(goals.iter().map(|g| g.of(&facts))).collect())
    }
}

/// All rows so far, in the order of the search.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// One a trial and rung.
    pub rows: Vec<Row>,
    /// Beyond which nothing counts for a hypervolume: error, then costs.
    pub reference: Vec<f64>,
}

impl History {
    /// Notes a row, with what was spent up to it.
    pub fn push(&mut self, mut row: Row) {
        let before = self.rows.iter().rev().find(|r| r.is_control() == row.is_control()).map_or(0.0, |r| r.spent_macs);
        let same = |r: &&Row| r.trial == row.trial && r.is_control() == row.is_control();
        let trained = self.rows.iter().filter(same).map(|r| r.train_macs).fold(0.0, f64::max);
        row.spent_macs = before + (row.train_macs - trained).max(0.0) + row.score_macs;
        row.hypervolume = f64::NAN;
        self.rows.push(row);
    }

    /// Spent by the search, or its control.
    pub fn spent(&self, control: bool) -> f64 {
        self.rows.iter().rev().find(|r| r.is_control() == control).map_or(0.0, |r| r.spent_macs)
    }

    /// Says who is on the front, and what is covered after each row: as a share of what lies between no error at no cost
    /// and a reference, which is the error of guessing and a tenth more than the largest cost of all that were trained
    /// whole.
    pub fn judge(&mut self, goals: &[Goal], classes: usize) {
        let standing: Vec<Option<Vec<f64>>> = self.rows.iter().map(|row| row.goals(goals)).collect();
        let all: Vec<&Vec<f64>> = standing.iter().flatten().collect();
        let most = |goal: usize| all.iter().map(|g| g[goal]).fold(0.0, f64::max) * BEYOND;
        let error = 1.0 - 1.0 / classes.max(1) as f64;
        self.reference = std::iter::once(error).chain((1..=goals.len()).map(most)).collect();
        let share = |g: &Vec<f64>| g.iter().zip(&self.reference).map(|(g, r)| g / r).collect::<Vec<f64>>();
        let mut seen: [Vec<Vec<f64>>; 2] = [Vec::new(), Vec::new()];
        for (row, own) in self.rows.iter_mut().zip(&standing) {
            let group = &mut seen[usize::from(row.is_control())];
            group.extend(own.as_ref().map(&share));
            let points: Vec<&[f64]> = group.iter().map(Vec::as_slice).collect();
            row.hypervolume = hypervolume(&points, &vec![1.0; goals.len() + 1]);
            row.front = own.as_ref().is_some_and(|own| !all.iter().any(|other| dominates(other, own)));
        }
    }

    /// What is covered in the end, by the search or its control.
    pub fn volume(&self, control: bool) -> Option<f64> {
        self.rows.iter().rev().find(|r| r.is_control() == control).map(|r| r.hypervolume)
    }

    /// The table.
    pub fn columns(&self, search: &str) -> Columns {
        let rows = &self.rows;
        let text = |part: fn(&Row) -> &str| rows.iter().map(|r| part(r).to_string()).collect::<Vec<_>>();
        let small = |part: fn(&Row) -> u32| rows.iter().map(part).collect::<Vec<_>>();
        let real = |part: fn(&Row) -> f64| rows.iter().map(part).collect::<Vec<_>>();
        let count = |part: fn(&Facts) -> u64| rows.iter().map(|r| r.facts.as_ref().map_or(0, part)).collect();
        let cost = |part: fn(&Facts) -> f64| rows.iter().map(|r| r.facts.as_ref().map_or(f64::NAN, part)).collect();
        let score = |proxy: Proxy| {
            rows.iter().map(move |r| r.scores.get(proxy.name()).map_or(f64::NAN, |s| s.unwrap_or(f64::NEG_INFINITY)))
        };
        let columns = Columns::new()
            .str("search", rows.iter().map(|_| search))
            .u32("trial", small(|r| r.trial))
            .str("method", text(|r| r.method))
            .u32("generation", small(|r| r.generation))
            .u32("rung", small(|r| r.rung))
            .u64("seed", rows.iter().map(|r| r.seed).collect())
            .str("content", text(|r| &r.content))
            .str("settings", text(|r| &r.settings))
            .u32("epochs", small(|r| r.epochs))
            .f64("loss", real(|r| r.loss))
            .f64("validation_accuracy", real(|r| r.validation))
            .f64("accuracy", real(|r| r.accuracy))
            .u64("macs", count(|f| f.macs))
            .u64("parameters", count(|f| f.parameters))
            .u64("bytes", count(|f| f.bytes))
            .u64("peak_activation_bytes", count(|f| f.peak_activation_bytes))
            .f64("latency_s", cost(|f| f.latency_s))
            .f64("device_latency_s", cost(|f| f.device_latency_s.unwrap_or(f64::NAN)))
            .f64("device_energy_j", cost(|f| f.device_energy_j.unwrap_or(f64::NAN)))
            .bool("extrapolated", rows.iter().map(|r| r.facts.is_some_and(|f| f.extrapolated)).collect())
            .f64("violation", real(|r| r.violation));
        let columns = Proxy::ALL.into_iter().fold(columns, |c, proxy| c.f64(proxy.name(), score(proxy).collect()));
        columns
            .f64("train_macs", real(|r| r.train_macs))
            .f64("spent_macs", real(|r| r.spent_macs))
            .f64("wall_s", real(|r| r.wall_s))
            .f64("cpu_s", real(|r| r.cpu_s))
            .str("outcome", text(|r| r.end.words().0))
            .str("why", text(|r| r.end.words().1))
            .bool("front", rows.iter().map(|r| r.front).collect())
            .f64("hypervolume", real(|r| r.hypervolume))
    }
}
