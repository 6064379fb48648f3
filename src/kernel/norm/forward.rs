//! Statistics of a batch, and batch norm by them.

use super::affine::affine_on;
use super::period::Period;
use crate::kernel::isa::Isa;
use crate::kernel::simd::{self, Simd, Task};
use crate::kernel::threads::piece;

/// Normalises `x` (rows of `channels`) by the batch's own statistics:
/// `y = relu?((x − mean) / √(var + eps) · gamma + beta (+ residual))`.
/// `mean` and `var` (biased, over rows) are written, one value a channel.
///
/// # Panics
/// If the slices' lengths do not fit `channels` and each other.
#[allow(clippy::too_many_arguments)]
pub fn batch_norm_forward(
    x: &[f32],
    channels: usize,
    gamma: &[f32],
    beta: &[f32],
    eps: f32,
    residual: Option<&[f32]>,
    relu: bool,
    y: &mut [f32],
    mean: &mut [f32],
    var: &mut [f32],
) {
    batch_norm_forward_on(Isa::best(), x, channels, gamma, beta, eps, residual, relu, y, mean, var);
}

/// [`batch_norm_forward`] on a given instruction set.
#[doc(hidden)]
#[allow(clippy::too_many_arguments)]
pub fn batch_norm_forward_on(
    isa: Isa,
    x: &[f32],
    channels: usize,
    gamma: &[f32],
    beta: &[f32],
    eps: f32,
    residual: Option<&[f32]>,
    relu: bool,
    y: &mut [f32],
    mean: &mut [f32],
    var: &mut [f32],
) {
    check(x, channels, [gamma, beta, &*mean, &*var]);
    statistics(isa, x, channels, mean, var);
    let scale: Vec<f32> = gamma.iter().zip(&*var).map(|(g, v)| g / (v + eps).sqrt()).collect();
    let shift: Vec<f32> = (0..channels).map(|c| beta[c] - mean[c] * scale[c]).collect();
    affine_on(isa, x, channels, &scale, &shift, residual, relu, y);
}

pub(super) fn check(x: &[f32], channels: usize, each: [&[f32]; 4]) {
    assert!(channels > 0 && x.len().is_multiple_of(channels), "{} elements, {channels} channels", x.len());
    assert!(each.iter().all(|values| values.len() == channels), "not one value a channel");
}

/// Mean and biased variance a channel; an empty batch has neither, and gets zeros.
fn statistics(isa: Isa, x: &[f32], channels: usize, mean: &mut [f32], var: &mut [f32]) {
    if x.is_empty() {
        mean.fill(0.0);
        return var.fill(0.0);
    }
    let period = Period::new(isa, channels);
    // Sums of squares about a value from the data lose no digits when the mean is far from zero.
    let about = period.spread(|c| x[c]);
    let sums = period.sum(x.len(), |i, first, second| {
        let x = piece(x, period.summed(), i);
        simd::on(isa, Moments { x, about: &about, first, second });
    });
    let rows = (x.len() / channels) as f64;
    for (c, [first, second]) in sums.into_iter().enumerate() {
        let offset = first / rows;
        mean[c] = (f64::from(x[c]) + offset) as f32;
        var[c] = (second / rows - offset * offset).max(0.0) as f32;
    }
}

/// Adds `Σ d` and `Σ d²`, `d = x − about`, to the sums of each lane of a period.
struct Moments<'a> {
    x: &'a [f32],
    about: &'a [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
}

impl Task for Moments<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let period = self.about.len();
        assert!(self.first.len() == period && self.second.len() == period && period.is_multiple_of(S::LANES));
        for j in (0..period.min(self.x.len())).step_by(S::LANES) {
            // SAFETY: `j + LANES` is at most the period; the mask stops at the end of `x`.
            unsafe {
                let about = S::load(self.about.as_ptr().add(j));
                let (mut first, mut second) = (S::splat(0.0), S::splat(0.0));
                for at in (j..self.x.len()).step_by(period) {
                    let m = S::mask(S::LANES.min(self.x.len() - at));
                    let x = S::load_some(self.x.as_ptr().add(at), m);
                    let d = S::keep(S::sub(x, about), m);
                    first = S::add(first, d);
                    second = S::fma(d, d, second);
                }
                S::store(self.first.as_mut_ptr().add(j), first);
                S::store(self.second.as_mut_ptr().add(j), second);
            }
        }
    }
}
