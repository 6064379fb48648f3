//! SynFlow (Tanaka et al. 2020, arXiv 2006.05467, equation 2) without norms: with `R` the sum of the answers to an input of
//! ones, all weights replaced by their sizes, the sum of `w ∂R/∂w` over all weights.
//!
//! `R` is a sum over paths of products of weights, in which `w ∂R/∂w` are the paths through `w`: so the score is the sum of
//! all paths, each as often as it has weights. One forward pass carries both sums; in doubles, as they grow with the depth.

use crate::lab::architecture::{Conv, Layer, Op};
use crate::lab::network::{Role, Trainee, broken};
use crate::problem::Problem;

/// A tensor's sum over the paths that lead to each number, and that sum with each path as often as it has weights.
#[derive(Clone, Default)]
struct Flow {
    paths: Vec<f64>,
    weighted: Vec<f64>,
}

/// The score of a network as it is.
pub fn score(trainee: &Trainee) -> Result<f64, Problem> {
    let sizes: Vec<f64> = trainee.flat().map_err(broken)?.iter().map(|w| f64::from(w.abs())).collect();
    let inputs = trainee.plan.size(0);
    let mut flows = vec![Flow { paths: vec![1.0; inputs], weighted: vec![0.0; inputs] }];
    for (i, layer) in trainee.plan.architecture.layers.iter().enumerate() {
        let weights = &sizes[trainee.plan.layout.range(i, Role::Weight)];
        let flow = through(layer, weights, &flows, [trainee.plan.shapes[layer.from], trainee.plan.shapes[i + 1]]);
        flows.push(flow);
    }
    Ok(flows.pop().unwrap_or_default().weighted.iter().sum())
}

fn through(layer: &Layer, weights: &[f64], flows: &[Flow], shapes: [[usize; 3]; 2]) -> Flow {
    let from = &flows[layer.from];
    let linear = |x: &[f64]| match &layer.op {
        Op::Conv(conv) => convolved(conv, shapes, x, weights),
        Op::GlobalAveragePool => averaged(shapes, x, [shapes[0][0], shapes[0][1]]),
        Op::AveragePool { size } => averaged(shapes, x, [*size; 2]),
        Op::Linear { outputs } => multiplied(x, weights, *outputs),
        Op::GroupLogits { groups } => groups.iter().map(|g| g.iter().map(|i| x[*i]).sum()).collect(),
    };
    let mut flow = Flow { paths: linear(&from.paths), weighted: linear(&from.weighted) };
    if !weights.is_empty() {
        add(&mut flow.weighted, &flow.paths);
    }
    if let Some(other) = layer.add.map(|t| &flows[t]) {
        add(&mut flow.paths, &other.paths);
        add(&mut flow.weighted, &other.weighted);
    }
    flow
}

fn add(to: &mut [f64], what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

/// The mean over windows side by side.
fn averaged([[_, w, c], [rows, columns, _]]: [[usize; 3]; 2], x: &[f64], [tall, wide]: [usize; 2]) -> Vec<f64> {
    let mut y = vec![0.0; rows * columns * c];
    for (at, pixel) in x.chunks_exact(c).enumerate() {
        let window = (at / w / tall) * columns + at % w / wide;
        add(&mut y[window * c..][..c], pixel);
    }
    y.iter_mut().for_each(|y| *y /= (tall * wide) as f64);
    y
}

fn multiplied(x: &[f64], weights: &[f64], outputs: usize) -> Vec<f64> {
    let mut y = vec![0.0; outputs];
    for (x, row) in x.iter().zip(weights.chunks_exact(outputs)) {
        y.iter_mut().zip(row).for_each(|(y, w)| *y += x * w);
    }
    y
}

fn convolved(
    conv: &Conv,
    [[h, w, c_in], [rows, columns, c_out]]: [[usize; 3]; 2],
    x: &[f64],
    weights: &[f64],
) -> Vec<f64> {
    let mut y = vec![0.0; rows * columns * c_out];
    let side = conv.kernel;
    let taps = || (0..side * side).map(|tap| (tap / side, tap % side));
    for (at, y) in y.chunks_exact_mut(c_out).enumerate() {
        let (row, column) = (at / columns * conv.stride, at % columns * conv.stride);
        for (up, along) in taps() {
            let (row, column) = ((row + up).wrapping_sub(conv.pad), (column + along).wrapping_sub(conv.pad));
            if row < h && column < w {
                let kernel = &weights[(up * side + along) * weights.len() / (side * side)..];
                pixel(conv, &x[(row * w + column) * c_in..][..c_in], kernel, y);
            }
        }
    }
    y
}

/// What one input pixel adds to one output pixel.
fn pixel(conv: &Conv, x: &[f64], kernel: &[f64], y: &mut [f64]) {
    let (each_in, each_out) = (x.len() / conv.groups, y.len() / conv.groups);
    for (group, x) in x.chunks_exact(each_in).enumerate() {
        let own = group * each_out..(group + 1) * each_out;
        for (x, row) in x.iter().zip(kernel.chunks_exact(y.len())) {
            y[own.clone()].iter_mut().zip(&row[own.clone()]).for_each(|(y, w)| *y += x * w);
        }
    }
}
