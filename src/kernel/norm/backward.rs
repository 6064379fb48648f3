//! The gradients of batch norm: one pass for the sums, one for the input.

use rayon::prelude::*;
use std::ops::Range;

use super::forward::check;
use super::period::Period;
use crate::kernel::isa::Isa;
use crate::kernel::simd::{self, Simd, Task};
use crate::kernel::threads::piece;

/// Gradients of [`batch_norm_forward`](super::batch_norm_forward), whose `x`, `y`, `mean` and `var` these are; `dy`
/// belongs to `y`. Overwrites `dx`, `dgamma`, `dbeta` and, if given, `dresidual` (`dy` where ReLU let `y` pass).
/// Without `relu`, `y` is not read.
///
/// # Panics
/// If the slices' lengths do not fit `channels` and each other.
#[allow(clippy::too_many_arguments)]
pub fn batch_norm_backward(
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    channels: usize,
    gamma: &[f32],
    mean: &[f32],
    var: &[f32],
    eps: f32,
    relu: bool,
    dx: &mut [f32],
    dgamma: &mut [f32],
    dbeta: &mut [f32],
    dresidual: Option<&mut [f32]>,
) {
    let isa = Isa::best();
    batch_norm_backward_on(isa, x, y, dy, channels, gamma, mean, var, eps, relu, dx, dgamma, dbeta, dresidual);
}

/// [`batch_norm_backward`] on a given instruction set.
#[doc(hidden)]
#[allow(clippy::too_many_arguments)]
pub fn batch_norm_backward_on(
    isa: Isa,
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    channels: usize,
    gamma: &[f32],
    mean: &[f32],
    var: &[f32],
    eps: f32,
    relu: bool,
    dx: &mut [f32],
    dgamma: &mut [f32],
    dbeta: &mut [f32],
    dresidual: Option<&mut [f32]>,
) {
    NormGradient::new_on(isa, x, y, dy, channels, gamma, mean, var, eps, relu, dgamma, dbeta).all(dx, dresidual);
}

/// The gradient to the input of [`batch_norm_forward`](super::batch_norm_forward), its sums over the batch taken, so that
/// any rows can be had by themselves.
#[derive(Debug)]
pub struct NormGradient<'a> {
    batch: Batch<'a>,
    /// What [`Input`] asks for.
    coefficients: [Vec<f32>; 4],
}

impl<'a> NormGradient<'a> {
    /// Takes the sums; arguments are those of [`batch_norm_backward`], of which `dgamma` and `dbeta` are overwritten.
    ///
    /// # Panics
    /// If the slices' lengths do not fit `channels` and each other.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        x: &'a [f32],
        y: &'a [f32],
        dy: &'a [f32],
        channels: usize,
        gamma: &[f32],
        mean: &[f32],
        var: &[f32],
        eps: f32,
        relu: bool,
        dgamma: &mut [f32],
        dbeta: &mut [f32],
    ) -> Self {
        Self::new_on(Isa::best(), x, y, dy, channels, gamma, mean, var, eps, relu, dgamma, dbeta)
    }

    #[allow(clippy::too_many_arguments)]
    fn new_on(
        isa: Isa,
        x: &'a [f32],
        y: &'a [f32],
        dy: &'a [f32],
        channels: usize,
        gamma: &[f32],
        mean: &[f32],
        var: &[f32],
        eps: f32,
        relu: bool,
        dgamma: &mut [f32],
        dbeta: &mut [f32],
    ) -> Self {
        check(x, channels, [gamma, mean, var, &*dgamma]);
        let batch = Batch::new(isa, x, if relu { Some(y) } else { None }, dy, channels);
        let scale: Vec<f32> = var.iter().map(|v| 1.0 / (v + eps).sqrt()).collect();
        batch.sums(mean, &scale, dgamma, dbeta);
        let (rows, period) = ((x.len() / channels) as f32, batch.period);
        let a = period.spread(|c| gamma[c] * scale[c]);
        let b = period.spread(|c| -gamma[c] * scale[c] * scale[c] * dgamma[c] / rows);
        let shift = period.spread(|c| -gamma[c] * scale[c] * dbeta[c] / rows);
        let mean = period.spread(|c| mean[c]);
        Self { batch, coefficients: [a, b, shift, mean] }
    }

    /// Writes the gradient of the rows that begin at element `start`, and `dy` where ReLU let `y` pass.
    ///
    /// # Panics
    /// If `start` or a length is no whole number of rows, or reaches beyond the batch.
    pub fn rows(&self, start: usize, dx: &mut [f32], dresidual: Option<&mut [f32]>) {
        assert!(start.is_multiple_of(self.batch.period.channels), "no beginning of a row");
        self.batch.rows(start..start + dx.len(), self.coefficients.each_ref().map(Vec::as_slice), dx, dresidual);
    }

    fn all(&self, dx: &mut [f32], dresidual: Option<&mut [f32]>) {
        self.batch.input(self.coefficients.each_ref().map(Vec::as_slice), dx, dresidual);
    }
}

