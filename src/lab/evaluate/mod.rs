//! Evaluation of a recipe's networks side by side, as tables: one file here and one line in [`TABLES`] each.
//!
//! What stored answers tell is computed from these; nothing is trained. Answers below superclasses and features come from
//! the weights that are shipped. Times are taken now, on this machine, of all networks alike. What does not apply is NaN
//! in Parquet and empty in CSV.

mod corruption;
mod csv;
mod energy;
mod features;
mod layers;
mod levels;
mod stored;
mod subclass;
mod subject;
#[cfg(test)]
mod tests;
mod transfer;
mod transmission;
mod variants;

pub use csv::csv;
pub use subject::{Finest, Subject};

use crate::lab::data::Dataset;
use crate::lab::distil::subclass::Partition;
use crate::lab::measure::transfer::{Levels, levels, levels_above};
use crate::problem::Problem;
use crate::store::atomic;
use crate::store::parquet::Columns;
use crate::units::Watts;
use std::path::Path;
use subject::Seen;

/// One table.
struct Table {
    /// Its name, without an ending.
    name: &'static str,
    columns: fn(&Field) -> Result<Columns, Problem>,
}

/// All tables.
const TABLES: &[Table] = &[
    Table { name: "variants", columns: variants::columns },
    Table { name: "layers", columns: layers::columns },
    Table { name: "levels", columns: levels::columns },
    Table { name: "subclass", columns: subclass::columns },
    Table { name: "transfer", columns: transfer::columns },
    Table { name: "features", columns: features::columns },
    Table { name: "corruption", columns: corruption::columns },
    Table { name: "energy", columns: energy::columns },
    Table { name: "transmission", columns: transmission::columns },
];

/// What is looked at.
#[derive(Debug)]
pub struct Evaluation<'a> {
    /// The networks.
    pub subjects: Vec<Subject>,
    /// Partitions that they are about, by name.
    pub partitions: Vec<(String, Partition)>,
    /// The images, with classes as labels.
    pub data: &'a Dataset,
    /// Power of one busy processor where they were made: for those whose lineage does not state it.
    pub core_power: Watts,
}

/// What is looked at, with all that is known of it.
struct Field<'a> {
    told: &'a Evaluation<'a>,
    seen: Vec<Seen>,
}

impl Evaluation<'_> {
    /// Writes all tables that have rows into a folder, as CSV and as Parquet.
    ///
    /// # Errors
    /// Whatever of a network cannot be read; output errors.
    pub fn write(&self, folder: &Path) -> Result<(), Problem> {
        let seen = self.subjects.iter().map(|s| Seen::of(s, self.data)).collect::<Result<_, _>>()?;
        let field = Field { told: self, seen };
        for Table { name, columns } in TABLES {
            let columns = columns(&field)?;
            let [text, parquet] = ["csv", "parquet"].map(|ending| folder.join(format!("{name}.{ending}")));
            if columns.rows() > 0 {
                atomic::write(&text, csv(&columns).as_bytes())?;
                columns.write(&parquet)?;
            } else {
                // What an earlier run left there says nothing of these networks.
                [text, parquet].iter().filter(|path| path.is_file()).try_for_each(|path| remove(path))?;
            }
        }
        Ok(())
    }
}

impl Field<'_> {
    /// Networks with what is known of them.
    fn all(&self) -> impl Iterator<Item = (&Subject, &Seen)> {
        self.told.subjects.iter().zip(&self.seen)
    }

    /// The partitions that a network is looked at by: its own, or else all.
    fn partitions<'b>(&'b self, subject: &'b Subject) -> impl Iterator<Item = (&'b str, &'b Partition)> {
        let own = subject.partition.as_deref();
        let all = self.told.partitions.iter().map(|(name, partition)| (name.as_str(), partition));
        all.filter(move |(name, _)| own.is_none_or(|own| own == *name))
    }

    /// The one partition that a network is about: its own, or else the only one there is.
    fn about<'b>(&'b self, subject: &'b Subject) -> Option<(&'b str, &'b Partition)> {
        let mut all = self.partitions(subject);
        all.next().filter(|_| all.next().is_none())
    }

    /// How often a network is right on a split at the two levels of a partition; none if it knows of other superclasses.
    fn levels(&self, at: usize, name: &str, partition: &Partition, validation: bool) -> Option<Levels> {
        let (subject, seen) = (&self.told.subjects[at], &self.seen[at]);
        let images = if validation { &self.told.data.validation } else { &self.told.data.test };
        let labels: Vec<usize> = images.label.iter().map(|&l| l.into()).collect();
        let part = |answers: &crate::lab::answers::Answers| {
            if validation { answers.validation.logits.clone() } else { answers.test.logits.clone() }
        };
        match &seen.finest {
            Some(finest) if subject.finest == Finest::Classes => {
                Some(levels(&part(finest), &labels, &partition.groups))
            }
            _ if subject.labels.as_deref() == Some(name) => {
                Some(levels_above(&part(&seen.own), &labels, &partition.groups))
            }
            _ => None,
        }
    }
}

fn remove(path: &Path) -> Result<(), Problem> {
    std::fs::remove_file(path).map_err(|e| Problem::io("remove the table", path, &e))
}

/// What there may be of a figure; NaN stands for nothing.
fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}
