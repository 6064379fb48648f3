//! What is tried next. A method is one file here and one line in [`Method`].

mod grid;
mod random;
#[cfg(test)]
mod tests;
mod tpe;

pub use grid::Grid;
pub use random::Random;
pub use tpe::Tpe;

use super::space::{Point, Space};
use crate::random::Rng;
use schemars::JsonSchema;
use serde::Deserialize;

/// What decides which settings are tried next.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Method {
    /// All settings of a grid, one after another.
    Grid(Grid),
    /// Settings anywhere.
    Random(Random),
    /// Settings that are likelier among good trials than among bad ones (Bergstra et al. 2011, tree-structured Parzen
    /// estimators).
    Tpe(Tpe),
}

impl Method {
    /// Its name in tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Grid(_) => "grid",
            Self::Random(_) => "random",
            Self::Tpe(_) => "tpe",
        }
    }

    /// The `trial`-th point, after the points that were `told`, best first; nothing after the last of a grid. Draws are
    /// those of `rng` alone.
    pub fn ask(&self, space: &Space, told: &[&Point], trial: usize, rng: &mut Rng) -> Option<Point> {
        match self {
            Self::Grid(grid) => grid.ask(space, trial),
            Self::Random(_) => Some(space.anywhere(rng)),
            Self::Tpe(tpe) => Some(tpe.ask(space, told, rng)),
        }
    }

    /// Points that there are, if it ends by itself.
    pub fn size(&self, space: &Space) -> Option<usize> {
        match self {
            Self::Grid(grid) => Some(grid.points(space).len()),
            _ => None,
        }
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Grid(grid) => grid.complaints(),
            Self::Random(_) => Vec::new(),
            Self::Tpe(tpe) => tpe.complaints(),
        }
    }
}
