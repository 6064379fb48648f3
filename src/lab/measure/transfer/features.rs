//! How alike two networks' features are (Kornblith et al. 2019, arXiv 1905.00414).

use rayon::prelude::*;

/// Inner products of some images' features, from which their alignment with others' follows, for all images or some.
#[derive(Clone, Debug)]
pub struct Alike {
    images: usize,
    products: Vec<f64>,
}

impl Alike {
    /// Of features `[n][_]`. What is common to all images is taken away first, so that the products stay small.
    pub fn of(features: &[f32], images: usize) -> Self {
        Self { images, products: gram(features, images) }
    }

    /// Linear centred kernel alignment among some of the images; none without two, or where one side is constant.
    pub fn with(&self, other: &Self, among: &[usize]) -> Option<f64> {
        if among.len() < 2 {
            return None;
        }
        let [x, y] = [self, other].map(|side| side.centred(among));
        let along = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let lengths = (along(&x, &x) * along(&y, &y)).sqrt();
        (lengths > 1e-12).then(|| along(&x, &y) / lengths)
    }

    /// The products among some images, as if their own mean had been taken away: `HKH` with `H = 1 − 11ᵀ/n`.
    fn centred(&self, among: &[usize]) -> Vec<f64> {
        let n = among.len() as f64;
        let at = |i: usize, j: usize| self.products[i * self.images + j];
        let means: Vec<f64> = among.iter().map(|&i| among.iter().map(|&j| at(i, j)).sum::<f64>() / n).collect();
        let mean = means.iter().sum::<f64>() / n;
        let row = |(&i, a): (&usize, &f64)| {
            let a = *a;
            among.iter().zip(&means).map(move |(&j, b)| at(i, j) - a - b + mean).collect::<Vec<f64>>()
        };
        among.iter().zip(&means).flat_map(row).collect()
    }
}

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
    rows.par_iter().flat_map_iter(|a| rows.iter().map(move |b| along(a, b))).collect()
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

    /// From inner products taken once, all images and each class give what their features alone give.
    #[test]
    fn products_taken_once_serve_all_and_each_class() {
        let (x, y) = (wave(36, 1), wave(24, 2));
        let (a, b) = (Alike::of(&x, 12), Alike::of(&y, 12));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(a.with(&b, &(0..12).collect::<Vec<_>>()).unwrap(), cka(&x, &y, 12).unwrap()));
        let labels: Vec<usize> = (0..12).map(|i| i % 2).collect();
        for (class, right) in cka_within(&x, &y, &labels, 2).into_iter().enumerate() {
            let among: Vec<usize> = (0..12).filter(|i| i % 2 == class).collect();
            assert!(near(a.with(&b, &among).unwrap(), right.unwrap()));
        }
        assert_eq!(a.with(&b, &[3]), None);
        assert_eq!(a.with(&Alike::of(&[1.0; 12], 12), &[0, 1, 2]), None);
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
