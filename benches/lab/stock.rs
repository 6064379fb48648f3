//! The same networks in candle's own operations and autograd, channels first, batch 128.

use crate::batch::BATCH;
use crate::lines::Lines;
use crate::networks::networks;
use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{BatchNorm, Conv2d, Conv2dConfig, Linear, Module, ModuleT, Optimizer, SGD, VarBuilder, VarMap};
use std::time::Instant;
use tierwise::lab::architecture::{Architecture, Op};
use tierwise::problem::Problem;

enum Part {
    Conv(Conv2d, BatchNorm, bool),
    Pool,
    Linear(Linear),
}

struct Stock {
    architecture: Architecture,
    parts: Vec<Part>,
}

fn part(op: &Op, c_in: usize, vb: VarBuilder) -> Result<Part> {
    Ok(match op {
        Op::Conv(c) => {
            let config = Conv2dConfig { padding: c.pad, stride: c.stride, groups: c.groups, ..Conv2dConfig::default() };
            let conv = candle_nn::conv2d_no_bias(c_in, c.channels, c.kernel, config, vb.pp("conv"))?;
            Part::Conv(conv, candle_nn::batch_norm(c.channels, 1e-5, vb.pp("norm"))?, c.relu)
        }
        Op::Linear { outputs } => Part::Linear(candle_nn::linear(c_in, *outputs, vb)?),
        _ => Part::Pool,
    })
}

impl Stock {
    fn new(architecture: Architecture, vb: &VarBuilder) -> Result<Self> {
        let shapes = architecture.shapes().map_err(candle_core::Error::msg)?;
        let layers = architecture.layers.iter();
        let parts = layers.map(|l| part(&l.op, shapes[l.from][2], vb.pp(&l.name))).collect::<Result<_>>()?;
        Ok(Self { architecture, parts })
    }

    fn forward(&self, x: &Tensor, training: bool) -> Result<Tensor> {
        let mut tensors = vec![x.clone()];
        for (layer, part) in self.architecture.layers.iter().zip(&self.parts) {
            let x = &tensors[layer.from];
            let y = match part {
                Part::Conv(conv, norm, relu) => {
                    let y = norm.forward_t(&conv.forward(x)?, training)?;
                    let y = layer.add.map_or(Ok(y.clone()), |t| y + &tensors[t])?;
                    if *relu { y.relu()? } else { y }
                }
                Part::Pool => x.mean((2, 3))?,
                Part::Linear(linear) => linear.forward(x)?,
            };
            tensors.push(y);
        }
        Ok(tensors.swap_remove(tensors.len() - 1))
    }
}

/// Images per second: trained, and answered.
fn speeds(architecture: Architecture, repeats: usize) -> Result<[f64; 2]> {
    let (device, variables) = (Device::Cpu, VarMap::new());
    let net = Stock::new(architecture, &VarBuilder::from_varmap(&variables, DType::F32, &device))?;
    let x = Tensor::randn(0f32, 1.0, (BATCH, 1, 28, 28), &device)?;
    let labels = Tensor::from_iter((0..BATCH).map(|i| i as u32 % 10), &device)?;
    let mut optimiser = SGD::new(variables.all_vars(), 0.01)?;
    let mut step = || optimiser.backward_step(&candle_nn::loss::cross_entropy(&net.forward(&x, true)?, &labels)?);
    let train = timed(repeats, &mut step)?;
    Ok([train, timed(repeats, &mut || net.forward(&x, false).map(drop))?])
}

fn timed(repeats: usize, step: &mut dyn FnMut() -> Result<()>) -> Result<f64> {
    step()?;
    let begun = Instant::now();
    (0..repeats).try_for_each(|_| step())?;
    Ok((repeats * BATCH) as f64 / begun.elapsed().as_secs_f64())
}

/// Full length: about twenty seconds.
pub fn measure(length: f64, lines: &mut Lines) -> std::result::Result<(), Problem> {
    for (name, architecture) in networks() {
        let of = |e| Problem::new(format!("candle: {e}"));
        let [train, inference] = speeds(architecture, (4.0 * length).max(1.0) as usize).map_err(of)?;
        lines.add(["stock", &format!("train {name}"), "images", "1/s"], train);
        lines.add(["stock", &format!("inference {name} batch 128"), "images", "1/s"], inference);
    }
    Ok(())
}
