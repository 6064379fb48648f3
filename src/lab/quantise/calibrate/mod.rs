//! Which range of an activation's values its bytes cover, by what training images give. A method is one file here and
//! one line in [`Calibration`].

mod histogram;
mod min_max;
mod mse;
mod percentile;

pub use percentile::Percentile;

use super::grid::Grid;
use crate::lab::network::Executor;
use crate::problem::Problem;
use histogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the range that bytes cover is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Calibration {
    /// All values that were seen.
    #[default]
    MinMax,
    /// A share of the values that were seen; the rest is cut off, as much at either end.
    Percentile(Percentile),
    /// The range that gives the least mean squared error (Nagel et al. 2021, section 2.2).
    Mse,
}

impl Calibration {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Percentile(percentile) => percentile.complaints(),
            Self::MinMax | Self::Mse => Vec::new(),
        }
    }

    fn range(&self, seen: &Histogram) -> (f32, f32) {
        match self {
            Self::MinMax => min_max::range(seen),
            Self::Percentile(percentile) => percentile.range(seen),
            Self::Mse => mse::range(seen),
        }
    }
}

/// Images that are run together.
const BATCH: usize = 64;

/// The grid of every tensor that `images`, `[n][h][w][c]`, give when they run through the network.
///
/// # Errors
/// A network that gives values which are no finite numbers.
pub fn grids(executor: &Executor, images: &[f32], method: Calibration) -> Result<Vec<Grid>, Problem> {
    let shapes = executor.architecture().shapes()?;
    let mut seen = vec![Histogram::default(); shapes.len()];
    run(executor, images, |t, values| seen[t].widen(values))?;
    if let Some(t) = seen.iter().position(|s| !s.is_finite()) {
        let name = t.checked_sub(1).map_or("the input", |i| executor.architecture().layers[i].name.as_str());
        return Err(Problem::new(format!("the values of `{name}` are no finite numbers: they have no bytes")));
    }
    run(executor, images, |t, values| seen[t].count(values))?;
    Ok(seen.iter().map(|s| method.range(s)).map(|(low, high)| Grid::covering(low, high)).collect())
}

/// Calls `f(tensor, values)` for every tensor of every batch.
fn run(executor: &Executor, images: &[f32], mut f: impl FnMut(usize, &[f32])) -> Result<(), Problem> {
    let shapes = executor.architecture().shapes()?;
    let size: usize = shapes[0].iter().product();
    let mut tensors = vec![Vec::new(); shapes.len()];
    for batch in images.chunks(BATCH * size) {
        tensors[0] = batch.to_vec();
        (0..shapes.len() - 1).for_each(|i| executor.layer(i, &mut tensors));
        tensors.iter().enumerate().for_each(|(t, values)| f(t, values));
    }
    Ok(())
}
