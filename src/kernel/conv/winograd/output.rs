//! The transform of products into outputs: `Aᵀ m A`, a vector of channels at a time.

use super::PLACES;
use crate::kernel::simd::{Simd, Task};

/// Writes the outputs of rows of tiles; the last row and column may be cut.
pub(super) struct Outputs<'a> {
    /// Tile by tile, place by place, channel by channel.
    pub products: &'a [f32],
    pub rows: usize,
    pub across: usize,
    /// Pixels in a row of `out`.
    pub width: usize,
    pub channels: usize,
    /// Floats from tile to tile of `products`.
    pub pitch: usize,
    /// Whole rows of pixels, at most two a row of tiles.
    pub out: &'a mut [f32],
}

impl Task for Outputs<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let height = self.out.len() / (self.width * self.channels);
        assert!(self.rows * self.across * self.pitch <= self.products.len(), "reads beyond the tiles");
        assert!(PLACES * self.channels <= self.pitch, "tiles overlap");
        assert!(height <= 2 * self.rows && self.width <= 2 * self.across, "too few tiles");
        let out = self.out.as_mut_ptr();
        for tile in 0..self.rows * self.across {
            let (y, x) = (tile / self.across * 2, tile % self.across * 2);
            let pixels = [(height - y).min(2), (self.width - x).min(2)];
            let (from, to) = (tile * self.pitch, (y * self.width + x) * self.channels);
            for first in (0..self.channels).step_by(S::LANES) {
                let lanes = (self.channels - first).min(S::LANES);
                // SAFETY: the asserts above hold all tiles, and `pixels` all outputs, inside their slices.
                unsafe {
                    match lanes == S::LANES {
                        true => self.tile::<S, true>(from + first, out.add(to + first), pixels, S::mask(lanes)),
                        false => self.tile::<S, false>(from + first, out.add(to + first), pixels, S::mask(lanes)),
                    }
                }
            }
        }
    }
}

impl Outputs<'_> {
    /// One tile's outputs, as many rows and columns as there are.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "a line across columns")]
    unsafe fn tile<S: Simd, const WHOLE: bool>(
        &self,
        from: usize,
        out: *mut f32,
        [height, width]: [usize; 2],
        mask: S::M,
    ) {
        // SAFETY: the caller vouches for the corners.
        unsafe {
            let mut columns = [[S::splat(0.0); 2]; 4];
            for (x, column) in columns.iter_mut().enumerate() {
                *column = self.column::<S, WHOLE>(from + x * self.channels, mask);
            }
            for y in 0..height {
                let line = two::<S>([columns[0][y], columns[1][y], columns[2][y], columns[3][y]]);
                for (x, value) in line.into_iter().enumerate().take(width) {
                    let at = out.add((y * self.width + x) * self.channels);
                    if WHOLE { S::store(at, value) } else { S::store_some(at, value, mask) }
                }
            }
        }
    }

    /// A column of four places, transformed.
    #[inline(always)]
    unsafe fn column<S: Simd, const WHOLE: bool>(&self, from: usize, mask: S::M) -> [S::V; 2] {
        // SAFETY: as for `tile`.
        unsafe {
            let mut places = [S::splat(0.0); 4];
            for (y, place) in places.iter_mut().enumerate() {
                let at = self.products.as_ptr().add(from + 4 * y * self.channels);
                *place = if WHOLE { S::load(at) } else { S::load_some(at, mask) };
            }
            two::<S>(places)
        }
    }
}

/// `Aᵀ` times four values.
#[inline(always)]
unsafe fn two<S: Simd>([a, b, c, d]: [S::V; 4]) -> [S::V; 2] {
    // SAFETY: the caller has the instruction set.
    unsafe { [S::add(S::add(a, b), c), S::sub(S::sub(b, c), d)] }
}
