//! The definition of convolution, one multiplication at a time in `f64`.

use crate::kernel::shape::ConvShape;

/// Calls `f(x, w, y)` with the three indices of every product in the sum.
pub(super) fn products(s: &ConvShape, mut f: impl FnMut(usize, usize, usize)) {
    let (oh, ow, gi, go) = (s.out_h(), s.out_w(), s.group_in(), s.group_out());
    for (n, oy, ox, o) in grid(s.n, oh, ow, s.c_out) {
        for (ky, kx, i, _) in grid(s.kh, s.kw, gi, 1) {
            let (y, x) = (oy * s.stride + ky, ox * s.stride + kx);
            if y < s.pad || x < s.pad || y - s.pad >= s.h || x - s.pad >= s.w {
                continue;
            }
            let c = o / go * gi + i;
            let at = ((n * s.h + y - s.pad) * s.w + x - s.pad) * s.c_in + c;
            f(at, ((ky * s.kw + kx) * gi + i) * s.c_out + o, ((n * oh + oy) * ow + ox) * s.c_out + o);
        }
    }
}

fn grid(a: usize, b: usize, c: usize, d: usize) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    (0..a * b * c * d).map(move |i| (i / (b * c * d), i / (c * d) % b, i / d % c, i % d))
}

fn to_f32(sums: Vec<f64>) -> Vec<f32> {
    sums.into_iter().map(|v| v as f32).collect()
}

pub(super) fn conv2d(s: &ConvShape, x: &[f32], w: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0; s.output_len()];
    products(s, |i, j, k| sums[k] += f64::from(x[i]) * f64::from(w[j]));
    to_f32(sums)
}

pub(super) fn grad_input(s: &ConvShape, dy: &[f32], w: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0; s.input_len()];
    products(s, |i, j, k| sums[i] += f64::from(dy[k]) * f64::from(w[j]));
    to_f32(sums)
}

pub(super) fn grad_weight(s: &ConvShape, x: &[f32], dy: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0; s.weight_len()];
    products(s, |i, j, k| sums[j] += f64::from(x[i]) * f64::from(dy[k]));
    to_f32(sums)
}
