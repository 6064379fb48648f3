//! Principal components: eigenvectors of a symmetric matrix, by Jacobi's rotations.

/// Eigenvalues from the largest down, and their unit eigenvectors, each with its largest element positive.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// Eigenvalues.
    pub values: Vec<f64>,
    /// Eigenvectors, one after another.
    pub vectors: Vec<Vec<f64>>,
}

/// Sweeps over all pairs until nothing is left beside the diagonal; there are seldom ten.
const SWEEPS: usize = 64;

/// The components of a symmetric `n` by `n` matrix.
pub fn components(mut matrix: Vec<f64>, n: usize) -> Components {
    let mut vectors: Vec<f64> = (0..n * n).map(|i| f64::from(u8::from(i / n == i % n))).collect();
    let size: f64 = matrix.iter().map(|v| v * v).sum();
    for _ in 0..SWEEPS {
        let pairs = (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q)));
        if pairs.clone().map(|(p, q)| matrix[p * n + q].powi(2)).sum::<f64>() <= 1e-28 * size {
            break;
        }
        pairs.for_each(|(p, q)| rotate(&mut matrix, &mut vectors, n, p, q));
    }
    let mut all: Vec<(f64, Vec<f64>)> =
        (0..n).map(|i| (matrix[i * n + i], (0..n).map(|row| vectors[row * n + i]).collect())).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (values, vectors): (Vec<f64>, Vec<Vec<f64>>) = all.into_iter().unzip();
    Components { values, vectors: vectors.into_iter().map(upright).collect() }
}

/// Turns rows and columns `p` and `q` so that their common element vanishes (Golub and Van Loan, section 8.5).
fn rotate(matrix: &mut [f64], vectors: &mut [f64], n: usize, p: usize, q: usize) {
    let apart = matrix[p * n + q];
    if apart == 0.0 {
        return;
    }
    let theta = (matrix[q * n + q] - matrix[p * n + p]) / (2.0 * apart);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turn = |a: &mut [f64], at: usize, to: usize| {
        let (x, y) = (a[at], a[to]);
        (a[at], a[to]) = (cosine * x - sine * y, sine * x + cosine * y);
    };
    (0..n).for_each(|k| turn(matrix, k * n + p, k * n + q));
    (0..n).for_each(|k| turn(matrix, p * n + k, q * n + k));
    (0..n).for_each(|k| turn(vectors, k * n + p, k * n + q));
}

fn upright(vector: Vec<f64>) -> Vec<f64> {
    let largest = vector.iter().fold(0.0f64, |m, v| if v.abs() > m.abs() { *v } else { m });
    vector.into_iter().map(|v| v * largest.signum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By `numpy.linalg.eigh`, see `reference.py` beside this file.
    #[test]
    fn agrees_with_numbers_computed_apart() {
        let found = components(vec![4.0, 1.0, -2.0, 1.0, 2.0, 0.5, -2.0, 0.5, 3.0], 3);
        for (found, right) in found.values.iter().zip([5.629_727_765, 2.716_348_465, 0.653_923_768]) {
            assert!((found - right).abs() < 1e-8, "{found} for {right}");
        }
        for (found, right) in found.vectors[0].iter().zip([0.800_754_016, 0.140_396_294, -0.582_307_380]) {
            assert!((found - right).abs() < 1e-8, "{found} for {right}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, rng_seed: proptest::test_runner::RngSeed::Fixed(2), ..Default::default() })]

        #[test]
        fn components_make_up_the_matrix(n in 1..9usize, noise in proptest::collection::vec(-1.0..1f64, 64)) {
            let at = |i: usize, j: usize| noise[i.min(j) * 8 + i.max(j)];
            let matrix: Vec<f64> = (0..n * n).map(|i| at(i / n, i % n)).collect();
            let found = components(matrix.clone(), n);
            for i in 0..n {
                for j in 0..n {
                    let made: f64 = (0..n).map(|k| found.values[k] * found.vectors[k][i] * found.vectors[k][j]).sum();
                    prop_assert!((made - matrix[i * n + j]).abs() < 1e-10);
                    let along: f64 = (0..n).map(|k| found.vectors[i][k] * found.vectors[j][k]).sum();
                    prop_assert!((along - f64::from(u8::from(i == j))).abs() < 1e-10);
                }
            }
            prop_assert!(found.values.windows(2).all(|w| w[0] >= w[1]));
        }
    }
}
