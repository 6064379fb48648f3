//! The gradient to the weights of a convolution that mixes channels: tiles of (patch element × output channel)
//! reduced over pixels. The batch is cut by a rule that knows no threads, and the parts are added up in order.

use std::ops::Range;

use super::forward::patch;
use super::window::Window;
use crate::kernel::isa::Isa;
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;
use crate::kernel::threads::{piece, pieces};
use crate::kernel::tile::{self, Run, Tile};

/// Parts of the batch that are summed apart.
const PARTS: usize = 16;

/// Floats of input and gradient that one pass over the tiles should hold in the first-level cache.
const NEAR: usize = 8 << 10;

/// Sums `part(images, sum)` over a fixed partition of the batch into `total`.
pub(super) fn sum_over_batch(n: usize, work: u64, total: &mut [f32], part: impl Fn(Range<usize>, &mut [f32]) + Sync) {
    let parts = n.min(PARTS);
    let len = total.len();
    scratch::with(parts * len, |sums| {
        pieces(sums, len, work, |i, sum| {
            sum.fill(0.0);
            part(i * n / parts..(i + 1) * n / parts, sum);
        });
        total.copy_from_slice(&sums[..len]);
        for sum in sums.chunks_exact(len).skip(1) {
            total.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum);
        }
    });
}

pub(super) fn grad_weight(isa: Isa, s: &ConvShape, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    let window = Window::of_rows(s, 0, s.out_h());
    let job = Job { isa, s, runs: patch(s), pitch: window.cols * s.c_in };
    sum_over_batch(s.n, s.work(), dw, |images, sum| {
        for i in images {
            let (x, dy) = (piece(x, s.image_in(), i), piece(dy, s.image_out(), i));
            window.view(x, (s.h, s.w, s.c_in), |view| job.image(view, dy, sum));
        }
    });
}

struct Job<'a> {
    isa: Isa,
    s: &'a ConvShape,
    runs: Vec<Run>,
    /// Elements of a row of the padded image.
    pitch: usize,
}

impl Job<'_> {
    fn image(&self, view: &[f32], dy: &[f32], sum: &mut [f32]) {
        let s = self.s;
        let row = s.stride * self.pitch + s.out_w() * s.c_out;
        let rows: Vec<Run> = (0..s.out_h()).map(|y| Run { start: y * s.stride * self.pitch, len: s.out_w() }).collect();
        let band = (NEAR / row).clamp(1, s.out_h());
        for (rows, dy) in rows.chunks(band).zip(dy.chunks(band * s.out_w() * s.c_out)) {
            self.band(view, rows, dy, sum);
        }
    }

    fn band(&self, view: &[f32], rows: &[Run], dy: &[f32], sum: &mut [f32]) {
        for g in 0..self.s.groups {
            let mut r = 0;
            for run in &self.runs {
                for part in tile::split(run.len, tile::max_rows(self.isa)) {
                    let from = g * self.s.group_in() + run.start + part.start;
                    self.tiles(g, &view[from..], part.len(), rows, dy, &mut sum[(r + part.start) * self.s.c_out..]);
                }
                r += run.len;
            }
        }
    }

    /// All output channels of group `g` for `height` elements of the patch, the first at `view[0]` and `sum[0]`.
    fn tiles(&self, g: usize, view: &[f32], height: usize, rows: &[Run], dy: &[f32], sum: &mut [f32]) {
        let s = self.s;
        let Some(last) = rows.last() else { return };
        let reach = last.start + (last.len - 1) * s.stride * s.c_in + height;
        assert!(reach <= view.len(), "reads beyond the image");
        assert!(rows.len() * s.out_w() * s.c_out <= dy.len(), "reads beyond the gradient");
        assert!(height * s.c_out <= sum.len(), "writes beyond the weights");
        for block in tile::blocks(self.isa, s.group_out()) {
            let first = g * s.group_out() + block.start;
            let kernel = tile::patch(self.isa, height, block.len());
            // SAFETY: the asserts above hold the far corners of all three inside their slices.
            unsafe {
                kernel(&Tile {
                    a: view.as_ptr(),
                    a_pitch: s.stride * s.c_in,
                    runs: rows,
                    b: dy.as_ptr().add(first),
                    b_pitch: s.c_out,
                    c: sum.as_mut_ptr().add(first),
                    c_pitch: s.c_out,
                    cols: block.len(),
                });
            }
        }
    }
}
