//! The training pass on plain slices: forward with batch statistics, and back.

use super::group;
use super::layout::{Layout, Role};
use super::tape::Tape;
use crate::kernel::{self, ConvShape, NormGradient, PoolShape};
use crate::lab::architecture::{Architecture, Conv, Op};
use crate::problem::Problem;
use rayon::prelude::*;

/// Added to a variance before its root is taken.
pub const EPS: f32 = 1e-5;

/// An architecture, ready to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The description.
    pub architecture: Architecture,
    /// The shape of every tensor.
    pub shapes: Vec<[usize; 3]>,
    /// Where parameters lie.
    pub layout: Layout,
}

impl Plan {
    /// Checks and lays out an architecture.
    pub fn new(architecture: Architecture) -> Result<Self, Problem> {
        architecture.check()?;
        let (shapes, layout) = (architecture.shapes()?, Layout::new(&architecture)?);
        Ok(Self { architecture, shapes, layout })
    }

    /// Elements of a tensor of one image.
    pub fn size(&self, tensor: usize) -> usize {
        self.shapes[tensor].iter().product()
    }

    /// A layer's convolution over a batch.
    pub fn conv(&self, layer: usize, conv: &Conv, n: usize) -> ConvShape {
        let [h, w, c_in] = self.shapes[self.architecture.layers[layer].from];
        let Conv { channels: c_out, kernel, stride, pad, groups, .. } = *conv;
        ConvShape { n, h, w, c_in, c_out, kh: kernel, kw: kernel, stride, pad, groups }
    }

    /// A layer's means over squares of pixels.
    pub fn pool(&self, layer: usize, size: usize, n: usize) -> PoolShape {
        let [h, w, c] = self.shapes[self.architecture.layers[layer].from];
        PoolShape { n, h, w, c, k: size, stride: size, pad: 0 }
    }

