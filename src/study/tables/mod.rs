//! The tables that a study stores.
//!
//! - `runs.parquet`: a row for each point, policy and replication.
//! - `summary.parquet`: a row for each point, policy and quantity, over all replications ([`Row`]).
//! - `differences.parquet`: a row for each point, quantity and pair of policies ([`Difference`]).
//! - `series.parquet`: a row for each point, policy, replication, period and part, where the scenario asks for it.
//! - `latency.parquet`: what share of answers took at most how long, by point and policy.

mod differences;
mod latency;
mod runs;
mod series;
mod summary;

pub use differences::{Difference, differences};
pub use latency::latency;
pub use runs::runs;
pub use series::series;
pub use summary::{Row, summary};

use super::cell::Cell;
use crate::scenario::{Point, Scenario};
use crate::store::parquet::Columns;

/// File names.
pub const RUNS: &str = "runs.parquet";
/// File names.
pub const SUMMARY: &str = "summary.parquet";
/// File names.
pub const DIFFERENCES: &str = "differences.parquet";
/// File names.
pub const LATENCY: &str = "latency.parquet";
/// File names.
pub const SERIES: &str = "series.parquet";

/// A cell and where it belongs.
#[derive(Clone, Copy)]
pub struct Placed<'a> {
    /// Its point.
    pub point: &'a Point,
    /// Its policy's name.
    pub policy: &'a str,
    /// What its runs gave.
    pub cell: &'a Cell,
}

/// All cells in their places, in order of points and policies.
pub fn placed<'a>(scenario: &'a Scenario, cells: &'a [Cell]) -> Vec<Placed<'a>> {
    let of = |point: &'a Point| point.file.policies.names().map(move |policy| (point, policy));
    let places = scenario.points().iter().flat_map(of);
    places.zip(cells).map(|((point, policy), cell)| Placed { point, policy, cell }).collect()
}

/// The columns that say at which point a row is.
fn at<'a>(points: impl Iterator<Item = &'a Point> + Clone) -> Columns {
    Columns::new()
        .u32("point", points.clone().map(|p| p.index).collect())
        .str("parameter", points.clone().map(|p| p.parameter.as_str()))
        .str("value", points.clone().map(|p| p.value.as_str()))
        .f64("value_base", points.map(|p| p.value_base).collect())
}
