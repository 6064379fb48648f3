//! What a model costs, by its description alone. Figures are for one image in 32-bit floats.

use super::{Architecture, MOST_PARAMETERS, Op};
use crate::problem::Problem;

/// Bytes of a number.
const FLOAT: u64 = 4;

/// What one layer costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Multiply-accumulates, padding included; norms and sums are not counted, as is usual.
    pub macs: u64,
    /// Trainable parameters, the norm's included.
    pub parameters: u64,
    /// Bytes of the weights that are executed: the norm is folded into the convolution, which then has a bias.
    pub weight_bytes: u64,
    /// Bytes read: the input, and what is added.
    pub input_bytes: u64,
    /// Bytes written.
    pub output_bytes: u64,
}

/// What each layer costs.
///
/// # Errors
/// As for [`Architecture::shapes`].
pub fn counts(architecture: &Architecture) -> Result<Vec<Count>, Problem> {
    let sizes: Vec<[u64; 3]> = architecture.shapes()?.iter().map(|s| s.map(|n| n as u64)).collect();
    let bytes = |t: usize| FLOAT * sizes[t].iter().product::<u64>();
    let layers = architecture.layers.iter().enumerate();
    Ok(layers
        .map(|(i, layer)| {
            let ([_, _, c_in], [h, w, c_out]) = (sizes[layer.from], sizes[i + 1]);
            let (weights, trained, pixels) = match &layer.op {
                Op::Conv(c) => {
                    let weights = (c.kernel * c.kernel) as u64 * (c_in / c.groups as u64) * c_out;
                    (weights, weights + 2 * c_out, h * w)
                }
                Op::GlobalAveragePool | Op::AveragePool { .. } | Op::GroupLogits { .. } => (0, 0, 0),
                Op::Linear { .. } => (c_in * c_out, c_in * c_out + c_out, 1),
            };
            Count {
                macs: weights * pixels,
                parameters: trained,
                weight_bytes: if weights == 0 { 0 } else { FLOAT * (weights + c_out) },
                input_bytes: bytes(layer.from) + layer.add.map_or(0, bytes),
                output_bytes: bytes(i + 1),
            }
        })
        .collect())
}

/// Whether all layers fit, and have no more parameters than can be trained.
pub fn check(architecture: &Architecture) -> Result<(), Problem> {
    let parameters: u64 = counts(architecture)?.iter().map(|count| count.parameters).sum();
    if parameters > MOST_PARAMETERS {
        return Err(Problem::new(format!("more than {MOST_PARAMETERS} parameters")).received(parameters));
    }
    Ok(())
}

/// The largest sum of activations alive at once, in bytes: while a layer runs, its output and all that is still read.
/// `number_bytes` are the bytes of one number of each tensor.
///
/// # Errors
/// As for [`Architecture::shapes`].
pub fn peak_activations(architecture: &Architecture, number_bytes: &[u64]) -> Result<u64, Problem> {
    let shapes = architecture.shapes()?;
    let bytes = |t: usize| number_bytes[t] * shapes[t].iter().product::<usize>() as u64;
    let during = |i: usize| super::crossing(architecture, i).into_iter().map(bytes).sum::<u64>() + bytes(i + 1);
    Ok((0..architecture.layers.len()).map(during).max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::super::{Bottleneck, Conv, Inverted, Layer, Plain, residual, separable};
    use super::*;

    fn total(a: &Architecture, part: fn(&Count) -> u64) -> u64 {
        counts(a).unwrap().iter().map(part).sum()
    }

    /// MLPerf Tiny's image classification reference on 32x32x3: 12,501,632 (X-CUBE-AI's report for v1.2).
    #[test]
    fn resnet8_has_the_cited_macs() {
        assert_eq!(total(&residual([32, 32, 3], 10, 1, 16), |c| c.macs), 12_501_632);
    }

    /// He et al. 2016, table 6: ResNet-20 has 0.27 M parameters.
    #[test]
    fn resnet20_has_the_cited_parameters() {
        assert_eq!((total(&residual([32, 32, 3], 10, 3, 16), |c| c.parameters) + 5_000) / 10_000, 27);
        let ours = residual([28, 28, 1], 10, 3, 16);
        assert_eq!((total(&ours, |c| c.macs), total(&ours, |c| c.parameters)), (31_021_952, 272_186));
    }

    /// Counts by walking every output value and every weight it touches.
    fn brute(a: &Architecture) -> Vec<(u64, u64)> {
        let shapes = a.shapes().unwrap();
        let one = |(i, layer): (usize, &Layer)| match &layer.op {
            Op::Conv(Conv { kernel, groups, .. }) => {
                let [h, w, c] = shapes[i + 1];
                let mut macs = 0;
                for _ in 0..h * w * c {
                    (0..kernel * kernel).for_each(|_| (0..shapes[layer.from][2] / groups).for_each(|_| macs += 1));
                }
                (macs, macs / (h * w) as u64 + 2 * c as u64)
            }
            Op::GlobalAveragePool | Op::AveragePool { .. } | Op::GroupLogits { .. } => (0, 0),
            Op::Linear { outputs } => {
                let macs = (0..*outputs).map(|_| shapes[layer.from][2] as u64).sum();
                (macs, macs + *outputs as u64)
            }
        };
        a.layers.iter().enumerate().map(one).collect()
    }

    #[test]
    fn counts_agree_with_brute_force() {
        let input = [9, 7, 3];
        let inverted = Inverted {
            stem: 5,
            stem_stride: 1,
            blocks: vec![[1, 4, 1, 1], [3, 4, 2, 1], [2, 6, 1, 2]],
            head: Some(9),
            width: 1.4,
            depth: 1.0,
            shrink: None,
            exits: vec![],
        };
        for a in [
            residual(input, 4, 2, 3),
            separable(input, 4, 5, &[[6, 2], [7, 1]]),
            inverted.architecture(input, 4),
            Bottleneck { blocks: vec![1, 2], width: 3, expansion: 2, shrink: None, exits: vec![] }
                .architecture(input, 4),
            Plain { stacks: vec![[3, 2], [4, 1]], width: 1.0, depth: 1.0, shrink: None, exits: vec![] }
                .architecture(input, 4),
        ] {
            a.check().unwrap();
            let counted: Vec<_> = counts(&a).unwrap().iter().map(|c| (c.macs, c.parameters)).collect();
            assert_eq!(counted, brute(&a));
        }
    }

    #[test]
    fn peak_is_a_block_with_its_shortcut() {
        let a = residual([28, 28, 1], 10, 1, 16);
        assert_eq!(peak_activations(&a, &vec![4; a.layers.len() + 1]).unwrap(), 4 * 3 * 28 * 28 * 16);
    }

    #[test]
    fn a_nano_network_fits_its_budget() {
        let a = separable([28, 28, 1], 10, 8, &[[16, 2], [24, 1], [32, 2], [32, 1]]);
        a.check().unwrap();
        assert_eq!((total(&a, |c| c.parameters), total(&a, |c| c.macs)), (3_810, 311_960));
    }
}
