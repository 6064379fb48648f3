//! The transform of gradients to the output, `A d Aᵀ`, a vector of channels at a time: the adjoint of [`super::output`].

use super::PLACES;
use crate::kernel::simd::{Simd, Task};

/// Transforms rows of tiles of 2×2 pixels; pixels beyond the image are zero.
pub(super) struct Gradients<'a> {
    /// Whole rows of pixels, at most two a row of tiles.
    pub image: &'a [f32],
    pub rows: usize,
    pub across: usize,
    /// Pixels in a row of the image.
    pub width: usize,
    pub channels: usize,
    /// Floats from tile to tile of `out`.
    pub pitch: usize,
    /// Tile by tile, place by place, channel by channel.
    pub out: &'a mut [f32],
}

impl Task for Gradients<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let height = self.image.len() / (self.width * self.channels);
        assert!(self.rows * self.across * self.pitch <= self.out.len(), "writes beyond the tiles");
        assert!(PLACES * self.channels <= self.pitch, "tiles overlap");
        let out = self.out.as_mut_ptr();
        for tile in 0..self.rows * self.across {
            let (y, x) = (tile / self.across * 2, tile % self.across * 2);
            let pixels = [height.saturating_sub(y).min(2), self.width.saturating_sub(x).min(2)];
            let (from, to) = ((y * self.width + x) * self.channels, tile * self.pitch);
            for first in (0..self.channels).step_by(S::LANES) {
                let lanes = (self.channels - first).min(S::LANES);
                // SAFETY: the asserts above hold all tiles, and `pixels` all that is read, inside their slices.
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
                    let at = self.image.as_ptr().add(from + (y * self.width + x) * self.channels);
                    *pixel = if WHOLE { S::load(at) } else { S::load_some(at, mask) };
                }
                *column = four::<S>(pixels);
            }
            for y in 0..4 {
                let line = four::<S>([columns[0][y], columns[1][y]]);
                for (x, value) in line.into_iter().enumerate() {
                    let at = out.add((4 * y + x) * self.channels);
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
