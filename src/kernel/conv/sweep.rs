//! Tiles over all pixels of a rectangle of outputs.

use super::panels::packed_len;
use crate::kernel::isa::Isa;
use crate::kernel::tile::{self, Run, Tile};

/// A plane of pixels in a slice: where it starts and the elements from row to row and pixel to pixel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane {
    pub start: usize,
    pub row: usize,
    pub pixel: usize,
}

impl Plane {
    pub fn at(&self, row: usize, pixel: usize) -> usize {
        self.start + row * self.row + pixel * self.pixel
    }

    fn is_one_row(&self, width: usize) -> bool {
        self.row == width * self.pixel
    }
}

/// `to[y][x][n] = Σ_r from[y][x + runs(r)] · weights[r][n]` for `height × width` pixels and `cols` columns.
pub(super) struct Sweep<'a> {
    pub isa: Isa,
    pub height: usize,
    pub width: usize,
    pub runs: &'a [Run],
    pub from: Plane,
    pub to: Plane,
    pub cols: usize,
}

impl Sweep<'_> {
    /// Overwrites the rectangle in `dst`; `panels` are packed weights.
    pub fn run(mut self, src: &[f32], panels: &[f32], dst: &mut [f32]) {
        if self.height == 0 || self.width == 0 || self.cols == 0 {
            return;
        }
        self.check(src.len(), panels.len(), dst.len());
        if self.from.is_one_row(self.width) && self.to.is_one_row(self.width) {
            self.width *= std::mem::replace(&mut self.height, 1);
        }
        for block in tile::blocks(self.isa, self.cols) {
            let panel = &panels[block.start * self.depth()..];
            self.columns(block.start, block.len(), src, panel, dst);
        }
    }

    fn depth(&self) -> usize {
        self.runs.iter().map(|run| run.len).sum()
    }

    /// What makes the unsafe block below sound: the last pixel's last element lies inside, both ways.
    fn check(&self, src: usize, panels: usize, dst: usize) {
        let (y, x) = (self.height - 1, self.width - 1);
        let reach = self.runs.iter().map(|run| run.start + run.len).max().unwrap_or(0);
        assert!(self.from.at(y, x) + reach <= src, "reads beyond the image");
        assert!(self.to.at(y, x) + self.cols <= dst, "writes beyond the image");
        assert!(packed_len(self.isa, self.depth(), self.cols) <= panels, "too few weights");
    }

    fn columns(&self, first: usize, cols: usize, src: &[f32], panel: &[f32], dst: &mut [f32]) {
        for y in 0..self.height {
            for part in tile::split(self.width, tile::max_rows(self.isa, cols)) {
                let kernel = tile::pixels(self.isa, part.len(), cols);
                // SAFETY: `check` proved the far corner of the rectangle inside all three slices.
                unsafe {
                    kernel(&Tile {
                        a: src.as_ptr().add(self.from.at(y, part.start)),
                        a_pitch: self.from.pixel,
                        runs: self.runs,
                        b: panel.as_ptr(),
                        b_pitch: 0,
                        c: dst.as_mut_ptr().add(self.to.at(y, part.start) + first),
                        c_pitch: self.to.pixel,
                        cols,
                    });
                }
            }
        }
    }
}
