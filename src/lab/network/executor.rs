//! The inference form: batch norm folded into the convolutions (weights scaled, a bias instead).

use super::group;
use super::layout::Role;
use super::op::{Trainee, broken};
use super::pass::{EPS, Plan};
use crate::kernel;
use crate::lab::architecture::{Architecture, Op};
use crate::problem::Problem;
use rayon::prelude::*;
use std::sync::Arc;

/// Weights and bias of each layer, norms folded; empty where a layer has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The description.
    pub architecture: Architecture,
    /// Per layer: weights, then bias.
    pub layers: Vec<[Vec<f32>; 2]>,
}

impl Folded {
    /// A trained network's inference form.
    ///
    /// # Errors
    /// candle's own.
    pub fn of(trainee: &Trainee) -> Result<Self, Problem> {
        Ok(Self::new(&trainee.plan, &trainee.flat().map_err(broken)?, &trainee.statistics))
    }

    /// Folds running statistics into convolutions: `w · γ / √(var + eps)` and `β − mean · γ / √(var + eps)`.
    fn new(plan: &Plan, parameters: &[f32], statistics: &[f32]) -> Self {
        let part = |layer, role| &parameters[plan.layout.range(layer, role)];
        let fold = |(i, layer): (usize, &crate::lab::architecture::Layer)| {
            let weight = part(i, Role::Weight).to_vec();
            if !matches!(layer.op, Op::Conv(_)) {
                return [weight, part(i, Role::Bias).to_vec()];
            }
            let (mean, variance) = statistics[plan.layout.statistics[i].clone()].split_at(plan.shapes[i + 1][2]);
            let scale: Vec<f32> =
                part(i, Role::Gamma).iter().zip(variance).map(|(g, v)| g / (v + EPS).sqrt()).collect();
            let bias = part(i, Role::Beta).iter().zip(mean).zip(&scale).map(|((b, m), s)| b - m * s).collect();
            [weight.chunks(scale.len()).flat_map(|w| w.iter().zip(&scale).map(|(w, s)| w * s)).collect(), bias]
        };
        let layers = plan.architecture.layers.iter().enumerate().map(fold).collect();
        Self { architecture: plan.architecture.clone(), layers }
    }
}

/// A network that answers.
#[derive(Debug)]
pub struct Executor {
    plan: Arc<Plan>,
    folded: Folded,
    ones: Vec<f32>,
}

/// Images that a thread runs through all layers together, so that their activations stay in its cache.
const BATCH: usize = 4;

impl Executor {
    /// A network from its folded weights, which are checked against the description.
    ///
    /// # Errors
    /// As for [`Architecture::check`]; weights of a wrong length.
    pub fn new(folded: Folded) -> Result<Self, Problem> {
        let plan = Plan::new(folded.architecture.clone())?;
        for (i, layer) in folded.architecture.layers.iter().enumerate() {
            let weights = plan.layout.range(i, Role::Weight).len();
            let bias = if weights == 0 { 0 } else { plan.shapes[i + 1][2] };
            let found = folded.layers.get(i).map(|[w, b]| (w.len(), b.len()));
            if found != Some((weights, bias)) {
                let what = format!("layer `{}` needs {weights} weights and {bias} biases", layer.name);
                return Err(Problem::new(what).received(format!("{found:?}")));
            }
        }
        let widest = plan.shapes.iter().map(|s| s[2]).max().unwrap_or(0);
        Ok(Self { plan: Arc::new(plan), folded, ones: vec![1.0; widest] })
    }

    /// The description.
    pub fn architecture(&self) -> &Architecture {
        &self.plan.architecture
    }

    /// Logits `[n][classes]` of any number of images, `[n][h][w][c]`, as the network takes them.
    pub fn logits(&self, images: &[f32]) -> Vec<f32> {
        self.logits_from(0, images)
    }

    /// Logits `[n][classes]` of any number of values of a tensor that alone crosses to what is behind it: a tap's.
    pub fn logits_from(&self, tensor: usize, values: &[f32]) -> Vec<f32> {
        self.run(tensor, values, &[self.folded.layers.len()]).swap_remove(0)
    }

    /// The tensors of some numbers, `[n][h][w][c]` each, of any number of images.
    pub fn outputs(&self, images: &[f32], wanted: &[usize]) -> Vec<Vec<f32>> {
        self.run(0, images, wanted)
    }

    /// Runs what is behind a tensor on its values.
    fn run(&self, from: usize, values: &[f32], wanted: &[usize]) -> Vec<Vec<f32>> {
        let images = values.len() / self.plan.size(from);
        let mut out: Vec<Vec<f32>> = wanted.iter().map(|&t| vec![0.0; images * self.plan.size(t)]).collect();
        let mut pieces: Vec<_> =
            out.iter_mut().zip(wanted).map(|(out, &t)| out.chunks_mut(BATCH * self.plan.size(t))).collect();
        let batches = values.chunks(BATCH * self.plan.size(from));
        let jobs: Vec<(&[f32], Vec<&mut [f32]>)> =
            batches.map(|batch| (batch, pieces.iter_mut().filter_map(Iterator::next).collect())).collect();
        let none = || vec![Vec::new(); self.plan.shapes.len()];
        jobs.into_par_iter().for_each_init(none, |tensors, (batch, out)| self.batch(from, batch, wanted, tensors, out));
        out
    }

    /// Runs a few images.
    fn batch(&self, from: usize, values: &[f32], wanted: &[usize], tensors: &mut [Vec<f32>], out: Vec<&mut [f32]>) {
        tensors[from].clear();
        tensors[from].extend_from_slice(values);
        (from..self.folded.layers.len()).for_each(|i| self.layer(i, tensors));
        out.into_iter().zip(wanted).for_each(|(out, &t)| out.copy_from_slice(&tensors[t]));
    }

    /// A layer's weights and bias.
    pub fn weights(&self, layer: usize) -> &[Vec<f32>; 2] {
        &self.folded.layers[layer]
    }

    /// The shape of a tensor, by number: height, width, channels.
    pub fn shape(&self, tensor: usize) -> [usize; 3] {
        self.plan.shapes[tensor]
    }

    /// Runs one layer on tensors that its predecessors have written.
    pub fn layer(&self, i: usize, tensors: &mut [Vec<f32>]) {
        let layer = &self.plan.architecture.layers[i];
        let n = tensors[layer.from].len() / self.plan.size(layer.from);
        let mut y = std::mem::take(&mut tensors[i + 1]);
        y.resize(n * self.plan.size(i + 1), 0.0);
        let x = &tensors[layer.from];
        let ([h, w, c_in], [weight, bias]) = (self.plan.shapes[layer.from], &self.folded.layers[i]);
        match &layer.op {
            Op::Conv(conv) => {
                let (shape, residual) = (self.plan.conv(i, conv, n), layer.add.map(|t| tensors[t].as_slice()));
                let ones = &self.ones[..conv.channels];
                kernel::conv2d_affine(&shape, x, weight, ones, bias, residual, conv.relu, &mut y);
            }
            Op::GlobalAveragePool => kernel::global_avg_pool(h * w, c_in, x, &mut y),
            Op::AveragePool { size } => kernel::avg_pool2d(&self.plan.pool(i, *size, n), x, &mut y),
            Op::Linear { outputs } => kernel::linear(c_in, *outputs, x, weight, bias, &mut y),
            Op::GroupLogits { groups } => group::forward(groups, c_in, x, &mut y),
        }
        tensors[i + 1] = y;
    }
}
