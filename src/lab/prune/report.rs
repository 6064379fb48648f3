//! What a round of pruning took away.

use crate::lab::architecture::{Count, counts};
use crate::lab::network::{Role, Trainee, broken};
use crate::problem::Problem;
use crate::store::parquet::Columns;

/// One layer with weights, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerReport {
    /// Its name.
    pub name: String,
    /// Output channels.
    pub channels: [usize; 2],
    /// Weights, norms and biases left out.
    pub weights: [usize; 2],
    /// Weights that are not zero.
    pub nonzero: [usize; 2],
    /// Multiply-accumulates, zeros included.
    pub macs: [u64; 2],
}

/// A round of pruning.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The round.
    pub round: u32,
    /// The share that was due.
    pub due: f64,
    /// Every layer with weights.
    pub layers: Vec<LayerReport>,
}

impl Report {
    pub(super) fn of(before: &Trainee, after: &Trainee, round: u32, due: f64) -> Result<Self, Problem> {
        let [old, new] = [sides(before)?, sides(after)?];
        let layers = old.into_iter().zip(new).map(|((name, a), (_, b))| LayerReport {
            name,
            channels: [a.channels, b.channels],
            weights: [a.weights, b.weights],
            nonzero: [a.nonzero, b.nonzero],
            macs: [a.macs, b.macs],
        });
        Ok(Self { round, due, layers: layers.collect() })
    }

    /// Share of the weights left that are zero.
    pub fn sparsity(&self) -> f64 {
        let sum = |part: fn(&LayerReport) -> usize| self.layers.iter().map(part).sum::<usize>() as f64;
        1.0 - sum(|l| l.nonzero[1]) / sum(|l| l.weights[1]).max(1.0)
    }

    /// Multiply-accumulates before and after.
    pub fn macs(&self) -> [u64; 2] {
        [0, 1].map(|side| self.layers.iter().map(|l| l.macs[side]).sum())
    }

    /// The table `pruning.parquet`: a row for each round and layer with weights.
    pub fn columns(rounds: &[Self]) -> Columns {
        let rows: Vec<(&Self, &LayerReport)> =
            rounds.iter().flat_map(|r| r.layers.iter().map(move |l| (r, l))).collect();
        let number = |part: fn(&LayerReport) -> usize| rows.iter().map(|(_, l)| part(l) as u32).collect();
        Columns::new()
            .u32("round", rows.iter().map(|(r, _)| r.round).collect())
            .f64("due", rows.iter().map(|(r, _)| r.due).collect())
            .str("layer", rows.iter().map(|(_, l)| l.name.as_str()))
            .u32("channels_before", number(|l| l.channels[0]))
            .u32("channels", number(|l| l.channels[1]))
            .u32("weights_before", number(|l| l.weights[0]))
            .u32("weights", number(|l| l.weights[1]))
            .u32("nonzero_before", number(|l| l.nonzero[0]))
            .u32("nonzero", number(|l| l.nonzero[1]))
            .u64("macs_before", rows.iter().map(|(_, l)| l.macs[0]).collect())
            .u64("macs", rows.iter().map(|(_, l)| l.macs[1]).collect())
    }
}

struct Side {
    channels: usize,
    weights: usize,
    nonzero: usize,
    macs: u64,
}

fn sides(trainee: &Trainee) -> Result<Vec<(String, Side)>, Problem> {
    let (plan, flat) = (&trainee.plan, trainee.flat().map_err(broken)?);
    let counts: Vec<Count> = counts(&plan.architecture)?;
    let weights = plan.layout.parameters.iter().filter(|p| p.role == Role::Weight);
    let side = weights.map(|p| {
        let values = &flat[p.range.clone()];
        let nonzero = values.iter().filter(|v| **v != 0.0).count();
        let channels = plan.shapes[p.layer + 1][2];
        let side = Side { channels, weights: values.len(), nonzero, macs: counts[p.layer].macs };
        (plan.architecture.layers[p.layer].name.clone(), side)
    });
    Ok(side.collect())
}
