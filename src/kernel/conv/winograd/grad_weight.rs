//! The gradient to the weights: at each place of a tile the sum, over tiles, of products of transformed inputs and
//! transformed gradients; transformed back, `Gᵀ u G`, once for many images.

use super::grad_output::Gradients;
use super::grid::Grid;
use super::input::Inputs;
use super::pass::pitch;
use super::weights::TAPS;
use super::{PLACES, Plain};
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;
use crate::kernel::simd::{Simd, Task, on};
use crate::kernel::tile::{self, Run, Tile};

/// Tiles that one block should have at least, for sums are read and written once a block.
const TILES: usize = 28;

/// Whether an image has so many tiles that reading and writing all sums pays.
pub(in crate::kernel::conv) fn fits(s: &ConvShape) -> bool {
    s.out_h().div_ceil(2) * s.out_w().div_ceil(2) >= TILES
}

/// Floats of the sums at all places.
pub(in crate::kernel::conv) fn places(plain: &Plain) -> usize {
    PLACES * plain.from.2 * plain.to.2
}

/// Adds an image's products to the sums, from it and its output's gradient.
pub(in crate::kernel::conv) fn add(plain: &Plain, image: &[f32], gradient: &[f32], sums: &mut [f32]) {
    let Plain { isa, from: size, pad, to: (_, width, c_out) } = *plain;
    let (from, to, across) = (pitch(size.2), pitch(c_out), width.div_ceil(2));
    let most = TILES.div_ceil(across);
    let row = size.1 * size.2;
    scratch::with(row + most * across * (from + to), |buffer| {
        let (zeros, buffer) = buffer.split_at_mut(row);
        let (inputs, gradients) = buffer.split_at_mut(most * across * from);
        zeros.fill(0.0);
        for (i, image_rows) in gradient.chunks(2 * most * width * c_out).enumerate() {
            let rows = image_rows.len().div_ceil(2 * width * c_out);
            let at = ((2 * i * most) as isize - pad as isize, -(pad as isize));
            on(isa, Inputs { image, size, zeros, from: at, rows, across, pitch: from, out: &mut *inputs });
            let grid = Grid { rows, across, width, channels: c_out, pitch: to };
            on(isa, Gradients { grid, image: image_rows, out: &mut *gradients });
            multiply(plain, rows * across, inputs, gradients, sums);
        }
    });
}

/// Adds the products of so many tiles.
fn multiply(plain: &Plain, tiles: usize, inputs: &[f32], gradients: &[f32], sums: &mut [f32]) {
    let (isa, c_in, c_out) = (plain.isa, plain.from.2, plain.to.2);
    let (from, to) = (pitch(c_in), pitch(c_out));
    let runs = [Run { start: 0, len: tiles }];
    assert!(tiles * from <= inputs.len() && tiles * to <= gradients.len(), "too many tiles");
    assert_eq!(sums.len(), places(plain), "sums of another length");
    for block in tile::blocks(isa, c_out) {
        for place in 0..PLACES {
            for part in tile::split(c_in, tile::max_rows(isa, block.len())) {
                let kernel = tile::patch(isa, part.len(), block.len());
                // SAFETY: the asserts above hold the last tile's last place, and the last sum, inside their slices.
                unsafe {
                    kernel(&Tile {
                        a: inputs.as_ptr().add(place * c_in + part.start),
                        a_pitch: from,
                        runs: &runs,
                        b: gradients.as_ptr().add(place * c_out + block.start),
                        b_pitch: to,
                        c: sums.as_mut_ptr().add((place * c_in + part.start) * c_out + block.start),
                        c_pitch: c_out,
                        cols: block.len(),
                    });
                }
            }
        }
    }
}

/// The gradient that the sums make, added to `out`.
pub(in crate::kernel::conv) fn close(plain: &Plain, sums: &[f32], out: &mut [f32]) {
    let each = plain.from.2 * plain.to.2;
    assert!(sums.len() == PLACES * each && out.len() == TAPS * each, "sums or weights of another length");
    on(plain.isa, Close { sums, each, out });
}

struct Close<'a> {
    sums: &'a [f32],
    /// Floats of one place, and of one tap.
    each: usize,
    out: &'a mut [f32],
}

impl Task for Close<'_> {
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "a line across columns")]
    unsafe fn run<S: Simd>(self) {
        let out = self.out.as_mut_ptr();
        for first in (0..self.each).step_by(S::LANES) {
            // SAFETY: `close` has told the lengths apart; the last vector is touched in its first lanes only.
            unsafe {
                let mask = S::mask((self.each - first).min(S::LANES));
                let mut columns = [[S::splat(0.0); 3]; 4];
                for (x, column) in columns.iter_mut().enumerate() {
                    let mut places = [S::splat(0.0); 4];
                    for (y, place) in places.iter_mut().enumerate() {
                        *place = S::load_some(self.sums.as_ptr().add((4 * y + x) * self.each + first), mask);
                    }
                    *column = three::<S>(places);
                }
                for y in 0..3 {
                    let line = three::<S>([columns[0][y], columns[1][y], columns[2][y], columns[3][y]]);
                    for (x, value) in line.into_iter().enumerate() {
                        let at = out.add((3 * y + x) * self.each + first);
                        S::store_some(at, S::add(S::load_some(at, mask), value), mask);
                    }
                }
            }
        }
    }
}

/// `Gᵀ` times four values.
#[inline(always)]
unsafe fn three<S: Simd>([a, b, c, d]: [S::V; 4]) -> [S::V; 3] {
    // SAFETY: the caller has the instruction set.
    unsafe {
        let half = S::splat(0.5);
        let (sum, difference) = (S::add(b, c), S::sub(b, c));
        [S::fma(sum, half, a), S::fma(difference, half, S::splat(0.0)), S::fma(sum, half, d)]
    }
}
