//! The forward pass of a convolution that mixes channels.

use super::Finish;
use super::panels::{pack, packed_len};
use super::sweep::{Plane, Sweep};
use super::window::Window;
use super::winograd;
use crate::kernel::isa::Isa;
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;
use crate::kernel::threads::{piece, pieces, worth_sharing};
use crate::kernel::tile::Run;

/// Pieces of work to aim for when the batch alone gives fewer.
const PIECES: usize = 8;

pub(super) fn forward(isa: Isa, s: &ConvShape, x: &[f32], w: &[f32], y: &mut [f32], finish: Finish) {
    match winograd::fits(s) {
        true => by_tiles(isa, s, x, w, y, finish),
        false => directly(isa, s, x, w, y, finish),
    }
}

fn by_tiles(isa: Isa, s: &ConvShape, x: &[f32], w: &[f32], y: &mut [f32], finish: Finish) {
    let plain = winograd::Plain::forward(isa, s);
    scratch::with(plain.packed(), |panels| {
        plain.pack(w, panels);
        let pass = winograd::Pass { plain, panels };
        Job { s, rows: &|first, count, x, y| pass.rows(first, count, x, y), even: true, finish }.batch(x, y);
    });
}

pub(super) fn directly(isa: Isa, s: &ConvShape, x: &[f32], w: &[f32], y: &mut [f32], finish: Finish) {
    let depth = s.kh * s.kw * s.group_in();
    let group = packed_len(isa, depth, s.group_out());
    let runs = patch(s);
    scratch::with(group * s.groups, |panels| {
        for (g, out) in panels.chunks_exact_mut(group).enumerate() {
            pack_group(isa, s, g, w, out);
        }
        let direct = Direct { isa, s, runs: &runs, panels };
        Job { s, rows: &|first, count, x, y| direct.rows(first, count, x, y), even: false, finish }.batch(x, y);
    });
}

/// The elements of one patch as runs in the padded image; whole rows of the kernel if no groups part them.
pub(super) fn patch(s: &ConvShape) -> Vec<Run> {
    let pitch = Window::of_rows(s, 0, 1).cols * s.c_in;
    let row = |ky: usize| Run { start: ky * pitch, len: s.kw * s.c_in };
    let pixel = |k: usize| Run { start: k / s.kw * pitch + k % s.kw * s.c_in, len: s.group_in() };
    match s.groups {
        1 => (0..s.kh).map(row).collect(),
        _ => (0..s.kh * s.kw).map(pixel).collect(),
    }
}

fn pack_group(isa: Isa, s: &ConvShape, g: usize, w: &[f32], out: &mut [f32]) {
    let depth = s.kh * s.kw * s.group_in();
    pack(isa, depth, s.group_out(), out, |r, cols, out| {
        let row = r * s.c_out + g * s.group_out();
        out.copy_from_slice(&w[row + cols.start..row + cols.end]);
    });
}

/// Computes output rows of an image: the first, how many, the image, where to.
type Rows<'a> = &'a (dyn Fn(usize, usize, &[f32], &mut [f32]) + Sync);

/// The batch, image by image and band by band.
struct Job<'a> {
    s: &'a ConvShape,
    rows: Rows<'a>,
    /// Bands begin at even rows.
    even: bool,
    finish: Finish<'a>,
}

impl Job<'_> {
    fn batch(&self, x: &[f32], y: &mut [f32]) {
        pieces(y, self.s.image_out(), self.s.work(), |i, y| {
            self.image(i * y.len(), piece(x, self.s.image_in(), i), y);
        });
    }

    /// The image whose output starts at `start`.
    fn image(&self, start: usize, x: &[f32], y: &mut [f32]) {
        let row = self.s.out_w() * self.s.c_out;
        let band = self.band();
        pieces(y, band * row, self.s.work(), |i, y| {
            (self.rows)(i * band, y.len() / row, x, y);
            (self.finish)(start + i * band * row, y);
        });
    }

    /// Output rows in one piece of work.
    fn band(&self) -> usize {
        let shared = worth_sharing(self.s.work());
        let rows = self.s.out_h().div_ceil(if shared { PIECES.div_ceil(self.s.n) } else { 1 });
        if self.even { rows.next_multiple_of(2) } else { rows }
    }
}

/// Every product of the definition.
struct Direct<'a> {
    isa: Isa,
    s: &'a ConvShape,
    runs: &'a [Run],
    panels: &'a [f32],
}

impl Direct<'_> {
    fn rows(&self, first: usize, count: usize, x: &[f32], y: &mut [f32]) {
        let window = Window::of_rows(self.s, first, count);
        window.view(x, (self.s.h, self.s.w, self.s.c_in), |view| {
            let group = self.panels.len() / self.s.groups;
            for (g, panels) in self.panels.chunks_exact(group).enumerate() {
                self.sweep(g, count, window.cols).run(view, panels, y);
            }
        });
    }

    fn sweep(&self, g: usize, height: usize, view_cols: usize) -> Sweep<'_> {
        let s = self.s;
        let from = Plane { start: g * s.group_in(), row: s.stride * view_cols * s.c_in, pixel: s.stride * s.c_in };
        let to = Plane { start: g * s.group_out(), row: s.out_w() * s.c_out, pixel: s.c_out };
        Sweep { isa: self.isa, height, width: s.out_w(), runs: self.runs, from, to, cols: s.group_out() }
    }
}
