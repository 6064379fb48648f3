//! First-order Taylor expansion of the loss (Molchanov et al. 2019, arXiv 1906.10771, equation 8, at a gate behind the
//! batch norm): a channel is taken out by `γ = β = 0`, which changes the loss by `−(γ ∂L/∂γ + β ∂L/∂β)` to first order.
//! Where several norms write to a unit, their changes are summed before they are squared, as they go together.

use super::{Scores, norm_at, written};
use crate::lab::data::Dataset;
use crate::lab::network::{Trainee, broken};
use crate::lab::prune::Group;
use crate::lab::train;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Images in a batch.
const BATCH: usize = 128;

/// On how many training images the loss is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Taylor {
    /// Training images, evenly spread over the file; whole batches of 128 are used if there is more than one.
    #[serde(default = "images")]
    pub images: usize,
}

fn images() -> usize {
    2048
}

impl Taylor {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let few = (self.images < 2).then(|| ("images", "must be at least 2".into()));
        few.into_iter().collect()
    }

    pub(super) fn scores(&self, trainee: &mut Trainee, groups: &[Group], data: &Dataset) -> Result<Scores, Problem> {
        let have = data.train.len();
        let wanted = self.images.min(have);
        let positions: Vec<usize> = (0..wanted).map(|i| i * have / wanted).collect();
        let mut sums: Scores = groups.iter().map(|g| vec![0.0; g.units.len()]).collect();
        let flat = trainee.flat().map_err(broken)?;
        for batch in positions.chunks_exact(BATCH.min(wanted).max(1)) {
            let gradient = gradient(trainee, data, batch)?;
            for (sums, group) in sums.iter_mut().zip(groups) {
                for (sum, unit) in sums.iter_mut().zip(&group.units) {
                    let norms = written(trainee, unit).flat_map(|(layer, channel)| norm_at(trainee, layer, channel));
                    let change: f64 = norms.map(|at| f64::from(flat[at]) * f64::from(gradient[at])).sum();
                    *sum += change * change;
                }
            }
        }
        Ok(sums)
    }
}

/// The gradient of the mean cross-entropy of some training images, by batch statistics; the running ones stay.
pub(in crate::lab::prune) fn gradient(
    trainee: &mut Trainee,
    data: &Dataset,
    positions: &[usize],
) -> Result<Vec<f32>, Problem> {
    let images = data.train.select(positions);
    train::gradient(trainee, &images.scaled(&data.scaling), &images.label)
}
