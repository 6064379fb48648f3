//! The transform of weights, `G g Gᵀ`, straight into panels.

use super::{PLACES, Plain};
use crate::kernel::scratch;
use crate::kernel::simd::{Simd, Task, on};
use crate::kernel::tile::{blocks, packed};

/// Elements of a kernel.
pub(super) const TAPS: usize = 9;

/// Transforms weights that lie `[tap][from][to]`.
pub(super) fn transform(plain: &Plain, w: &[f32], out: &mut [f32]) {
    let (depth, cols, panel) = (plain.from.2, plain.to.2, plain.panel());
    assert_eq!(w.len(), TAPS * depth * cols, "weights of another length");
    assert_eq!(out.len(), PLACES * panel, "panels of another length");
    for block in blocks(plain.isa, cols) {
        let width = packed(plain.isa, block.len());
        for row in 0..depth {
            let (from, to) = (row * cols + block.start, block.start * depth + row * width);
            on(plain.isa, Row { w, tap: depth * cols, from, cols: block.len(), width, panel, to, out: &mut *out });
        }
    }
}

/// As [`transform`], of the gradient to the input: turned by half a turn, channels exchanged.
pub(super) fn transform_turned(plain: &Plain, w: &[f32], out: &mut [f32]) {
    let (c_out, c_in) = (plain.from.2, plain.to.2);
    scratch::with(w.len(), |turned| {
        for (tap, turned) in turned.chunks_exact_mut(c_in * c_out).enumerate() {
            let w = &w[(TAPS - 1 - tap) * c_in * c_out..];
            for (o, row) in turned.chunks_exact_mut(c_in).enumerate() {
                row.iter_mut().enumerate().for_each(|(i, to)| *to = w[i * c_out + o]);
            }
        }
        transform(plain, turned, out);
    });
}

/// One row of one block of columns, at all places.
struct Row<'a> {
    w: &'a [f32],
    /// Floats from tap to tap.
    tap: usize,
    from: usize,
    cols: usize,
    /// Columns with what they are filled up with.
    width: usize,
    /// Floats from place to place.
    panel: usize,
    to: usize,
    out: &'a mut [f32],
}

impl Task for Row<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        assert!((TAPS - 1) * self.tap + self.from + self.cols <= self.w.len(), "reads beyond the weights");
        assert!((PLACES - 1) * self.panel + self.to + self.width <= self.out.len(), "writes beyond the panels");
        let out = self.out.as_mut_ptr();
        for first in (0..self.width).step_by(S::LANES) {
            let (kept, filled) = (self.cols.saturating_sub(first).min(S::LANES), (self.width - first).min(S::LANES));
            // SAFETY: the asserts above hold the last of both inside their slices.
            unsafe {
                let places = if kept == 0 { [S::splat(0.0); PLACES] } else { self.places::<S>(first, S::mask(kept)) };
                for (place, value) in places.into_iter().enumerate() {
                    S::store_some(out.add(place * self.panel + self.to + first), value, S::mask(filled));
                }
            }
        }
    }
}

impl Row<'_> {
    #[inline(always)]
    unsafe fn places<S: Simd>(&self, first: usize, mask: S::M) -> [S::V; PLACES] {
        // SAFETY: the caller vouches for the last column of the last tap.
        unsafe {
            let zero = S::splat(0.0);
            let (mut columns, mut places) = ([[zero; 4]; 3], [zero; PLACES]);
            for (x, column) in columns.iter_mut().enumerate() {
                let taps = [self.load::<S>(x, first, mask), self.load::<S>(3 + x, first, mask)];
                *column = four::<S>([taps[0], taps[1], self.load::<S>(6 + x, first, mask)]);
            }
            for y in 0..4 {
                let line = four::<S>([columns[0][y], columns[1][y], columns[2][y]]);
                places[4 * y..4 * y + 4].copy_from_slice(&line);
            }
            places
        }
    }

    #[inline(always)]
    unsafe fn load<S: Simd>(&self, tap: usize, first: usize, mask: S::M) -> S::V {
        // SAFETY: as for `places`.
        unsafe { S::load_some(self.w.as_ptr().add(tap * self.tap + self.from + first), mask) }
    }
}

/// `G` times three values.
#[inline(always)]
unsafe fn four<S: Simd>([a, b, c]: [S::V; 3]) -> [S::V; 4] {
    // SAFETY: the caller has the instruction set.
    unsafe {
        let (half, zero) = (S::splat(0.5), S::splat(0.0));
        let ends = S::add(a, c);
        [a, S::fma(S::add(ends, b), half, zero), S::fma(S::sub(ends, b), half, zero), c]
    }
}
