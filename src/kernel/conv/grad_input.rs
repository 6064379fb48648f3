//! The gradient to the input of a convolution that mixes channels: for each phase of the stride, a convolution
//! of the padded output gradient with the flipped, transposed weights.

use super::panels::{pack, packed_len};
use super::phase::{self, Axis};
use super::sweep::{Plane, Sweep};
use super::window::Window;
use super::winograd;
use crate::kernel::isa::Isa;
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;
use crate::kernel::threads::{piece, pieces};
use crate::kernel::tile::Run;

pub(super) fn grad_input(isa: Isa, s: &ConvShape, dy: &[f32], w: &[f32], dx: &mut [f32]) {
    prepared(isa, s, w, |one| {
        pieces(dx, s.image_in(), s.work(), |i, dx| one(piece(dy, s.image_out(), i), dx));
    });
}

/// Lends `f` what writes an image's gradient from its output's.
pub(super) fn prepared<T>(isa: Isa, s: &ConvShape, w: &[f32], f: impl FnOnce(super::GradInput) -> T) -> T {
    match winograd::fits(s) {
        true => by_tiles(isa, s, w, f),
        false => directly(isa, s, w, f),
    }
}

fn by_tiles<T>(isa: Isa, s: &ConvShape, w: &[f32], f: impl FnOnce(super::GradInput) -> T) -> T {
    let plain = winograd::Plain::grad_input(isa, s);
    scratch::with(plain.packed(), |panels| {
        plain.pack_turned(w, panels);
        let pass = winograd::Pass { plain, panels };
        f(&|dy, dx| pass.image(dy, dx))
    })
}

pub(super) fn directly<T>(isa: Isa, s: &ConvShape, w: &[f32], f: impl FnOnce(super::GradInput) -> T) -> T {
    let phases = phase::phases(s);
    if phases.is_empty() {
        return f(&|_, dx| dx.fill(0.0));
    }
    let window = phase::window(&phases);
    let parts: Vec<Part> = phases.iter().map(|&(y, x)| Part::new(isa, s, &window, y, x)).collect();
    let packed: usize = parts.iter().map(|part| part.group * s.groups).sum();
    scratch::with(packed, |panels| {
        let mut rest = &mut *panels;
        for part in &parts {
            let own;
            (own, rest) = rest.split_at_mut(part.group * s.groups);
            part.pack(isa, s, w, own);
        }
        let job = Job { isa, s, window, parts: &parts, panels };
        f(&|dy, dx| job.image(dy, dx))
    })
}

/// One phase, ready to run.
struct Part {
    y: Axis,
    x: Axis,
    runs: Vec<Run>,
    /// Start of what the first pixel reads in the window.
    start: usize,
    /// Packed floats of one group.
    group: usize,
}

impl Part {
    fn new(isa: Isa, s: &ConvShape, window: &Window, y: Axis, x: Axis) -> Self {
        let pitch = window.cols * s.c_out;
        let start = (y.low - window.top) as usize * pitch + (x.low - window.left) as usize * s.c_out;
        let depth = y.taps * x.taps * s.group_out();
        Self { y, x, runs: runs(s, pitch, y, x), start, group: packed_len(isa, depth, s.group_in()) }
    }

    fn pack(&self, isa: Isa, s: &ConvShape, w: &[f32], out: &mut [f32]) {
        let depth = self.y.taps * self.x.taps * s.group_out();
        for (g, out) in out.chunks_exact_mut(self.group).enumerate() {
            pack(isa, depth, s.group_in(), out, |r, cols, out| {
                let (tap, o) = (r / s.group_out(), r % s.group_out());
                let ky = self.y.tap(tap / self.x.taps, s.stride);
                let kx = self.x.tap(tap % self.x.taps, s.stride);
                let from = ((ky * s.kw + kx) * s.group_in() + cols.start) * s.c_out + g * s.group_out() + o;
                for (i, out) in out.iter_mut().enumerate() {
                    *out = w[from + i * s.c_out];
                }
            });
        }
    }
}

fn runs(s: &ConvShape, pitch: usize, y: Axis, x: Axis) -> Vec<Run> {
    let row = |i: usize| Run { start: i * pitch, len: x.taps * s.c_out };
    let pixel = |i: usize| Run { start: i / x.taps * pitch + i % x.taps * s.c_out, len: s.group_out() };
    match s.groups {
        1 => (0..y.taps).map(row).collect(),
        _ => (0..y.taps * x.taps).map(pixel).collect(),
    }
}

struct Job<'a> {
    isa: Isa,
    s: &'a ConvShape,
    window: Window,
    parts: &'a [Part],
    panels: &'a [f32],
}

impl Job<'_> {
    fn image(&self, dy: &[f32], dx: &mut [f32]) {
        let s = self.s;
        if !phase::covers_all(s) {
            dx.fill(0.0);
        }
        self.window.view(dy, (s.out_h(), s.out_w(), s.c_out), |view| {
            let mut panels = self.panels;
            for part in self.parts {
                let own;
                (own, panels) = panels.split_at(part.group * s.groups);
                self.part(part, own, view, dx);
            }
        });
    }

    fn part(&self, part: &Part, panels: &[f32], view: &[f32], dx: &mut [f32]) {
        for (g, panels) in panels.chunks_exact(part.group).enumerate() {
            self.sweep(part, g).run(view, panels, dx);
        }
    }

    fn sweep<'p>(&self, part: &'p Part, g: usize) -> Sweep<'p> {
        let s = self.s;
        let from = Plane { start: part.start + g * s.group_out(), row: self.window.cols * s.c_out, pixel: s.c_out };
        let to = Plane {
            start: (part.y.first * s.w + part.x.first) * s.c_in + g * s.group_in(),
            row: s.stride * s.w * s.c_in,
            pixel: s.stride * s.c_in,
        };
        let (height, width) = (part.y.count, part.x.count);
        Sweep { isa: self.isa, height, width, runs: &part.runs, from, to, cols: s.group_in() }
    }
}
