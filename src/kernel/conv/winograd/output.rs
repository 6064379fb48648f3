//! The transform of products into outputs: `Aᵀ m A`, a vector of channels at a time.

use super::grid::{Grid, Tile};
use crate::kernel::simd::{Simd, Task};

/// Writes the outputs of tiles.
pub(super) struct Outputs<'a> {
    pub grid: Grid,
    pub products: &'a [f32],
    /// Whole rows of pixels.
    pub out: &'a mut [f32],
}

impl Task for Outputs<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (out, channels) = (self.out.as_mut_ptr(), self.grid.channels);
        for Tile { places, pixels, size } in self.grid.tiles(self.out.len(), self.products.len()) {
            for first in (0..channels).step_by(S::LANES) {
                let (lanes, from) = ((channels - first).min(S::LANES), places + first);
                // SAFETY: the grid holds all tiles' places and pixels inside their slices.
                unsafe {
                    let (to, mask) = (out.add(pixels + first), S::mask(lanes));
                    match lanes == S::LANES {
                        true => self.tile::<S, true>(from, to, size, mask),
                        false => self.tile::<S, false>(from, to, size, mask),
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
                *column = self.column::<S, WHOLE>(from + x * self.grid.channels, mask);
            }
            for y in 0..height {
                let line = two::<S>([columns[0][y], columns[1][y], columns[2][y], columns[3][y]]);
                for (x, value) in line.into_iter().enumerate().take(width) {
                    let at = out.add((y * self.grid.width + x) * self.grid.channels);
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
                let at = self.products.as_ptr().add(from + 4 * y * self.grid.channels);
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
