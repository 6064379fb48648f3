//! Pictures of what a lab made, from its stored tables alone: a figure is one file here and one line in [`ALL`].

mod calibration;
mod confusion;
mod corruption;
mod costs;
mod data;
mod energy;
mod gains;
mod reliability;
mod search;
mod seeds;
mod sensitivity;
#[cfg(test)]
mod tests;
mod training;

use super::figure::Drawing;
use super::theme::{self, Look};
use super::{Picture, picture};
use crate::problem::{Problem, Problems};
use crate::store::atomic;
use data::{Lab, Made};
use std::path::{Path, PathBuf};

/// A kind of figure.
struct Figure {
    name: &'static str,
    /// Draws it; nothing if there are no data for it.
    draw: fn(&Lab) -> Option<Drawing>,
}

/// All figures.
const ALL: &[Figure] = &[
    Figure { name: "accuracy_macs", draw: costs::by_macs },
    Figure { name: "accuracy_bytes", draw: costs::by_bytes },
    Figure { name: "training", draw: training::draw },
    Figure { name: "confusion", draw: confusion::draw },
    Figure { name: "reliability", draw: reliability::draw },
    Figure { name: "calibration", draw: calibration::draw },
    Figure { name: "energy", draw: energy::draw },
    Figure { name: "sensitivity", draw: sensitivity::draw },
    Figure { name: "corruption", draw: corruption::draw },
    Figure { name: "gains", draw: gains::draw },
];

/// Draws the networks of a table (`variants.parquet`) whose folders lie in `models`, or a search's trials
/// (`history.parquet`), into `out`; gives the files written. What stands beside the networks' table (`subclass.parquet`,
/// `energy.parquet`) is drawn too. `only` names variants, if not all are to be drawn.
///
/// # Errors
/// All tables that are missing or broken; output errors.
pub fn write(table: &Path, models: &Path, only: &[String], out: &Path) -> Result<Vec<PathBuf>, Problems> {
    let drawn = || pictures(&data::read(table, models, only)?).map_err(Problems::from);
    let pictures = if search::is_history(table)? { search::of(table)? } else { drawn()? };
    let mut files = Vec::new();
    for Picture { name, svg, png, .. } in pictures {
        for (ending, bytes) in [("svg", svg.as_bytes()), ("png", &png)] {
            let path = out.join(format!("{name}.{ending}"));
            atomic::write(&path, bytes)?;
            files.push(path);
        }
    }
    Ok(files)
}

fn pictures(lab: &Lab) -> Result<Vec<Picture>, Problem> {
    let drawings = ALL.iter().filter_map(|figure| Some((figure.name, (figure.draw)(lab)?)));
    drawings.map(|(name, drawing)| picture(name, drawing)).collect()
}

/// Networks with their looks, which are the same in all figures.
fn looks(lab: &Lab) -> Vec<(&Made, Look)> {
    lab.made.iter().enumerate().map(|(i, made)| (made, theme::look(i))).collect()
}
