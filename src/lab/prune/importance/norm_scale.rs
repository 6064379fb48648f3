//! The absolute scale of a channel's batch norm (Liu et al. 2017, arXiv 1708.06519, "network slimming"); the mean where
//! several norms write to it.

use super::{Scores, each, mean, norm_at};
use crate::lab::network::{Trainee, broken};
use crate::lab::prune::Group;
use crate::problem::Problem;

pub fn scores(trainee: &Trainee, groups: &[Group]) -> Result<Scores, Problem> {
    let flat = trainee.flat().map_err(broken)?;
    let scale = |layer, channel| f64::from(flat[norm_at(trainee, layer, channel)[0]].abs());
    Ok(each(groups, |unit| mean(trainee, unit, scale)))
}
