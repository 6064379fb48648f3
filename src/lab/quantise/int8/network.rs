//! What is shipped of an integer network.

use crate::kernel::{ConvShape, Requantise, Residual};
use crate::lab::architecture::{Architecture, Conv, Op};
use crate::lab::network::Folded;
use crate::lab::quantise::grid::Grid;
use crate::problem::Problem;

/// The greatest weight.
const MOST: f32 = 127.0;
/// A bias has at most so many units of its channel's sums.
const BIAS: f64 = (1 << 24) as f64;
/// A step of an output is at least so many steps of its sums: [`Requantise`] asks for more than one.
const COARSER: f32 = 1.001;

/// The weights of a layer.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerWeights {
    /// Integers from −127 to 127, a scale for each output channel, biases in units of the sums.
    Int8 {
        /// Weights, `[kh][kw][c_in / groups][c_out]` or `[c_in][c_out]`.
        weight: Vec<i8>,
        /// What one unit of a channel's weights is.
        scale: Vec<f32>,
        /// Biases; one unit is the channel's scale times the input's.
        bias: Vec<i32>,
    },
    /// Floats: the layer hurts in integers.
    Float {
        /// Weights.
        weight: Vec<f32>,
        /// Biases.
        bias: Vec<f32>,
    },
}

/// A network with integer layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Int8Network {
    /// The description.
    pub architecture: Architecture,
    /// What bytes stand for in each tensor; unused for the last one, the logits.
    pub grids: Vec<Grid>,
    /// Of each layer. What has no weights (pooling in integers, logits of groups) has an `Int8` of nothing.
    pub layers: Vec<LayerWeights>,
}

impl Int8Network {
    /// Quantises all layers but those that stay in floats. An output's grid is made coarser where its sums are.
    ///
    /// # Errors
    /// As for [`Architecture::shapes`]; weights that are no finite numbers.
    pub fn new(folded: &Folded, grids: &[Grid], floats: &[bool]) -> Result<Self, Problem> {
        let shapes = folded.architecture.shapes()?;
        let mut grids = grids.to_vec();
        let mut layers = Vec::new();
        for (i, layer) in folded.architecture.layers.iter().enumerate() {
            let [weight, bias] = &folded.layers[i];
            if !weight.iter().chain(bias).all(|w| w.is_finite()) {
                return Err(Problem::new(format!("the weights of `{}` are no finite numbers", layer.name)));
            }
            layers.push(if matches!(layer.op, Op::GroupLogits { .. }) {
                LayerWeights::none()
            } else if floats[i] {
                LayerWeights::Float { weight: weight.clone(), bias: bias.clone() }
            } else {
                let input = grids[layer.from].scale;
                let (weights, coarsest) = match layer.op.pools(shapes[layer.from]) {
                    Some([h, w]) => (LayerWeights::none(), 1.0 / (h * w) as f32),
                    None => channels(weight, bias, input),
                };
                let output = &mut grids[i + 1].scale;
                *output = output.max(input * coarsest * COARSER);
                weights
            });
        }
        Ok(Self { architecture: folded.architecture.clone(), grids, layers })
    }

    /// Whether each layer stays in floats.
    pub fn floats(&self) -> Vec<bool> {
        self.layers.iter().map(|l| matches!(l, LayerWeights::Float { .. })).collect()
    }

    /// The weights that the integers stand for.
    pub fn folded(&self) -> Folded {
        let layers = self.architecture.layers.iter().zip(&self.layers);
        let layers = layers.map(|(layer, weights)| match weights {
            LayerWeights::Float { weight, bias } => [weight.clone(), bias.clone()],
            LayerWeights::Int8 { weight, scale, bias } => {
                let input = self.grids[layer.from].scale;
                let rows = weight.chunks(scale.len().max(1));
                let weight = rows.flat_map(|row| row.iter().zip(scale).map(|(w, s)| f32::from(*w) * s));
                let bias =
                    bias.iter().zip(scale).map(|(b, s)| (f64::from(*b) * f64::from(*s) * f64::from(input)) as f32);
                [weight.collect(), bias.collect()]
            }
        });
        Folded { architecture: self.architecture.clone(), layers: layers.collect() }
    }

    /// A layer's product over one image; a linear layer is a convolution of a single pixel.
    pub(super) fn shape(&self, i: usize, shapes: &[[usize; 3]]) -> ConvShape {
        let layer = &self.architecture.layers[i];
        let ([h, w, c_in], c_out) = (shapes[layer.from], shapes[i + 1][2]);
        let Conv { kernel, stride, pad, groups, .. } = match layer.op {
            Op::Conv(conv) => conv,
            _ => Conv { channels: c_out, kernel: 1, stride: 1, pad: 0, groups: 1, relu: false },
        };
        ConvShape { n: 1, h, w, c_in, c_out, kh: kernel, kw: kernel, stride, pad, groups }
    }

