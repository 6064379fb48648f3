//! Runs an integer network.

use super::network::{Int8Network, LayerWeights};
use crate::kernel::{Int8Conv, Int8Pool, Int8Product};
use crate::lab::architecture::{Architecture, Op};
use crate::lab::network::Executor;
use crate::lab::quantise::grid::Grid;
use crate::problem::Problem;
use rayon::prelude::*;
use std::time::Instant;

/// Images that a thread runs through all layers together, so that their activations stay in its cache.
const BATCH: usize = 4;

/// An integer network that answers.
#[derive(Debug)]
pub struct Int8Executor {
    network: Int8Network,
    sizes: Vec<usize>,
    steps: Vec<Step>,
    /// The same in floats, for the layers that stay in floats.
    floats: Executor,
}

/// One layer, ready to run.
#[derive(Debug)]
enum Step {
    Conv(Int8Conv),
    Pool(Int8Pool),
    /// Logits: what one unit of a class's sum is, and its bias in such units.
    Answer(Int8Product, Vec<f64>, Vec<i32>),
    Float,
}

/// The tensors of some images; each was written as bytes or as floats, and is there as the other where that was asked.
#[derive(Debug)]
struct Tensors {
    images: usize,
    bytes: Vec<Option<Vec<u8>>>,
    /// Kept by number, empty where there are none.
    floats: Vec<Vec<f32>>,
}

impl Int8Executor {
    /// Prepares a network, which is checked against its description.
    ///
    /// # Errors
    /// As for [`Architecture::check`]; weights or grids that do not fit.
    pub fn new(network: Int8Network) -> Result<Self, Problem> {
        network.check()?;
        let shapes = network.architecture.shapes()?;
        // Checks the lengths of all weights, in whichever form they are run.
        let floats = Executor::new(network.folded())?;
        let steps = (0..network.layers.len()).map(|i| step(&network, &shapes, i)).collect();
        let sizes = shapes.iter().map(|s| s.iter().product()).collect();
        Ok(Self { network, sizes, steps, floats })
    }

    /// What is run.
    pub fn network(&self) -> &Int8Network {
        &self.network
    }

    /// The description.
    pub fn architecture(&self) -> &Architecture {
        &self.network.architecture
    }

    /// Runs what is behind a tensor on its values, `[n][h][w][c]`: the wanted tensors, by number, in floats.
    pub fn run(&self, from: usize, values: &[f32], wanted: &[usize]) -> Vec<Vec<f32>> {
        let batches = values.par_chunks(BATCH * self.sizes[from]);
        let batches: Vec<Vec<Vec<f32>>> = batches.map(|batch| self.batch(from, batch, wanted)).collect();
        (0..wanted.len()).map(|w| batches.iter().flat_map(|b| b[w].iter().copied()).collect()).collect()
    }

    /// Seconds that each layer takes on one image, once.
    pub fn seconds(&self, image: &[f32]) -> Vec<f64> {
        let mut tensors = self.start(0, image);
        let timed = |i: usize| {
            let start = Instant::now();
            self.layer(i, &mut tensors);
            start.elapsed().as_secs_f64()
        };
        (0..self.steps.len()).map(timed).collect()
    }

    fn batch(&self, from: usize, values: &[f32], wanted: &[usize]) -> Vec<Vec<f32>> {
        let mut tensors = self.start(from, values);
        (from..self.steps.len()).for_each(|i| self.layer(i, &mut tensors));
        wanted.iter().for_each(|&t| tensors.dequantise(t, self.network.grids[t]));
        wanted.iter().map(|&t| tensors.floats[t].clone()).collect()
    }

    fn start(&self, from: usize, values: &[f32]) -> Tensors {
        let (images, count) = (values.len() / self.sizes[from], self.sizes.len());
        let mut tensors = Tensors { images, bytes: vec![None; count], floats: vec![Vec::new(); count] };
        tensors.floats[from] = values.to_vec();
        tensors
    }

    fn layer(&self, i: usize, tensors: &mut Tensors) {
        let layer = &self.network.architecture.layers[i];
        let len = tensors.images * self.sizes[i + 1];
        for t in [Some(layer.from), layer.add].into_iter().flatten() {
            match self.steps[i] {
                Step::Float => tensors.dequantise(t, self.network.grids[t]),
                _ => tensors.quantise(t, self.network.grids[t]),
            }
        }
        let (x, mut y) = (tensors.bytes(layer.from), Vec::new());
        match &self.steps[i] {
            Step::Conv(conv) => {
                y.resize(len, 0);
                conv.run(x, layer.add.map(|t| tensors.bytes(t)), &mut y);
            }
            Step::Pool(pool) => {
                y.resize(len, 0);
                pool.run(x, &mut y);
            }
            Step::Answer(product, unit, bias) => {
                let mut sums = vec![0; len];
                product.run(x, &mut sums);
                tensors.floats[i + 1] = answer(&sums, unit, bias);
                return;
            }
            Step::Float => return self.floats.layer(i, &mut tensors.floats),
        }
        tensors.bytes[i + 1] = Some(y);
    }
}

fn step(network: &Int8Network, shapes: &[[usize; 3]], i: usize) -> Step {
    let layer = &network.architecture.layers[i];
    let input = network.grids[layer.from];
    let LayerWeights::Int8 { weight, scale, bias } = &network.layers[i] else { return Step::Float };
    if matches!(layer.op, Op::GroupLogits { .. }) {
        return Step::Float;
    }
    let [h, w, c] = shapes[layer.from];
    if let Some(window) = layer.op.pools([h, w, c]) {
        return Step::Pool(Int8Pool::new([h, w], window, input.zero, network.end(i, shapes)));
    }
    let product = Int8Product::new(&network.shape(i, shapes), input.zero, weight);
    if network.answers(i) {
        return Step::Answer(product, units(scale, input), bias.clone());
    }
    Step::Conv(Int8Conv::new(product, &network.end(i, shapes)))
}

/// What one unit of a class's sum is.
pub(super) fn units(scale: &[f32], input: Grid) -> Vec<f64> {
    scale.iter().map(|s| f64::from(*s) * f64::from(input.scale)).collect()
}

/// Logits from sums.
pub(super) fn answer(sums: &[i32], unit: &[f64], bias: &[i32]) -> Vec<f32> {
    let logit = |((s, u), b): ((&i32, &f64), &i32)| (f64::from(s + b) * u) as f32;
    sums.chunks(unit.len().max(1)).flat_map(|row| row.iter().zip(unit).zip(bias).map(logit)).collect()
}

impl Tensors {
    fn bytes(&self, t: usize) -> &[u8] {
        self.bytes[t].as_deref().unwrap_or_default()
    }

    fn quantise(&mut self, t: usize, grid: Grid) {
        if self.bytes[t].is_none() {
            self.bytes[t] = Some(grid.bytes(&self.floats[t]));
        }
    }

    fn dequantise(&mut self, t: usize, grid: Grid) {
        if self.floats[t].is_empty() {
            self.floats[t] = self.bytes(t).iter().map(|q| grid.value(*q)).collect();
        }
    }
}
