//! The mean absolute weight of the filters that write a channel (Li et al. 2017, arXiv 1608.08710: the L1 norm), over its
//! group's mean, so that layers whose weights are small throughout are not emptied first.

use super::{Scores, each, mean};
use crate::lab::network::{Role, Trainee, broken};
use crate::lab::prune::Group;
use crate::problem::Problem;

pub fn scores(trainee: &Trainee, groups: &[Group]) -> Result<Scores, Problem> {
    let flat = trainee.flat().map_err(broken)?;
    let filter = |layer: usize, channel: usize| {
        let (weights, channels) =
            (&flat[trainee.plan.layout.range(layer, Role::Weight)], trainee.plan.shapes[layer + 1][2]);
        let sum: f64 = weights[channel..].iter().step_by(channels).map(|w| f64::from(w.abs())).sum();
        sum * channels as f64 / weights.len() as f64
    };
    let mut scores = each(groups, |unit| mean(trainee, unit, filter));
    scores.iter_mut().for_each(|group| normalise(group));
    Ok(scores)
}

fn normalise(group: &mut [f64]) {
    let mean = group.iter().sum::<f64>() / group.len().max(1) as f64;
    group.iter_mut().for_each(|score| *score /= mean.max(f64::MIN_POSITIVE));
}
