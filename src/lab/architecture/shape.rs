//! The shape of every tensor.

use super::{Architecture, Conv, Layer, MOST_CHANNELS, MOST_LAYERS, MOST_PIXELS, Op};
use crate::problem::Problem;

pub fn shapes(architecture: &Architecture) -> Result<Vec<[usize; 3]>, Problem> {
    if architecture.layers.len() > MOST_LAYERS {
        return Err(Problem::new(format!("more than {MOST_LAYERS} layers")));
    }
    let mut shapes = vec![architecture.input];
    for layer in &architecture.layers {
        let told = |what: String| Problem::new(format!("layer `{}` {what}", layer.name));
        let input = *shapes.get(layer.from).ok_or_else(|| told("reads a tensor that does not exist yet".into()))?;
        let output = output(layer, input).map_err(|what| told(what).received(format!("an input of {input:?}")))?;
        let added = layer.add.map_or(Some(output), |t| shapes.get(t).copied());
        if added != Some(output) {
            return Err(told(format!("writes {output:?} and cannot add {added:?}")));
        }
        shapes.push(output);
    }
    Ok(shapes)
}

fn output(layer: &Layer, [h, w, c]: [usize; 3]) -> Result<[usize; 3], String> {
    if layer.add.is_some() && !matches!(layer.op, Op::Conv(_)) {
        return Err("cannot add: only a convolution does".into());
    }
    match &layer.op {
        Op::Conv(conv) => convolved(conv, [h, w, c]),
        Op::GlobalAveragePool => Ok([1, 1, c]),
        Op::AveragePool { size } if *size > 0 && h.is_multiple_of(*size) && w.is_multiple_of(*size) => {
            Ok([h / size, w / size, c])
        }
        Op::AveragePool { size } => {
            Err(format!("averages squares of {size} pixels a side, which do not fill its input"))
        }
        Op::Linear { outputs } if [h, w] == [1, 1] && *outputs > 0 => Ok([1, 1, *outputs]),
        Op::Linear { .. } => Err("needs an input of one pixel, and an output".into()),
        Op::GroupLogits { groups } if [h, w] == [1, 1] && divides(groups, c) => Ok([1, 1, groups.len()]),
        Op::GroupLogits { .. } => Err("has groups that do not hold every input once".into()),
    }
}

/// Whether groups hold each of `0..n` once, and none is empty.
fn divides(groups: &[Vec<usize>], n: usize) -> bool {
    let mut all = groups.concat();
    all.sort_unstable();
    all.into_iter().eq(0..n) && groups.iter().all(|g| !g.is_empty())
}

fn convolved(conv: &Conv, [h, w, c]: [usize; 3]) -> Result<[usize; 3], String> {
    let Conv { channels, kernel, stride, pad, groups, .. } = *conv;
    if [channels, kernel, stride, groups].contains(&0) {
        return Err("has a zero among channels, kernel, stride, groups".into());
    }
    if channels > MOST_CHANNELS || [kernel, stride, pad].into_iter().any(|pixels| pixels > MOST_PIXELS) {
        return Err(format!(
            "has more than {MOST_CHANNELS} channels, or a kernel, stride or pad of more than {MOST_PIXELS} pixels"
        ));
    }
    if !c.is_multiple_of(groups) || !channels.is_multiple_of(groups) {
        return Err(format!("has {groups} groups, which do not divide its channels"));
    }
    let extent = |size: usize| (size + 2 * pad).checked_sub(kernel).map(|room| room / stride + 1);
    match (extent(h), extent(w)) {
        (Some(h), Some(w)) => Ok([h, w, channels]),
        _ => Err(format!("has a kernel of {kernel}, which does not fit")),
    }
}
