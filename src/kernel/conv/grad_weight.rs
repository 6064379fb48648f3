//! The gradient to the weights of a convolution that mixes channels: tiles of (patch element × output channel)
//! reduced over pixels. The batch is cut by a rule that knows no threads, and the parts are added up in order.

use rayon::prelude::*;
use std::ops::Range;

use super::forward::patch;
use super::window::Window;
use super::winograd::{self, Plain, grad_weight as tiles};
use crate::kernel::isa::Isa;
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;
use crate::kernel::threads::{piece, worth_sharing};
use crate::kernel::tile::{self, Run, Tile};

/// Parts of the batch that are summed apart.
const PARTS: usize = 16;

/// Floats of input and gradient that one pass over the tiles should hold in the first-level cache.
const NEAR: usize = 8 << 10;

/// Sums `part(images, sum)` over a fixed partition of the batch into `total`.
pub(super) fn sum_over_batch(n: usize, work: u64, total: &mut [f32], part: impl Fn(Range<usize>, &mut [f32]) + Sync) {
    sum_beside(n, work, total, [None, None], |images, sum, _| part(images, sum));
}

/// What a part of the batch writes into beside its sum: its images' pieces.
pub(super) type Beside<'a> = [Option<&'a mut [f32]>; 2];

/// As [`sum_over_batch`]; each part also gets its images' share of what is `beside`.
pub(super) fn sum_beside(
    n: usize,
    work: u64,
    total: &mut [f32],
    mut beside: Beside,
    part: impl Fn(Range<usize>, &mut [f32], Beside) + Sync,
) {
    let (parts, len) = (n.min(PARTS), total.len());
    let images = |i: usize| i * n / parts..(i + 1) * n / parts;
    scratch::with(parts * len, |sums| {
        let jobs: Vec<_> = sums
            .chunks_exact_mut(len)
            .enumerate()
            .map(|(i, sum)| (images(i), sum, beside.each_mut().map(|rest| share(rest, n, &images(i)))))
            .collect();
        let run = |(images, sum, beside): (Range<usize>, &mut [f32], Beside)| {
            sum.fill(0.0);
            part(images, sum, beside);
        };
        if worth_sharing(work) {
            jobs.into_par_iter().for_each(run)
        } else {
            jobs.into_iter().for_each(run)
        }
        total.copy_from_slice(&sums[..len]);
        for sum in sums.chunks_exact(len).skip(1) {
            total.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum);
        }
    });
}

/// Splits the pieces of the first images off what is left of `n` images' pieces.
fn share<'a>(rest: &mut Option<&'a mut [f32]>, n: usize, images: &Range<usize>) -> Option<&'a mut [f32]> {
    let all = rest.take()?;
    let each = all.len() / (n - images.start);
    let (own, left) = all.split_at_mut(each * images.len());
    *rest = Some(left);
    Some(own)
}

pub(super) fn grad_weight(isa: Isa, s: &ConvShape, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    let way = Way::new(isa, s);
    sum_over_batch(s.n, s.work(), dw, |images, sum| {
        way.summed(sum, |sum| {
            images.for_each(|i| way.add(piece(x, s.image_in(), i), piece(dy, s.image_out(), i), sum));
        });
    });
}

/// Adds an image's gradient to a sum, from its input and its output's gradient.
type Image<'a> = dyn Fn(&[f32], &[f32], &mut [f32]) + Sync + 'a;

/// How images' gradients are added up.
pub(super) enum Way<'a> {
    Direct(Box<Image<'a>>),
    /// By tiles, whose sums are not the gradient yet.
    Tiles(Plain),
}

impl<'a> Way<'a> {
    pub fn new(isa: Isa, s: &'a ConvShape) -> Self {
        match winograd::fits(s) && tiles::fits(s) {
            true => Self::Tiles(Plain::forward(isa, s)),
            false => Self::Direct(Box::new(image(isa, s))),
        }
    }

    /// Lends `images` what they are added to, and adds that up to the gradient `sum`.
    pub fn summed(&self, sum: &mut [f32], images: impl FnOnce(&mut [f32])) {
        let Self::Tiles(plain) = self else { return images(sum) };
        scratch::with(tiles::places(plain), |places| {
            places.fill(0.0);
            images(places);
            tiles::close(plain, places, sum);
        });
    }

    /// Adds an image's gradient to what is lent, from its input and its output's gradient.
    pub fn add(&self, x: &[f32], dy: &[f32], sum: &mut [f32]) {
        match self {
            Self::Direct(image) => image(x, dy, sum),
            Self::Tiles(plain) => tiles::add(plain, x, dy, sum),
        }
    }
}

/// What adds an image's gradient to a sum, from its input and its output's gradient.
pub(super) fn image(isa: Isa, s: &ConvShape) -> impl Fn(&[f32], &[f32], &mut [f32]) + Sync {
    let window = Window::of_rows(s, 0, s.out_h());
    let job = Job { isa, s, runs: patch(s), pitch: window.cols * s.c_in };
    move |x, dy, sum| window.view(x, (s.h, s.w, s.c_in), |view| job.image(view, dy, sum))
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
            for block in tile::blocks(self.isa, self.s.group_out()) {
                self.columns(g, block, view, rows, dy, sum);
            }
        }
    }

    /// The whole patch for a block of group `g`'s output channels.
    fn columns(&self, g: usize, block: Range<usize>, view: &[f32], rows: &[Run], dy: &[f32], sum: &mut [f32]) {
        let (first, mut r) = (g * self.s.group_out() + block.start, 0);
        for run in &self.runs {
            for part in tile::split(run.len, tile::max_rows(self.isa, block.len())) {
                let from = g * self.s.group_in() + run.start + part.start;
                let to = (r + part.start) * self.s.c_out + first;
                self.tile(&view[from..], part.len(), block.len(), rows, &dy[first..], &mut sum[to..]);
            }
            r += run.len;
        }
    }

    /// `cols` output channels for `height` elements of the patch, the first at `view[0]`, `dy[0]` and `sum[0]`.
    fn tile(&self, view: &[f32], height: usize, cols: usize, rows: &[Run], dy: &[f32], sum: &mut [f32]) {
        let s = self.s;
        let Some(last) = rows.last() else { return };
        let reach = last.start + (last.len - 1) * s.stride * s.c_in + height;
        assert!(reach <= view.len(), "reads beyond the image");
        assert!((rows.len() * s.out_w() - 1) * s.c_out + cols <= dy.len(), "reads beyond the gradient");
        assert!((height - 1) * s.c_out + cols <= sum.len(), "writes beyond the weights");
        let tile = Tile {
            a: view.as_ptr(),
            a_pitch: s.stride * s.c_in,
            runs: rows,
            b: dy.as_ptr(),
            b_pitch: s.c_out,
            c: sum.as_mut_ptr(),
            c_pitch: s.c_out,
            cols,
        };
        // SAFETY: the asserts above hold the far corners of all three inside their slices.
        unsafe { tile::patch(self.isa, height, cols)(&tile) }
    }
}
