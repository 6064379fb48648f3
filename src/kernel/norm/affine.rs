//! A scale and a shift for each channel, with the residual sum and ReLU.

use super::forward::check;
use super::period::Period;
use crate::kernel::isa::Isa;
use crate::kernel::simd::{self, Simd, Task};
use crate::kernel::threads::{PASSING, piece, pieces};

/// `y = relu?(x · scale + shift (+ residual))`, `scale` and `shift` one value a channel: batch norm at inference.
///
/// # Panics
/// If the slices' lengths do not fit `channels` and each other.
pub fn affine(
    x: &[f32],
    channels: usize,
    scale: &[f32],
    shift: &[f32],
    residual: Option<&[f32]>,
    relu: bool,
    y: &mut [f32],
) {
    affine_on(Isa::best(), x, channels, scale, shift, residual, relu, y);
}

/// [`affine`] on a given instruction set.
#[doc(hidden)]
#[allow(clippy::too_many_arguments)]
pub fn affine_on(
    isa: Isa,
    x: &[f32],
    channels: usize,
    scale: &[f32],
    shift: &[f32],
    residual: Option<&[f32]>,
    relu: bool,
    y: &mut [f32],
) {
    check(x, channels, [scale, shift, scale, shift]);
    assert!(y.len() == x.len() && residual.is_none_or(|r| r.len() == x.len()), "lengths differ");
    let map = Affine::new(isa, channels, scale, shift, relu);
    let len = map.period.mapped();
    pieces(y, len, x.len() as u64 * PASSING, |i, y| {
        map.apply(Some(piece(x, len, i)), residual.map(|r| piece(r, len, i)), y);
    });
}

/// The map, its coefficients spread over a period.
pub(crate) struct Affine {
    isa: Isa,
    period: Period,
    scale: Vec<f32>,
    shift: Vec<f32>,
    relu: bool,
}

impl Affine {
    pub fn new(isa: Isa, channels: usize, scale: &[f32], shift: &[f32], relu: bool) -> Self {
        let period = Period::new(isa, channels);
        let (scale, shift) = (period.spread(|c| scale[c]), period.spread(|c| shift[c]));
        Self { isa, period, scale, shift, relu }
    }

    /// Maps whole rows from `x`, or in place.
    pub fn apply(&self, x: Option<&[f32]>, residual: Option<&[f32]>, y: &mut [f32]) {
        let equal = |other: Option<&[f32]>| other.is_none_or(|other| other.len() == y.len());
        assert!(equal(x) && equal(residual), "lengths differ");
        let residual = residual.map(<[f32]>::as_ptr);
        let (len, y) = (y.len(), y.as_mut_ptr());
        let x = x.map_or(y.cast_const(), <[f32]>::as_ptr);
        simd::on(self.isa, Map { map: self, len, x, residual, y });
    }
}

/// A checked map with its memory; `x` may be `y`.
struct Map<'a> {
    map: &'a Affine,
    len: usize,
    x: *const f32,
    residual: Option<*const f32>,
    y: *mut f32,
}

impl Task for Map<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let period = self.map.period.len;
        let mut j = 0;
        for at in (0..self.len).step_by(S::LANES) {
            // SAFETY: `j + LANES` is at most the period; the mask stops at the end of the equally long slices.
            unsafe { self.vector::<S>(at, j) }
            j = if j + S::LANES == period { 0 } else { j + S::LANES };
        }
    }
}

impl Map<'_> {
    /// # Safety
    /// `at` must lie inside the slices, and a vector from `j` inside the period.
    #[inline(always)]
    unsafe fn vector<S: Simd>(&self, at: usize, j: usize) {
        // SAFETY: as the caller says; each element is read before it is written, so in place is fine.
        unsafe {
            let m = S::mask(S::LANES.min(self.len - at));
            let (scale, shift) = (self.map.scale.as_ptr().add(j), self.map.shift.as_ptr().add(j));
            let mut v = S::fma(S::load_some(self.x.add(at), m), S::load(scale), S::load(shift));
            if let Some(residual) = self.residual {
                v = S::add(v, S::load_some(residual.add(at), m));
            }
            if self.map.relu {
                v = S::relu(v);
            }
            S::store_some(self.y.add(at), v, m);
        }
    }
}
