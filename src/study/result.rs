//! What a study gave.

use super::manifest::Manifest;
use super::table;
use super::tables::{DIFFERENCES, Difference, Row, SUMMARY};
use crate::problem::Problems;
use crate::store::parquet::Table;
use std::path::{Path, PathBuf};

/// What a study gave: run just now, or stored by an equal one.
#[derive(Clone, Debug)]
pub struct StudyResult {
    /// Where its tables are.
    pub folder: PathBuf,
    /// What it says about itself, the answer in words included.
    pub manifest: Manifest,
    /// `summary.parquet`.
    pub rows: Vec<Row>,
    /// `differences.parquet`.
    pub differences: Vec<Difference>,
    /// Whether it was already there.
    pub reused: bool,
}

impl StudyResult {
    /// Reads a finished study.
    ///
    /// # Errors
    /// All files that are missing or broken.
    pub fn read(folder: &Path) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let manifest = problems.note(Manifest::read(folder));
        let rows = Table::read(&folder.join(SUMMARY)).and_then(|table| Row::of_table(&table));
        let differences = Table::read(&folder.join(DIFFERENCES)).and_then(|table| Difference::of_table(&table));
        match (manifest, problems.note(rows), problems.note(differences)) {
            (Some(manifest), Some(rows), Some(differences)) => {
                Ok(Self { folder: folder.into(), manifest, rows, differences, reused: false })
            }
            _ => Err(problems),
        }
    }

    /// The results as text: a line for each point and policy, with intervals.
    pub fn table(&self) -> String {
        table::render(&self.manifest, &self.rows)
    }

    /// The answer in words, seven lines.
    pub fn words(&self) -> &[String] {
        &self.manifest.summary
    }

    /// The row of a quantity.
    pub fn row(&self, point: u32, policy: &str, metric: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.point == point && row.policy == policy && row.metric == metric)
    }
}
