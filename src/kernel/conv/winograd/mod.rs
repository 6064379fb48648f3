//! Winograd's minimal filtering F(2×2, 3×3) for 3×3 convolutions of step 1: Lavin and Gray, "Fast algorithms for
//! convolutional neural networks" (CVPR 2016), section 4.1.
//!
//! Inputs are cut into tiles of 4×4 pixels that overlap by two, each for 2×2 outputs. Tiles and weights are transformed;
//! then four outputs take 16 products a pair of channels instead of 36, and those of many tiles are a matrix product at each
//! of the 16 places of a tile. The transforms add and halve only, so that little precision is lost.

mod grad_output;
pub(super) mod grad_weight;
mod grid;
mod input;
mod output;
mod pass;
#[cfg(test)]
mod tests;
mod weights;

pub(super) use pass::Pass;

use super::panels::packed_len;
use super::window::Size;
use crate::kernel::isa::Isa;
use crate::kernel::shape::ConvShape;

/// Places of a transformed tile.
const PLACES: usize = 16;

/// Channels below which transforms cost more than products they save.
const CHANNELS: usize = 16;

/// Whether this is the better way for a shape, there and back.
pub(super) fn fits(s: &ConvShape) -> bool {
    let plain = (s.kh, s.kw, s.stride, s.groups) == (3, 3, 1, 1) && s.pad <= 2;
    plain && s.c_in.min(s.c_out) >= CHANNELS && saves(s.out_h(), s.out_w()) && saves(s.h, s.w)
}

/// Whether tiles that reach beyond so many outputs leave enough of the gain.
fn saves(h: usize, w: usize) -> bool {
    let tiles = h.div_ceil(2) * w.div_ceil(2);
    3 * PLACES * tiles <= 2 * 9 * h * w
}

/// What is convolved: the forward pass, or the gradient to the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    pub isa: Isa,
    /// What it reads.
    pub from: Size,
    /// Zeros before it, both ways.
    pub pad: usize,
    /// What it writes.
    pub to: Size,
}

impl Plain {
    pub(super) fn forward(isa: Isa, s: &ConvShape) -> Self {
        Self { isa, from: (s.h, s.w, s.c_in), pad: s.pad, to: (s.out_h(), s.out_w(), s.c_out) }
    }

    pub(super) fn grad_input(isa: Isa, s: &ConvShape) -> Self {
        Self { isa, from: (s.out_h(), s.out_w(), s.c_out), pad: 2 - s.pad, to: (s.h, s.w, s.c_in) }
    }

    /// Floats of one place's packed weights.
    fn panel(&self) -> usize {
        packed_len(self.isa, self.from.2, self.to.2)
    }

    /// Floats of all packed weights.
    pub(super) fn packed(&self) -> usize {
        PLACES * self.panel()
    }

    /// Packs the weights of the forward pass for it.
    pub(super) fn pack(&self, w: &[f32], out: &mut [f32]) {
        weights::transform(self, w, out);
    }

    /// Packs the same for the gradient to the input.
    pub(super) fn pack_turned(&self, w: &[f32], out: &mut [f32]) {
        weights::transform_turned(self, w, out);
    }
}
