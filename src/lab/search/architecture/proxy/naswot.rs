//! Neural architecture search without training (Mellor et al. 2021, arXiv 2006.04647, equation 2): the logarithm of the
//! determinant of a kernel whose entries count the ReLUs that two images leave in the same state.

use crate::lab::architecture::Op;
use crate::lab::network::{Trainee, broken};
use crate::problem::Problem;

/// On `n` images, `[n][h][w][c]`.
pub fn score(trainee: &mut Trainee, input: &[f32], n: usize) -> Result<f64, Problem> {
    let codes = codes(trainee, input, n)?;
    let alike = |a: &[bool], b: &[bool]| a.iter().zip(b).filter(|(a, b)| a == b).count() as f64;
    let kernel = codes.iter().map(|a| codes.iter().map(|b| alike(a, b)).collect()).collect();
    Ok(log_determinant(kernel))
}

/// Whether each ReLU lets something through, image by image.
fn codes(trainee: &mut Trainee, input: &[f32], n: usize) -> Result<Vec<Vec<bool>>, Problem> {
    let rectified = |op: &Op| matches!(op, Op::Conv(conv) if conv.relu);
    let layers = trainee.plan.architecture.layers.iter().enumerate();
    let wanted: Vec<usize> = layers.filter(|(_, layer)| rectified(&layer.op)).map(|(i, _)| i + 1).collect();
    let kept = trainee.statistics.clone();
    let passed = trainee.forward_with(n, &wanted, |place| place.copy_from_slice(input));
    trainee.statistics = kept;
    let mut codes = vec![Vec::new(); n];
    for tensor in passed.map_err(broken)?.1 {
        let values: Vec<f32> = tensor.flatten_all().and_then(|t| t.to_vec1()).map_err(broken)?;
        let images = values.chunks_exact(values.len() / n.max(1));
        codes.iter_mut().zip(images).for_each(|(code, values)| code.extend(values.iter().map(|v| *v > 0.0)));
    }
    Ok(codes)
}

/// Of the absolute value, by elimination with the largest pivot of each column; of a singular matrix, minus infinity.
fn log_determinant(mut rows: Vec<Vec<f64>>) -> f64 {
    let mut sum = 0.0;
    for at in 0..rows.len() {
        let pivot = (at..rows.len()).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs())).unwrap_or(at);
        rows.swap(at, pivot);
        let (done, left) = rows.split_at_mut(at + 1);
        let row = &done[at];
        sum += libm::log(row[at].abs());
        for other in left.iter_mut().filter(|_| row[at] != 0.0) {
            let factor = other[at] / row[at];
            other.iter_mut().zip(row).skip(at).for_each(|(o, r)| *o -= factor * r);
        }
    }
    sum
}
