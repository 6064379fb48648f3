//! Pooling, each image on its own.

use std::ops::Range;

use super::shape::PoolShape;
use super::threads::{PASSING, piece, pieces};

/// The mean over all pixels: `x` is `[n][pixels][channels]`, `y` is `[n][channels]`, overwritten.
///
/// # Panics
/// If the lengths do not fit.
pub fn global_avg_pool(pixels: usize, channels: usize, x: &[f32], y: &mut [f32]) {
    check_global(pixels, channels, x.len(), y.len());
    let share = 1.0 / pixels as f32;
    pieces(y, channels, x.len() as u64 * PASSING, |i, y| {
        y.fill(0.0);
        piece(x, pixels * channels, i).chunks_exact(channels).for_each(|row| add(y, row));
        y.iter_mut().for_each(|y| *y *= share);
    });
}

/// The gradient of [`global_avg_pool`]: `dx` is overwritten.
///
/// # Panics
/// If the lengths do not fit.
pub fn global_avg_pool_grad(pixels: usize, channels: usize, dy: &[f32], dx: &mut [f32]) {
    check_global(pixels, channels, dx.len(), dy.len());
    let share = 1.0 / pixels as f32;
    let work = dx.len() as u64 * PASSING;
    pieces(dx, pixels * channels, work, |i, dx| {
        for row in dx.chunks_exact_mut(channels) {
            row.iter_mut().zip(piece(dy, channels, i)).for_each(|(dx, dy)| *dx = dy * share);
        }
    });
}

fn check_global(pixels: usize, channels: usize, x: usize, y: usize) {
    assert!(pixels > 0 && channels > 0, "no pixels or no channels to pool");
    assert!(y.is_multiple_of(channels) && x == y * pixels, "{x} elements cannot pool to {y}");
}

/// The mean of each window's pixels inside the image; `y` is overwritten.
///
/// # Panics
/// If a slice does not have the length that `s` gives.
pub fn avg_pool2d(s: &PoolShape, x: &[f32], y: &mut [f32]) {
    each_image(s, x, y, |x, y| {
        for (out, y) in y.chunks_exact_mut(s.c).enumerate() {
            y.fill(0.0);
            pixels(s, out).for_each(|p| add(y, &x[p * s.c..][..s.c]));
            let share = share(s, out);
            y.iter_mut().for_each(|y| *y *= share);
        }
    });
}

/// The gradient of [`avg_pool2d`]: `dx` is overwritten.
///
/// # Panics
/// As for [`avg_pool2d`].
pub fn avg_pool2d_grad(s: &PoolShape, dy: &[f32], dx: &mut [f32]) {
    each_image_back(s, dy, dx, |dy, dx| {
        for (out, dy) in dy.chunks_exact(s.c).enumerate() {
            let share = share(s, out);
            for p in pixels(s, out) {
                dx[p * s.c..][..s.c].iter_mut().zip(dy).for_each(|(dx, dy)| *dx += dy * share);
            }
        }
    });
}

/// The largest of each window's pixels inside the image; `y` is overwritten.
///
/// # Panics
/// If a slice does not have the length that `s` gives.
pub fn max_pool2d(s: &PoolShape, x: &[f32], y: &mut [f32]) {
    each_image(s, x, y, |x, y| {
        for (out, y) in y.chunks_exact_mut(s.c).enumerate() {
            y.fill(f32::NEG_INFINITY);
            for p in pixels(s, out) {
                let larger = |(y, x): (&mut f32, &f32)| *y = if *y > *x { *y } else { *x };
                y.iter_mut().zip(&x[p * s.c..][..s.c]).for_each(larger);
            }
        }
    });
}

/// The gradient of [`max_pool2d`], given its `x` and `y`, to the first of equal maxima; `dx` is overwritten.
///
/// # Panics
/// As for [`max_pool2d`].
pub fn max_pool2d_grad(s: &PoolShape, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
    assert_eq!(x.len(), s.input_len(), "length of the input of {s:?}");
    assert_eq!(y.len(), s.output_len(), "length of the output of {s:?}");
    let (image_in, image_out) = lens(s);
    each_image_back_at(s, dy, dx, |i, dy, dx| {
        let (x, y) = (piece(x, image_in, i), piece(y, image_out, i));
        for (at, (y, dy)) in y.iter().zip(dy).enumerate() {
            let (out, c) = (at / s.c, at % s.c);
            if let Some(p) = pixels(s, out).find(|p| x[p * s.c + c] == *y) {
                dx[p * s.c + c] += dy;
            }
        }
    });
}

fn add(sum: &mut [f32], row: &[f32]) {
    sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
}

/// Elements of an image, in and out.
fn lens(s: &PoolShape) -> (usize, usize) {
    (s.h * s.w * s.c, s.out_h() * s.out_w() * s.c)
}

/// Input rows (or columns) inside the image under output row (or column) `out`.
fn inside(s: &PoolShape, out: usize, size: usize) -> Range<usize> {
    let first = out * s.stride;
    first.saturating_sub(s.pad)..(first + s.k).saturating_sub(s.pad).min(size)
}

/// Input pixels under output pixel `out`, in order.
fn pixels(s: &PoolShape, out: usize) -> impl Iterator<Item = usize> {
    let (rows, cols) = (inside(s, out / s.out_w(), s.h), inside(s, out % s.out_w(), s.w));
    let width = s.w;
    rows.flat_map(move |y| cols.clone().map(move |x| y * width + x))
}

