//! Fully connected layers: convolutions of single pixels.

use super::conv::{conv2d, conv2d_grad_input, conv2d_grad_weight};
use super::shape::ConvShape;

/// Parts that the rows are cut into when they can be, so that threads share them.
const PARTS: usize = 16;

/// `y = x·w + b`: `x` is `[rows][c_in]`, `w` is `[c_in][c_out]`, `b` is `[c_out]`; `y` is overwritten.
///
/// # Panics
/// If a slice's length does not fit `c_in`, `c_out` and the rows of `x`.
pub fn linear(c_in: usize, c_out: usize, x: &[f32], w: &[f32], b: &[f32], y: &mut [f32]) {
    let s = shape(c_in, c_out, x.len(), b.len());
    conv2d(&s, x, w, y);
    for row in y.chunks_exact_mut(c_out) {
        row.iter_mut().zip(b).for_each(|(y, b)| *y += b);
    }
}

/// Gradients of [`linear`] from `dy`; overwrites `dw`, `db` and, if given, `dx`.
///
/// # Panics
/// As for [`linear`].
#[allow(clippy::too_many_arguments)]
pub fn linear_grad(
    c_in: usize,
    c_out: usize,
    x: &[f32],
    w: &[f32],
    dy: &[f32],
    dx: Option<&mut [f32]>,
    dw: &mut [f32],
    db: &mut [f32],
) {
    let s = shape(c_in, c_out, x.len(), db.len());
    conv2d_grad_weight(&s, x, dy, dw);
    if let Some(dx) = dx {
        conv2d_grad_input(&s, dy, w, dx);
    }
    db.fill(0.0);
    for row in dy.chunks_exact(c_out) {
        db.iter_mut().zip(row).for_each(|(db, dy)| *db += dy);
    }
}

/// The rows as pixels of a few equal images.
fn shape(c_in: usize, c_out: usize, x: usize, b: usize) -> ConvShape {
    assert!(c_in > 0 && c_out > 0 && x.is_multiple_of(c_in), "{x} elements are no rows of {c_in}");
    assert_eq!(b, c_out, "length of the bias");
    let rows = x / c_in;
    let n = (1..=PARTS).rev().find(|n| rows.is_multiple_of(*n)).unwrap_or(1);
    ConvShape { n, h: 1, w: rows / n, c_in, c_out, kh: 1, kw: 1, stride: 1, pad: 0, groups: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{close, noise};

    fn matmul(
        a: &[f32],
        b: &[f32],
        rows: usize,
        inner: usize,
        at: impl Fn(usize, usize) -> (usize, usize),
    ) -> Vec<f32> {
        let cell = |i: usize| (0..inner).map(|k| at(i, k)).map(|(p, q)| f64::from(a[p]) * f64::from(b[q])).sum::<f64>();
        (0..rows).map(|i| cell(i) as f32).collect()
    }

    #[test]
    fn agrees_with_the_definition() {
        for (rows, i, o) in [(128, 64, 10), (7, 5, 3), (1, 33, 17), (0, 4, 2)] {
            let (x, w, b, dy) = (noise(rows * i, 1), noise(i * o, 2), noise(o, 3), noise(rows * o, 4));
            let mut y = vec![f32::NAN; rows * o];
            linear(i, o, &x, &w, &b, &mut y);
            let mut right = matmul(&x, &w, rows * o, i, |c, k| (c / o * i + k, k * o + c % o));
            right.iter_mut().enumerate().for_each(|(c, y)| *y += b[c % o]);
            assert!(close(&y, &right));
            let (mut dx, mut dw, mut db) = (vec![f32::NAN; rows * i], vec![f32::NAN; i * o], vec![f32::NAN; o]);
            linear_grad(i, o, &x, &w, &dy, Some(&mut dx), &mut dw, &mut db);
            assert!(close(&dx, &matmul(&dy, &w, rows * i, o, |c, k| (c / i * o + k, c % i * o + k))));
            assert!(close(&dw, &matmul(&x, &dy, i * o, rows, |c, k| (k * i + c / o, k * o + c % o))));
            let ones = vec![1.0; rows];
            assert!(close(&db, &matmul(&ones, &dy, o, rows, |c, k| (k, k * o + c))));
        }
    }
}
