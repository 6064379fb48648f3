//! Logits of groups of logits.

/// `y[n][g] = log Σ exp x[n][k]` over the `k` of each group; `inputs` numbers a row.
pub fn forward(groups: &[Vec<usize>], inputs: usize, x: &[f32], y: &mut [f32]) {
    for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact_mut(groups.len())) {
        for (group, y) in groups.iter().zip(y) {
            let top = group.iter().fold(f32::NEG_INFINITY, |top, &k| top.max(x[k]));
            *y = top + libm::logf(group.iter().map(|&k| libm::expf(x[k] - top)).sum());
        }
    }
}

/// `dx[k] = exp(x[k] − y[g]) · dy[g]` for the `k` of each group.
pub fn backward(groups: &[Vec<usize>], inputs: usize, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
    let given = y.chunks_exact(groups.len()).zip(dy.chunks_exact(groups.len()));
    for ((x, dx), (y, dy)) in x.chunks_exact(inputs).zip(dx.chunks_exact_mut(inputs)).zip(given) {
        for ((group, y), dy) in groups.iter().zip(y).zip(dy) {
            group.iter().for_each(|&k| dx[k] = libm::expf(x[k] - y) * dy);
        }
    }
}