fn share(s: &PoolShape, out: usize) -> f32 {
    let (rows, cols) = (inside(s, out / s.out_w(), s.h), inside(s, out % s.out_w(), s.w));
    1.0 / (rows.len() * cols.len()) as f32
}

fn check(s: &PoolShape, x: usize, y: usize) {
    s.check();
    assert_eq!(x, s.input_len(), "length of the input of {s:?}");
    assert_eq!(y, s.output_len(), "length of the output of {s:?}");
}

fn each_image(s: &PoolShape, x: &[f32], y: &mut [f32], f: impl Fn(&[f32], &mut [f32]) + Sync) {
    check(s, x.len(), y.len());
    let (image_in, image_out) = lens(s);
    pieces(y, image_out.max(1), x.len() as u64 * PASSING, |i, y| f(piece(x, image_in, i), y));
}

fn each_image_back(s: &PoolShape, dy: &[f32], dx: &mut [f32], f: impl Fn(&[f32], &mut [f32]) + Sync) {
    each_image_back_at(s, dy, dx, |_, dy, dx| f(dy, dx));
}

/// As [`each_image`], the other way; `f` gets the image's number, and zeros to add to.
fn each_image_back_at(s: &PoolShape, dy: &[f32], dx: &mut [f32], f: impl Fn(usize, &[f32], &mut [f32]) + Sync) {
    check(s, dx.len(), dy.len());
    dx.fill(0.0);
    let (image_in, image_out) = lens(s);
    if image_out > 0 {
        let work = dx.len() as u64 * PASSING;
        pieces(dx, image_in.max(1), work, |i, dx| f(i, piece(dy, image_out, i), dx));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::testing::{close, config, noise};

    fn shapes() -> impl Strategy<Value = PoolShape> {
        let sizes = (1..4_usize, 1..9_usize, 1..9_usize, 1..20_usize);
        (sizes, 1..4_usize, 1..4_usize, 0..3_usize).prop_map(|((n, h, w, c), k, stride, pad)| PoolShape {
            n,
            h,
            w,
            c,
            k,
            stride,
            pad: pad.min(k - 1),
        })
    }

    /// The input elements under each output element, found by asking every one of them.
    fn under(s: &PoolShape) -> Vec<Vec<usize>> {
        let covers = |out: usize, at: usize| (out * s.stride..out * s.stride + s.k).contains(&(at + s.pad));
        let inputs = |o: usize| {
            let (n, y, x, c) = split(o, s.out_h(), s.out_w(), s.c);
            let here = move |i: &usize| {
                let (m, v, u, d) = split(*i, s.h, s.w, s.c);
                m == n && d == c && covers(y, v) && covers(x, u)
            };
            (0..s.input_len()).filter(here).collect()
        };
        (0..s.output_len()).map(inputs).collect()
    }

    fn split(i: usize, h: usize, w: usize, c: usize) -> (usize, usize, usize, usize) {
        (i / (h * w * c), i / (w * c) % h, i / c % w, i % c)
    }

    proptest! {
        #![proptest_config(config(60))]

        #[test]
        fn means_agree_with_the_definition(s in shapes()) {
            let (x, dy) = (noise(s.input_len(), 1), noise(s.output_len(), 2));
            let (mut y, mut dx) = (vec![f32::NAN; dy.len()], vec![f32::NAN; x.len()]);
            avg_pool2d(&s, &x, &mut y);
            avg_pool2d_grad(&s, &dy, &mut dx);
            let mut right = vec![0.0; x.len()];
            for (o, inputs) in under(&s).into_iter().enumerate() {
                let count = inputs.len() as f32;
                prop_assert!((y[o] - inputs.iter().map(|&i| x[i]).sum::<f32>() / count).abs() < 1e-5);
                inputs.iter().for_each(|&i| right[i] += dy[o] / count);
            }
            prop_assert!(close(&dx, &right));
        }

        #[test]
        fn maxima_agree_with_the_definition(s in shapes()) {
            // Few distinct values, so that windows hold equal maxima.
            let x: Vec<f32> = noise(s.input_len(), 1).into_iter().map(|v| (v * 3.0).round()).collect();
            let dy = noise(s.output_len(), 2);
            let (mut y, mut dx) = (vec![f32::NAN; dy.len()], vec![f32::NAN; x.len()]);
            max_pool2d(&s, &x, &mut y);
            max_pool2d_grad(&s, &x, &y, &dy, &mut dx);
            let mut right = vec![0.0; x.len()];
            for (o, inputs) in under(&s).into_iter().enumerate() {
                let best = inputs.iter().copied().reduce(|a, b| if x[b] > x[a] { b } else { a });
                let best = best.expect("a window holds a pixel");
                prop_assert_eq!(y[o], x[best]);
                right[best] += dy[o];
            }
            prop_assert!(close(&dx, &right));
        }
    }

    #[test]
    fn the_global_mean_and_its_gradient() {
        let x: Vec<f32> = (0..12).map(|v| v as f32).collect();
        let (mut y, mut dx) = ([0.0; 4], [0.0; 12]);
        global_avg_pool(3, 2, &x, &mut y);
        assert_eq!(y, [2.0, 3.0, 8.0, 9.0]);
        global_avg_pool_grad(3, 2, &[3.0, 6.0, 9.0, 12.0], &mut dx);
        assert_eq!(dx, [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 4.0, 3.0, 4.0]);
    }
}
