//! All tiles of some rows of outputs: transformed, multiplied, transformed back.

use super::grid::Grid;
use super::input::Inputs;
use super::output::Outputs;
use super::{PLACES, Plain};
use crate::kernel::scratch;
use crate::kernel::simd::on;
use crate::kernel::tile::{self, Run, Tile};

/// Tiles that one block should have at least, for whole matrix products.
const TILES: usize = 14;

/// Floats put between tiles, so that equal places of tiles do not fall on the same lines of the cache.
const GAP: usize = 16;

/// A convolution whose weights are packed.
#[derive(Clone, Copy)]
pub(in crate::kernel::conv) struct Pass<'a> {
    pub plain: Plain,
    pub panels: &'a [f32],
}

/// Floats from tile to tile.
pub(super) fn pitch(channels: usize) -> usize {
    PLACES * channels + GAP
}

impl Pass<'_> {
    /// Output rows `first` (an even one) and `count - 1` more, of an image.
    pub fn rows(&self, first: usize, count: usize, image: &[f32], out: &mut [f32]) {
        let (_, width, c_out) = self.plain.to;
        assert_eq!(out.len(), count * width * c_out, "rows of another length");
        let (_, across, c_in) = self.plain.from;
        scratch::with(across * c_in, |zeros| {
            zeros.fill(0.0);
            self.tiles(first, image, zeros, out);
        });
    }

    /// All rows.
    pub fn image(&self, image: &[f32], out: &mut [f32]) {
        self.rows(0, self.plain.to.0, image, out);
    }

    /// As many rows of tiles at a time as stay near.
    fn tiles(&self, first: usize, image: &[f32], zeros: &[f32], out: &mut [f32]) {
        let Plain { isa, from: size, pad, to: (_, width, c_out) } = self.plain;
        let (from, to, across) = (pitch(size.2), pitch(c_out), width.div_ceil(2));
        let most = TILES.div_ceil(across);
        scratch::with(most * across * (from + to), |buffer| {
            let (inputs, products) = buffer.split_at_mut(most * across * from);
            for (i, out) in out.chunks_mut(2 * most * width * c_out).enumerate() {
                let rows = out.len().div_ceil(2 * width * c_out);
                let at = ((first + 2 * i * most) as isize - pad as isize, -(pad as isize));
                on(isa, Inputs { image, size, zeros, from: at, rows, across, pitch: from, out: &mut *inputs });
                self.multiply(rows * across, inputs, products);
                on(isa, Outputs { grid: Grid { rows, across, width, channels: c_out, pitch: to }, products, out });
            }
        });
    }

    /// The matrix products of so many tiles.
    fn multiply(&self, tiles: usize, inputs: &[f32], products: &mut [f32]) {
        let Self { plain, panels } = *self;
        let (isa, c_in, c_out) = (plain.isa, plain.from.2, plain.to.2);
        let runs = [Run { start: 0, len: c_in }];
        let (from, to, panel) = (pitch(c_in), pitch(c_out), plain.panel());
        assert!(tiles * from <= inputs.len() && tiles * to <= products.len(), "too many tiles");
        assert!(PLACES * panel <= panels.len(), "too few weights");
        for block in tile::blocks(isa, c_out) {
            for place in 0..PLACES {
                for part in tile::split(tiles, tile::max_rows(isa, block.len())) {
                    let kernel = tile::pixels(isa, part.len(), block.len());
                    // SAFETY: the asserts above hold the last tile's last place inside all three slices.
                    unsafe {
                        kernel(&Tile {
                            a: inputs.as_ptr().add(part.start * from + place * c_in),
                            a_pitch: from,
                            runs: &runs,
                            b: panels.as_ptr().add(place * panel + block.start * c_in),
                            b_pitch: 0,
                            c: products.as_mut_ptr().add(part.start * to + place * c_out + block.start),
                            c_pitch: to,
                            cols: block.len(),
                        });
                    }
                }
            }
        }
    }
}
