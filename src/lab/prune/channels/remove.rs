//! The smaller network that is left.

use super::Unit;
use crate::lab::architecture::{Architecture, Conv, Op};
use crate::lab::network::{Parameter, Role, Trainee, broken};
use crate::lab::prune::with;
use crate::problem::Problem;

/// The description without some units' channels: layers keep their names, order and taps.
///
/// # Errors
/// As for [`Architecture::shapes`].
pub fn remaining(architecture: &Architecture, gone: &[&Unit]) -> Result<Architecture, Problem> {
    let kept = Kept::new(architecture, gone)?;
    let mut smaller = architecture.clone();
    for (i, layer) in smaller.layers.iter_mut().enumerate() {
        match &mut layer.op {
            Op::Conv(conv) => *conv = kept.conv(*conv, layer.from, i + 1),
            Op::GlobalAveragePool | Op::AveragePool { .. } | Op::Linear { .. } | Op::GroupLogits { .. } => {}
        }
    }
    Ok(smaller)
}

/// The network without some units' channels.
///
/// # Errors
/// A description that no longer fits, and candle's own.
pub fn removed(trainee: &Trainee, gone: &[&Unit]) -> Result<Trainee, Problem> {
    let plan = &trainee.plan;
    let (kept, flat) = (Kept::new(&plan.architecture, gone)?, trainee.flat().map_err(broken)?);
    let parameters = plan.layout.parameters.iter();
    let values: Vec<f32> = parameters.flat_map(|p| kept.parameter(&plan.architecture, p, &flat)).collect();
    let norms = plan.layout.statistics.iter().enumerate().filter(|(_, range)| !range.is_empty());
    let statistics = norms.flat_map(|(i, range)| {
        let (mean, variance) = trainee.statistics[range.clone()].split_at(range.len() / 2);
        let kept = &kept.channels[i + 1];
        [mean, variance].into_iter().flat_map(move |values| kept.iter().map(|&c| values[c]))
    });
    with(&remaining(&plan.architecture, gone)?, &values, statistics.collect())
}

/// The channels of each tensor that stay, rising.
struct Kept {
    channels: Vec<Vec<usize>>,
    widths: Vec<usize>,
}

impl Kept {
    fn new(architecture: &Architecture, gone: &[&Unit]) -> Result<Self, Problem> {
        let widths: Vec<usize> = architecture.shapes()?.iter().map(|s| s[2]).collect();
        let mut stays: Vec<Vec<bool>> = widths.iter().map(|&w| vec![true; w]).collect();
        gone.iter().flat_map(|unit| &unit.channels).for_each(|&(tensor, channel)| stays[tensor][channel] = false);
        let channels = stays.iter().map(|stays| (0..stays.len()).filter(|&c| stays[c]).collect()).collect();
        Ok(Self { channels, widths })
    }

    /// Groups stay whole or go as a whole.
    fn conv(&self, conv: Conv, from: usize, to: usize) -> Conv {
        let groups = if conv.groups == 1 { 1 } else { self.channels[from].len() * conv.groups / self.widths[from] };
        Conv { channels: self.channels[to].len(), groups, ..conv }
    }

    /// What stays of a parameter.
    fn parameter(&self, architecture: &Architecture, p: &Parameter, flat: &[f32]) -> Vec<f32> {
        let (layer, values) = (&architecture.layers[p.layer], &flat[p.range.clone()]);
        let columns = &self.channels[p.layer + 1];
        match (p.role, &layer.op) {
            (Role::Weight, Op::Conv(conv)) if conv.groups > 1 => picked(values, p.shape[2], None, p.shape[3], columns),
            (Role::Weight, _) => {
                let [.., inputs, outputs] = p.shape[..] else { return values.to_vec() };
                picked(values, inputs, Some(&self.channels[layer.from]), outputs, columns)
            }
            _ => columns.iter().map(|&c| values[c]).collect(),
        }
    }
}

/// Rows and columns of each `[inputs][outputs]` matrix in `values`; all rows if none are named.
fn picked(values: &[f32], inputs: usize, rows: Option<&[usize]>, outputs: usize, columns: &[usize]) -> Vec<f32> {
    let all: Vec<usize> = (0..inputs).collect();
    let rows = rows.unwrap_or(&all);
    let matrices = values.chunks_exact(inputs * outputs);
    matrices.flat_map(|m| rows.iter().flat_map(move |r| columns.iter().map(move |c| m[r * outputs + c]))).collect()
}

/// The network with some units' norms at zero: nothing passes, nothing is smaller. The naive twin of [`removed`].
#[cfg(test)]
pub fn silenced(trainee: &Trainee, gone: &[&Unit]) -> Trainee {
    let mut flat = trainee.flat().unwrap();
    for &(tensor, channel) in gone.iter().flat_map(|unit| &unit.channels) {
        for role in [Role::Gamma, Role::Beta] {
            let range = trainee.plan.layout.range(tensor - 1, role);
            flat[range].iter_mut().skip(channel).take(1).for_each(|v| *v = 0.0);
        }
    }
    with(&trainee.plan.architecture, &flat, trainee.statistics.clone()).unwrap()
}