    /// How a layer's sums become bytes.
    pub(super) fn end(&self, i: usize, shapes: &[[usize; 3]]) -> Requantise {
        let layer = &self.architecture.layers[i];
        let (input, output) = (self.grids[layer.from], self.grids[i + 1]);
        let step = |scale: f64| scale * f64::from(input.scale) / f64::from(output.scale);
        let residual = layer.add.map(|t| {
            let Grid { scale, zero } = self.grids[t];
            Residual { ratio: f64::from(scale) / f64::from(output.scale), zero }
        });
        let relu = matches!(layer.op, Op::Conv(Conv { relu: true, .. }));
        match &self.layers[i] {
            LayerWeights::Int8 { scale, bias, .. } if !scale.is_empty() => {
                let steps: Vec<f64> = scale.iter().map(|s| step(f64::from(*s))).collect();
                Requantise::new(&steps, bias, output.zero, relu, residual)
            }
            _ => {
                let c = shapes[layer.from][2];
                let [h, w] = layer.op.pools(shapes[layer.from]).unwrap_or([1, 1]);
                let steps = vec![step(1.0 / (h * w) as f64); c];
                Requantise::new(&steps, &vec![0; c], output.zero, relu, residual)
            }
        }
    }

    /// Whether a layer's sums are logits: linear, and read by nothing that runs in integers.
    pub(in super::super) fn answers(&self, i: usize) -> bool {
        let layers = &self.architecture.layers;
        let mut readers = layers.iter().filter(|l| l.from == i + 1 || l.add == Some(i + 1));
        matches!(layers[i].op, Op::Linear { .. }) && readers.all(|l| matches!(l.op, Op::GroupLogits { .. }))
    }

    /// Checks that all weights fit the description and can be run.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.architecture.check()?;
        let shapes = self.architecture.shapes()?;
        if (self.grids.len(), self.layers.len()) != (shapes.len(), shapes.len() - 1) {
            return Err(Problem::new("the grids do not fit the architecture"));
        }
        self.grids.iter().try_for_each(Grid::check)?;
        for (i, layer) in self.architecture.layers.iter().enumerate() {
            let told = |what: &str| Err(Problem::new(format!("layer `{}` {what}", layer.name)));
            let LayerWeights::Int8 { weight, scale, bias } = &self.layers[i] else { continue };
            if !scale.iter().all(|s| s.is_finite() && *s > 0.0) || weight.contains(&-128) {
                return told("has a scale that is no finite number above zero, or a weight of -128");
            }
            if bias.iter().any(|b| b.unsigned_abs() >= 1 << 30) || weight.len() / scale.len().max(1) > 30_000 {
                return told("has sums that do not fit 32 bits");
            }
            let input = self.grids[layer.from].scale;
            let pixels = shapes[layer.from][0] * shapes[layer.from][1];
            let pooled = 1.0 / pixels as f32;
            let coarsest = if scale.is_empty() { pooled } else { scale.iter().fold(0.0, |m: f32, s| m.max(*s)) };
            let floats = self.answers(i) || matches!(layer.op, Op::GroupLogits { .. });
            if !floats && input * coarsest >= self.grids[i + 1].scale {
                return told("has an output that is finer than its sums");
            }
        }
        Ok(())
    }
}

impl LayerWeights {
    /// Of a layer that has none.
    pub(super) fn none() -> Self {
        Self::Int8 { weight: Vec::new(), scale: Vec::new(), bias: Vec::new() }
    }
}

/// Weights symmetric around 0 by the greatest of each output channel, and the greatest scale. A channel that is almost
/// all bias gets a larger scale, so that the bias is a number of moderate size.
fn channels(weight: &[f32], bias: &[f32], input: f32) -> (LayerWeights, f32) {
    let mut scale = vec![0.0f32; bias.len()];
    for row in weight.chunks(bias.len()) {
        scale.iter_mut().zip(row).for_each(|(most, w)| *most = most.max(w.abs()));
    }
    for (s, b) in scale.iter_mut().zip(bias) {
        let least = f64::from(b.abs()) / (f64::from(input) * BIAS);
        *s = (*s / MOST).max(least as f32);
        if *s < f32::MIN_POSITIVE {
            *s = 1.0;
        }
    }
    let rows = weight.chunks(bias.len());
    let integer = |(w, s): (&f32, &f32)| (w / s).round_ties_even().clamp(-MOST, MOST) as i8;
    let weight = rows.flat_map(|row| row.iter().zip(&scale).map(integer)).collect();
    let units = |(b, s): (&f32, &f32)| (f64::from(*b) / (f64::from(*s) * f64::from(input))).round_ties_even() as i32;
    let bias = bias.iter().zip(&scale).map(units).collect();
    let coarsest = scale.iter().fold(0.0, |m: f32, s| m.max(*s));
    (LayerWeights::Int8 { weight, scale, bias }, coarsest)
}
