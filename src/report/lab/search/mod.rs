//! Pictures of a search, from its history alone: a figure is one file here and one line in [`ALL`].

mod course;
mod data;
mod pareto;
#[cfg(test)]
mod tests;

use crate::problem::{Problem, Problems};
use crate::report::figure::Drawing;
use crate::report::{Picture, picture};
use crate::store::parquet::Table;
use data::Found;
use std::path::Path;

/// A kind of figure.
struct Figure {
    name: &'static str,
    /// Draws it; nothing if there are no data for it.
    draw: fn(&Found) -> Option<Drawing>,
}

/// All figures.
const ALL: &[Figure] = &[
    Figure { name: "search", draw: course::draw },
    Figure { name: "search_macs", draw: pareto::by_macs },
    Figure { name: "search_bytes", draw: pareto::by_bytes },
    Figure { name: "search_latency", draw: pareto::by_latency },
];

/// Whether a table is a search's history.
pub(super) fn is_history(path: &Path) -> Result<bool, Problem> {
    Ok(Table::names_in(path)?.iter().any(|name| name == "rung"))
}

/// The figures of a history.
pub(super) fn of(path: &Path) -> Result<Vec<Picture>, Problems> {
    Ok(pictures(&data::read(path)?)?)
}

fn pictures(found: &Found) -> Result<Vec<Picture>, Problem> {
    let drawings = ALL.iter().filter_map(|figure| Some((figure.name, (figure.draw)(found)?)));
    drawings.map(|(name, drawing)| picture(name, drawing)).collect()
}