/// Gradients of [`affine`](super::affine), whose `x`, `y` and `scale` these are; `dy` belongs to `y`. Overwrites `dx`,
/// `dscale`, `dshift` and, if given, `dresidual`. Without `relu`, `y` is not read.
///
/// # Panics
/// If the slices' lengths do not fit `channels` and each other.
#[allow(clippy::too_many_arguments)]
pub fn affine_grad(
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    channels: usize,
    scale: &[f32],
    relu: bool,
    dx: &mut [f32],
    dscale: &mut [f32],
    dshift: &mut [f32],
    dresidual: Option<&mut [f32]>,
) {
    affine_grad_on(Isa::best(), x, y, dy, channels, scale, relu, dx, dscale, dshift, dresidual);
}

/// [`affine_grad`] on a given instruction set.
#[doc(hidden)]
#[allow(clippy::too_many_arguments)]
pub fn affine_grad_on(
    isa: Isa,
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    channels: usize,
    scale: &[f32],
    relu: bool,
    dx: &mut [f32],
    dscale: &mut [f32],
    dshift: &mut [f32],
    dresidual: Option<&mut [f32]>,
) {
    check(x, channels, [scale, &*dscale, &*dshift, scale]);
    let batch = Batch::new(isa, x, if relu { Some(y) } else { None }, dy, channels);
    let (none, one) = (vec![0.0; channels], vec![1.0; channels]);
    batch.sums(&none, &one, dscale, dshift);
    let (a, none) = (batch.period.spread(|c| scale[c]), batch.period.spread(|_| 0.0));
    batch.input([&a, &none, &none, &none], dx, dresidual);
}

#[derive(Debug)]
struct Batch<'a> {
    isa: Isa,
    period: Period,
    x: &'a [f32],
    gate: &'a [f32],
    dy: &'a [f32],
    relu: bool,
}

impl<'a> Batch<'a> {
    fn new(isa: Isa, x: &'a [f32], y: Option<&'a [f32]>, dy: &'a [f32], channels: usize) -> Self {
        let gate = y.unwrap_or(x);
        assert!(gate.len() == x.len() && dy.len() == x.len(), "lengths differ");
        Self { isa, period: Period::new(isa, channels), x, gate, dy, relu: y.is_some() }
    }

    fn sums(&self, mean: &[f32], scale: &[f32], dgamma: &mut [f32], dbeta: &mut [f32]) {
        assert!(dgamma.len() == dbeta.len() && dbeta.len() == self.period.channels, "not one value a channel");
        let mean = self.period.spread(|c| mean[c]);
        let len = self.period.summed();
        let sums = self.period.sum(self.x.len(), |i, first, second| {
            let [x, gate, dy] = [self.x, self.gate, self.dy].map(|all| piece(all, len, i));
            simd::on(self.isa, Sums { x, gate, dy, relu: self.relu, mean: &mean, first, second });
        });
        for (c, [dz, dz_x]) in sums.into_iter().enumerate() {
            dbeta[c] = dz as f32;
            dgamma[c] = (dz_x * f64::from(scale[c])) as f32;
        }
    }

    fn input(&self, coefficients: [&[f32]; 4], dx: &mut [f32], dresidual: Option<&mut [f32]>) {
        let equal = dresidual.as_ref().is_none_or(|r| r.len() == self.x.len());
        assert!(equal && dx.len() == self.x.len(), "lengths differ");
        let len = self.period.mapped();
        let task = |i: usize, dx: &mut [f32], dresidual| {
            self.rows(i * len..i * len + dx.len(), coefficients, dx, dresidual);
        };
        let pieces = dx.par_chunks_mut(len);
        match dresidual {
            None => pieces.enumerate().for_each(|(i, dx)| task(i, dx, None)),
            Some(dr) => {
                let both = pieces.zip(dr.par_chunks_mut(len)).enumerate();
                both.for_each(|(i, (dx, dr))| task(i, dx, Some(dr)));
            }
        }
    }

