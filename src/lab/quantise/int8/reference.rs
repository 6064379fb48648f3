//! The integer network, one number at a time: what the vectors are tested against, bit for bit.

use super::execute::{answer, units};
use super::network::{Int8Network, LayerWeights};
use crate::kernel::ConvShape;
use crate::lab::architecture::Op;
use crate::lab::network::Executor;
use crate::problem::Problem;

/// Logits `[n][classes]` of images `[n][h][w][c]`.
///
/// # Errors
/// As for [`super::Int8Executor::new`]; a layer that stays in floats: those have no integer twin.
pub fn logits(network: &Int8Network, images: &[f32]) -> Result<Vec<f32>, Problem> {
    network.check()?;
    if network.floats().contains(&true) {
        return Err(Problem::new("a layer stays in floats: the reference runs integers only"));
    }
    let size: usize = network.architecture.input.iter().product();
    let shapes = network.architecture.shapes()?;
    let floats = Executor::new(network.folded())?;
    Ok(images.chunks_exact(size.max(1)).flat_map(|image| one(network, &shapes, &floats, image)).collect())
}

fn one(network: &Int8Network, shapes: &[[usize; 3]], executor: &Executor, image: &[f32]) -> Vec<f32> {
    let mut tensors: Vec<Vec<u8>> = vec![image.iter().map(|x| network.grids[0].byte(*x)).collect()];
    let mut floats = vec![Vec::new(); shapes.len()];
    for (i, layer) in network.architecture.layers.iter().enumerate() {
        let LayerWeights::Int8 { weight, scale, bias } = &network.layers[i] else { continue };
        let (x, grid) = (&tensors[layer.from], network.grids[layer.from]);
        let sums = match layer.op {
            // Logits are no bytes any more.
            Op::GroupLogits { .. } => {
                executor.layer(i, &mut floats);
                tensors.push(Vec::new());
                continue;
            }
            Op::GlobalAveragePool | Op::AveragePool { .. } => pooled(&layer.op, shapes[layer.from], grid.zero, x),
            _ => convolved(&network.shape(i, shapes), grid.zero, x, weight),
        };
        if network.answers(i) {
            floats[i + 1] = answer(&sums, &units(scale, grid), bias);
            tensors.push(Vec::new());
            continue;
        }
        let end = network.end(i, shapes);
        let residual = |at: usize| layer.add.map(|t| tensors[t][at]);
        let bytes = sums.iter().enumerate().map(|(at, sum)| end.one(at % end.channels(), *sum, residual(at)));
        tensors.push(bytes.collect());
    }
    floats.pop().unwrap_or_default()
}

fn pooled(op: &Op, [h, w, c]: [usize; 3], zero: u8, x: &[u8]) -> Vec<i32> {
    let [height, width] = op.pools([h, w, c]).unwrap_or([1, 1]);
    let mut sums = vec![0; (h / height) * (w / width) * c];
    for (at, x) in x.iter().enumerate() {
        let (y, x_at, channel) = (at / c / w / height, at / c % w / width, at % c);
        sums[(y * (w / width) + x_at) * c + channel] += i32::from(*x) - i32::from(zero);
    }
    sums
}

fn convolved(s: &ConvShape, zero: u8, x: &[u8], w: &[i8]) -> Vec<i32> {
    let (oh, ow, inner, outer) = (s.out_h(), s.out_w(), s.c_in / s.groups, s.c_out / s.groups);
    let mut sums = vec![0; oh * ow * s.c_out];
    for (at, sum) in sums.iter_mut().enumerate() {
        let (oy, ox, o) = (at / s.c_out / ow, at / s.c_out % ow, at % s.c_out);
        for (k, i) in (0..s.kh * s.kw).flat_map(|k| (0..inner).map(move |i| (k, i))) {
            let inside = |at: usize, size: usize| at.checked_sub(s.pad).filter(|at| *at < size);
            let (y, column) = (oy * s.stride + k / s.kw, ox * s.stride + k % s.kw);
            let Some((y, column)) = inside(y, s.h).zip(inside(column, s.w)) else { continue };
            let x = x[(y * s.w + column) * s.c_in + o / outer * inner + i];
            *sum += (i32::from(x) - i32::from(zero)) * i32::from(w[(k * inner + i) * s.c_out + o]);
        }
    }
    sums
}
