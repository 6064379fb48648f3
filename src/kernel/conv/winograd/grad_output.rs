//! The transform of gradients to the output, `A d Aᵀ`, a vector of channels at a time: the adjoint of [`super::output`].

use super::grid::{Grid, Tile};
use crate::kernel::simd::{Simd, Task};

/// Transforms tiles of pixels; those beyond the image are zero.
pub(super) struct Gradients<'a> {
    pub grid: Grid,
    /// Whole rows of pixels.
    pub image: &'a [f32],
    pub out: &'a mut [f32],
}

impl Task for Gradients<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (out, channels) = (self.out.as_mut_ptr(), self.grid.channels);
        for Tile { places, pixels, size } in self.grid.tiles(self.image.len(), self.out.len()) {
            for first in (0..channels).step_by(S::LANES) {
                let (lanes, from) = ((channels - first).min(S::LANES), pixels + first);
                // SAFETY: the grid holds all tiles' places and pixels inside their slices.
                unsafe {
                    let (to, mask) = (out.add(places + first), S::mask(lanes));
                    match lanes == S::LANES {
                        true => self.tile::<S, true>(from, to, size, mask),
                        false => self.tile::<S, false>(from, to, size, mask),
                    }
                }
            }
        }
    }
}

impl Gradients<'_> {
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
            let mut columns = [[S::splat(0.0); 4]; 2];
            for (x, column) in columns.iter_mut().enumerate().take(width) {
                let mut pixels = [S::splat(0.0); 2];
                for (y, pixel) in pixels.iter_mut().enumerate().take(height) {
                    let at = self.image.as_ptr().add(from + (y * self.grid.width + x) * self.grid.channels);
                    *pixel = if WHOLE { S::load(at) } else { S::load_some(at, mask) };
                }
                *column = four::<S>(pixels);
            }
            for y in 0..4 {
                let line = four::<S>([columns[0][y], columns[1][y]]);
                for (x, value) in line.into_iter().enumerate() {
                    let at = out.add((4 * y + x) * self.grid.channels);
                    if WHOLE { S::store(at, value) } else { S::store_some(at, value, mask) }
                }
            }
        }
    }
}

/// `A` times two values.
#[inline(always)]
unsafe fn four<S: Simd>([a, b]: [S::V; 2]) -> [S::V; 4] {
    // SAFETY: the caller has the instruction set.
    unsafe { [a, S::add(a, b), S::sub(a, b), S::sub(S::splat(0.0), b)] }
}
