//! The transform of inputs: `Bᵀ d B`, a vector of channels at a time.

use super::PLACES;
use crate::kernel::conv::window::Size;
use crate::kernel::simd::{Simd, Task};

/// Transforms rows of tiles of an image that has zeros around it.
pub(super) struct Inputs<'a> {
    pub image: &'a [f32],
    pub size: Size,
    /// A row of zeros.
    pub zeros: &'a [f32],
    /// Where the first tile begins: row and column of the image, maybe before it.
    pub from: (isize, isize),
    pub rows: usize,
    pub across: usize,
    /// Floats from tile to tile of `out`.
    pub pitch: usize,
    /// Tile by tile, place by place, channel by channel.
    pub out: &'a mut [f32],
}

impl Task for Inputs<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (height, width, channels) = self.size;
        assert!(height * width * channels <= self.image.len(), "reads beyond the image");
        assert!(width * channels <= self.zeros.len(), "too few zeros");
        assert!(self.rows * self.across * self.pitch <= self.out.len(), "writes beyond the tiles");
        assert!(PLACES * channels <= self.pitch, "tiles overlap");
        let whole = channels / S::LANES * S::LANES;
        let out = self.out.as_mut_ptr();
        for tiles in 0..self.rows {
            let (lines, to) = (self.lines(tiles), tiles * self.across * self.pitch);
            // SAFETY: the asserts above hold all channels of all places, and of all pixels of a line, inside.
            unsafe {
                for first in (0..whole).step_by(S::LANES) {
                    self.line::<S, true>(lines, first, out.add(to + first), S::mask(S::LANES));
                }
                if whole < channels {
                    self.line::<S, false>(lines, whole, out.add(to + whole), S::mask(channels - whole));
                }
            }
        }
    }
}

impl Inputs<'_> {
    /// The four lines of pixels that a row of tiles reads.
    #[inline(always)]
    fn lines(&self, tiles: usize) -> [&[f32]; 4] {
        let (height, width, channels) = self.size;
        let mut lines = [self.zeros; 4];
        for (y, line) in (self.from.0 + 2 * tiles as isize..).zip(&mut lines) {
            if let Some(y) = usize::try_from(y).ok().filter(|y| *y < height) {
                *line = &self.image[y * width * channels..(y + 1) * width * channels];
            }
        }
        lines
    }

    /// One row of tiles; two columns of a tile are the next one's, too.
    #[inline(always)]
    unsafe fn line<S: Simd, const WHOLE: bool>(&self, lines: [&[f32]; 4], first: usize, out: *mut f32, mask: S::M) {
        let (channels, left) = (self.size.2, self.from.1);
        // SAFETY: the caller vouches for the places.
        unsafe {
            let mut a = self.column::<S, WHOLE>(lines, left, first, mask);
            let mut b = self.column::<S, WHOLE>(lines, left + 1, first, mask);
            for tile in 0..self.across {
                let x = left + 2 * tile as isize + 2;
                let c = self.column::<S, WHOLE>(lines, x, first, mask);
                let d = self.column::<S, WHOLE>(lines, x + 1, first, mask);
                for i in 0..4 {
                    let line = four::<S>([a[i], b[i], c[i], d[i]]);
                    for (j, value) in line.into_iter().enumerate() {
                        let at = out.add(tile * self.pitch + (4 * i + j) * channels);
                        if WHOLE { S::store(at, value) } else { S::store_some(at, value, mask) }
                    }
                }
                (a, b) = (c, d);
            }
        }
    }

    /// A column of four pixels, transformed.
    #[inline(always)]
    unsafe fn column<S: Simd, const WHOLE: bool>(
        &self,
        lines: [&[f32]; 4],
        x: isize,
        first: usize,
        mask: S::M,
    ) -> [S::V; 4] {
        let (_, width, channels) = self.size;
        // SAFETY: the pixel is one of the line's, and the caller vouches for the channels.
        unsafe {
            let mut pixels = [S::splat(0.0); 4];
            if x < 0 || x as usize >= width {
                return pixels;
            }
            for (pixel, line) in pixels.iter_mut().zip(lines) {
                let at = line.as_ptr().add(x as usize * channels + first);
                *pixel = if WHOLE { S::load(at) } else { S::load_some(at, mask) };
            }
            four::<S>(pixels)
        }
    }
}

/// `Bᵀ` times four values.
#[inline(always)]
unsafe fn four<S: Simd>([a, b, c, d]: [S::V; 4]) -> [S::V; 4] {
    // SAFETY: the caller has the instruction set.
    unsafe { [S::sub(a, c), S::add(b, c), S::sub(c, b), S::sub(b, d)] }
}