    fn of<'a>(&self, all: &'a [f32], layer: usize, role: Role) -> &'a [f32] {
        &all[self.layout.range(layer, role)]
    }

    /// Runs all layers on the tape's tensor 0; every tensor is then on the tape.
    pub fn forward(&self, parameters: &[f32], tape: &mut Tape) {
        for (i, layer) in self.architecture.layers.iter().enumerate() {
            let mut y = Tape::take(&mut tape.tensors[i + 1], tape.batch * self.size(i + 1));
            let x = &tape.tensors[layer.from];
            let [h, w, c_in] = self.shapes[layer.from];
            let weight = self.of(parameters, i, Role::Weight);
            match &layer.op {
                Op::Conv(conv) => {
                    let c = conv.channels;
                    let [z, mean, variance] =
                        [(&mut tape.convolved[i], y.len()), (&mut tape.mean[i], c), (&mut tape.variance[i], c)].map(
                            |(place, len)| {
                                place.resize(len, 0.0);
                                place
                            },
                        );
                    kernel::conv2d(&self.conv(i, conv, tape.batch), x, weight, z);
                    let (gamma, beta) = (self.of(parameters, i, Role::Gamma), self.of(parameters, i, Role::Beta));
                    let residual = layer.add.map(|t| tape.tensors[t].as_slice());
                    kernel::batch_norm_forward(z, c, gamma, beta, EPS, residual, conv.relu, &mut y, mean, variance);
                }
                Op::GlobalAveragePool => kernel::global_avg_pool(h * w, c_in, x, &mut y),
                Op::AveragePool { size } => kernel::avg_pool2d(&self.pool(i, *size, tape.batch), x, &mut y),
                Op::Linear { outputs } => {
                    let x = match tape.dropout {
                        Some(dropout) => dropout.apply(i, x, &mut tape.convolved[i]),
                        None => x,
                    };
                    kernel::linear(c_in, *outputs, x, weight, self.of(parameters, i, Role::Bias), &mut y);
                }
                Op::GroupLogits { groups } => group::forward(groups, c_in, x, &mut y),
            }
            if let Some(aware) = tape.aware {
                aware.activations(&layer.op, &mut y);
            }
            tape.tensors[i + 1] = y;
        }
    }

    /// The gradient with respect to all parameters, given those with respect to some tensors, by number.
    pub fn backward(&self, parameters: &[f32], tape: &mut Tape, given: &[(usize, &[f32])]) -> Vec<f32> {
        let mut found = vec![0.0; self.layout.len()];
        let mut gradients: Vec<Option<Vec<f32>>> = vec![None; self.shapes.len()];
        for &(tensor, gradient) in given {
            let mut dy = tape.lend(gradient.len());
            dy.copy_from_slice(gradient);
            collect(tape, &mut gradients[tensor], dy);
        }
        for i in (0..self.architecture.layers.len()).rev() {
            let Some(dy) = gradients[i + 1].take() else { continue };
            self.layer_back(i, parameters, tape, &dy, &mut found, &mut gradients);
            tape.give_back(dy);
        }
        gradients.into_iter().flatten().for_each(|g| tape.give_back(g));
        found
    }

    fn layer_back(
        &self,
        i: usize,
        parameters: &[f32],
        tape: &mut Tape,
        dy: &[f32],
        found: &mut [f32],
        gradients: &mut [Option<Vec<f32>>],
    ) {
        let layer = &self.architecture.layers[i];
        let [h, w, c_in] = self.shapes[layer.from];
        let len = tape.tensors[layer.from].len();
        let weight = self.of(parameters, i, Role::Weight);
        let mut dx = (layer.from > 0).then(|| tape.lend(len));
        match &layer.op {
            Op::Conv(conv) => {
                let mut sum = layer.add.filter(|&t| t > 0).map(|_| tape.lend(dy.len()));
                let norm = self.norm_back(i, conv, parameters, tape, dy, found);
                let (shape, image) = (self.conv(i, conv, tape.batch), self.size(i + 1));
                let dz = |i: usize, dz: &mut [f32], sum: Option<&mut [f32]>| norm.rows(i * image, dz, sum);
                let (x, dw) = (&tape.tensors[layer.from], &mut found[self.layout.range(i, Role::Weight)]);
                kernel::conv2d_grads(&shape, x, weight, &dz, sum.as_deref_mut(), dx.as_deref_mut(), dw);
                if let (Some(sum), Some(t)) = (sum, layer.add) {
                    collect(tape, &mut gradients[t], sum);
                }
            }
            Op::GlobalAveragePool => {
                if let Some(dx) = &mut dx {
                    kernel::global_avg_pool_grad(h * w, c_in, dy, dx);
                }
            }
            Op::AveragePool { size } => {
                if let Some(dx) = &mut dx {
                    kernel::avg_pool2d_grad(&self.pool(i, *size, tape.batch), dy, dx);
                }
            }
            Op::Linear { outputs } => {
                let (weights, bias) = (self.layout.range(i, Role::Weight), self.layout.range(i, Role::Bias));
                let (head, tail) = found.split_at_mut(bias.start);
                let (dw, db) = (&mut head[weights], &mut tail[..bias.len()]);
                let x = if tape.dropout.is_some() { &tape.convolved[i] } else { &tape.tensors[layer.from] };
                kernel::linear_grad(c_in, *outputs, x, weight, dy, dx.as_deref_mut(), dw, db);
                if let (Some(dropout), Some(dx)) = (tape.dropout, &mut dx) {
                    dropout.mask(i, dx);
                }
            }
            Op::GroupLogits { groups } => {
                if let Some(dx) = &mut dx {
                    group::backward(groups, c_in, &tape.tensors[layer.from], &tape.tensors[i + 1], dy, dx);
                }
            }
        }
        if let Some(dx) = dx {
            collect(tape, &mut gradients[layer.from], dx);
        }
    }

    fn norm_back<'a>(
        &self,
        i: usize,
        conv: &Conv,
        parameters: &[f32],
        tape: &'a Tape,
        dy: &'a [f32],
        found: &mut [f32],
    ) -> NormGradient<'a> {
        let (gamma, beta) = (self.layout.range(i, Role::Gamma), self.layout.range(i, Role::Beta));
        let (head, tail) = found.split_at_mut(beta.start);
        NormGradient::new(
            &tape.convolved[i],
            &tape.tensors[i + 1],
            dy,
            conv.channels,
            &parameters[gamma.clone()],
            &tape.mean[i],
            &tape.variance[i],
            EPS,
            conv.relu,
            &mut head[gamma],
            &mut tail[..beta.len()],
        )
    }

    /// Moves the running statistics towards the batch's: `momentum` of the new, the variance unbiased.
    pub fn follow(&self, tape: &Tape, momentum: f32, statistics: &mut [f32]) {
        for (i, range) in self.layout.statistics.iter().enumerate().filter(|(_, r)| !r.is_empty()) {
            let [h, w, c] = self.shapes[i + 1];
            let n = (tape.batch * h * w) as f32;
            let unbiased = n / (n - 1.0).max(1.0);
            let (mean, variance) = statistics[range.clone()].split_at_mut(c);
            mean.iter_mut().zip(&tape.mean[i]).for_each(|(old, new)| *old += momentum * (new - *old));
            let new = tape.variance[i].iter().map(|v| v * unbiased);
            variance.iter_mut().zip(new).for_each(|(old, new)| *old += momentum * (new - *old));
        }
    }
}

/// Adds a gradient to what other readers of the tensor gave.
fn collect(tape: &mut Tape, place: &mut Option<Vec<f32>>, new: Vec<f32>) {
    let Some(sum) = place else {
        *place = Some(new);
        return;
    };
    const PIECE: usize = 1 << 16;
    let add = |(sum, new): (&mut [f32], &[f32])| sum.iter_mut().zip(new).for_each(|(s, n)| *s += n);
    sum.par_chunks_mut(PIECE).zip(new.par_chunks(PIECE)).for_each(add);
    tape.give_back(new);
}