    /// Elements that begin with a row.
    fn rows(&self, range: Range<usize>, coefficients: [&[f32]; 4], dx: &mut [f32], dresidual: Option<&mut [f32]>) {
        let [x, gate, dy] = [self.x, self.gate, self.dy].map(|all| &all[range.clone()]);
        simd::on(self.isa, Input { x, gate, dy, relu: self.relu, coefficients, dx, dresidual });
    }
}

/// `dz`: the gradient before ReLU.
///
/// # Safety
/// The chosen lanes at both pointers must be readable.
#[inline(always)]
unsafe fn dz<S: Simd>(dy: *const f32, gate: *const f32, relu: bool, m: S::M) -> S::V {
    // SAFETY: as the caller says.
    unsafe {
        let dy = S::load_some(dy, m);
        if relu { S::gate(dy, S::load_some(gate, m)) } else { dy }
    }
}

/// Adds `Σ dz` and `Σ dz·(x − mean)` to the sums of each lane of a period.
struct Sums<'a> {
    x: &'a [f32],
    gate: &'a [f32],
    dy: &'a [f32],
    relu: bool,
    mean: &'a [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
}

impl Task for Sums<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (len, period) = (self.x.len(), self.mean.len());
        assert!(self.gate.len() == len && self.dy.len() == len && period.is_multiple_of(S::LANES));
        assert!(self.first.len() == period && self.second.len() == period);
        for j in (0..period.min(len)).step_by(S::LANES) {
            // SAFETY: `j + LANES` is at most the period; the mask stops at the end of the equally long slices.
            unsafe {
                let mean = S::load(self.mean.as_ptr().add(j));
                let (mut first, mut second) = (S::splat(0.0), S::splat(0.0));
                for at in (j..len).step_by(period) {
                    let m = S::mask(S::LANES.min(len - at));
                    let dz = dz::<S>(self.dy.as_ptr().add(at), self.gate.as_ptr().add(at), self.relu, m);
                    let x = S::load_some(self.x.as_ptr().add(at), m);
                    first = S::add(first, dz);
                    second = S::fma(dz, S::sub(x, mean), second);
                }
                S::store(self.first.as_mut_ptr().add(j), first);
                S::store(self.second.as_mut_ptr().add(j), second);
            }
        }
    }
}

/// `dx = a·dz + b·(x − mean) + shift` for a piece that starts with a period.
struct Input<'a> {
    x: &'a [f32],
    gate: &'a [f32],
    dy: &'a [f32],
    relu: bool,
    /// `a`, `b`, `shift`, `mean` over a period.
    coefficients: [&'a [f32]; 4],
    dx: &'a mut [f32],
    dresidual: Option<&'a mut [f32]>,
}

impl Task for Input<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let len = self.x.len();
        let period = self.coefficients[0].len();
        assert!(self.gate.len() == len && self.dy.len() == len && self.dx.len() == len);
        assert!(self.coefficients.iter().all(|c| c.len() == period) && period.is_multiple_of(S::LANES));
        let [a, b, shift, mean] = self.coefficients.map(<[f32]>::as_ptr);
        let dresidual = self.dresidual.map(|r| {
            assert_eq!(r.len(), len);
            r.as_mut_ptr()
        });
        let mut j = 0;
        for at in (0..len).step_by(S::LANES) {
            // SAFETY: `j + LANES` is at most the period; the mask stops at the end of the equally long slices.
            unsafe {
                let m = S::mask(S::LANES.min(len - at));
                let dz = dz::<S>(self.dy.as_ptr().add(at), self.gate.as_ptr().add(at), self.relu, m);
                let x = S::sub(S::load_some(self.x.as_ptr().add(at), m), S::load(mean.add(j)));
                let rest = S::fma(x, S::load(b.add(j)), S::load(shift.add(j)));
                S::store_some(self.dx.as_mut_ptr().add(at), S::fma(dz, S::load(a.add(j)), rest), m);
                if let Some(dresidual) = dresidual {
                    S::store_some(dresidual.add(at), dz, m);
                }
            }
            j += S::LANES;
            if j == period {
                j = 0;
            }
        }
    }
}
