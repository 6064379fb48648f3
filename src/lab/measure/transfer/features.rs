//! How alike two networks' features are (Kornblith et al. 2019, arXiv 1905.00414).

/// Linear centred kernel alignment of features `[n][_]` of the same images: `‖YᵀX‖² / (‖XᵀX‖ · ‖YᵀY‖)` of centred columns;
/// 1 for features that differ by rotation and scale; none where one of them is constant.
pub fn cka(x: &[f32], y: &[f32], images: usize) -> Option<f64> {
    let [x, y] = [x, y].map(|features| gram(features, images));
    let along = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let lengths = (along(&x, &x) * along(&y, &y)).sqrt();
    (lengths > 1e-12).then(|| along(&x, &y) / lengths)
}

/// The same among the images of each class; none without two images, or where one side is constant.
pub fn cka_within(x: &[f32], y: &[f32], labels: &[usize], classes: usize) -> Vec<Option<f64>> {
    let n = labels.len().max(1);
    let [wide, narrow] = [x.len() / n, y.len() / n];
    let of = |features: &[f32], width: usize, class: usize| {
        let rows = features.chunks_exact(width.max(1)).zip(labels).filter(|(_, l)| **l == class);
        rows.flat_map(|(row, _)| row.iter().copied()).collect::<Vec<f32>>()
    };
    let one = |class| {
        let images = labels.iter().filter(|l| **l == class).count();
        if images < 2 { None } else { cka(&of(x, wide, class), &of(y, narrow, class), images) }
    };
    (0..classes).map(one).collect()
}

/// `[n][n]` inner products of centred rows: the alignment of these is that of the columns, and needs no more than n².
fn gram(features: &[f32], n: usize) -> Vec<f64> {
    let width = features.len() / n.max(1);
    let mean: Vec<f64> =
        (0..width).map(|i| (0..n).map(|row| f64::from(features[row * width + i])).sum::<f64>() / n as f64).collect();
    let centred =
        |row: usize| features[row * width..(row + 1) * width].iter().zip(&mean).map(|(v, m)| f64::from(*v) - m);
    let rows: Vec<Vec<f64>> = (0..n).map(|row| centred(row).collect()).collect();
    let along = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    rows.iter().flat_map(|a| rows.iter().map(move |b| along(a, b))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::wave;
    use super::*;

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let (x, y) = (wave(36, 1), wave(24, 2));
        // By `reference.py`, beside this file, by the formula over columns.
        let found = cka(&x, &y, 12).unwrap();
        assert!((found - 0.303_636_008).abs() < 1e-6, "{found}");
        let labels: Vec<usize> = (0..12).map(|i| i % 2).collect();
        let within = cka_within(&x, &y, &labels, 3);
        assert!((within[0].unwrap() - 0.211_717_342).abs() < 1e-6 && within[2].is_none(), "{within:?}");
    }

    #[test]
    fn rotation_and_scale_do_not_matter() {
        let x = wave(24, 1);
        let turned: Vec<f32> =
            x.chunks_exact(2).flat_map(|p| [0.6 * p[0] - 0.8 * p[1], 0.8 * p[0] + 0.6 * p[1]]).collect();
        let scaled: Vec<f32> = turned.iter().map(|v| 3.0 * v + 1.0).collect();
        assert!((cka(&x, &scaled, 12).unwrap() - 1.0).abs() < 1e-6);
        assert_eq!(cka(&x, &[1.0; 12], 12), None);
    }
}
