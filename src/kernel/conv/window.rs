//! A rectangle of an image with zeros where it reaches beyond, so that no inner loop tests for borders.

use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;

/// Rows and columns of an image, in pixels; may start before it and end after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub top: isize,
    pub left: isize,
    pub rows: usize,
    pub cols: usize,
}

/// An image: height, width, channels.
pub(super) type Size = (usize, usize, usize);

impl Window {
    /// What `count` output rows from row `first` read of the input.
    pub fn of_rows(s: &ConvShape, first: usize, count: usize) -> Self {
        Self {
            top: (first * s.stride) as isize - s.pad as isize,
            left: -(s.pad as isize),
            rows: (count - 1) * s.stride + s.kh,
            // Without padding the image itself will do, unread columns and all.
            cols: if s.pad == 0 { s.w } else { (s.out_w() - 1) * s.stride + s.kw },
        }
    }

    /// Lends `f` the rectangle's pixels: the image itself where it is the same, else a copy.
    pub fn view<T>(&self, image: &[f32], size: Size, f: impl FnOnce(&[f32]) -> T) -> T {
        let (h, w, c) = size;
        if self.left == 0 && self.cols == w && self.top >= 0 && self.top as usize + self.rows <= h {
            let start = self.top as usize * w * c;
            return f(&image[start..start + self.rows * w * c]);
        }
        scratch::with(self.rows * self.cols * c, |copy| {
            self.copy(image, size, copy);
            f(copy)
        })
    }

    fn copy(&self, image: &[f32], (h, w, c): Size, out: &mut [f32]) {
        for (i, row) in out.chunks_exact_mut(self.cols * c).enumerate() {
            match usize::try_from(self.top + i as isize) {
                Ok(y) if y < h => self.copy_row(&image[y * w * c..(y + 1) * w * c], w, c, row),
                _ => row.fill(0.0),
            }
        }
    }

    fn copy_row(&self, from: &[f32], w: usize, c: usize, row: &mut [f32]) {
        let before = (self.left.min(0).unsigned_abs()).min(self.cols);
        let skip = self.left.max(0) as usize;
        let count = w.saturating_sub(skip).min(self.cols - before);
        row[..before * c].fill(0.0);
        row[before * c..(before + count) * c].copy_from_slice(&from[skip.min(w) * c..][..count * c]);
        row[(before + count) * c..].fill(0.0);
    }
}
