//! Convolution with one filter a channel: vectors run over channels.

use super::Finish;
use super::grad_weight::sum_over_batch;
use super::phase::{self, Axis};
use super::sweep::Plane;
use super::window::Window;
use crate::kernel::isa::Isa;
use crate::kernel::shape::ConvShape;
use crate::kernel::simd::{self, Simd, Task};
use crate::kernel::threads::{piece, pieces};

/// One kernel element: where its pixel lies in the window, and its weights in the kernel.
#[derive(Clone, Copy, Debug)]
struct Tap {
    from: usize,
    weight: usize,
}

pub(super) fn forward(isa: Isa, s: &ConvShape, x: &[f32], w: &[f32], y: &mut [f32], finish: Finish) {
    let window = Window::of_rows(s, 0, s.out_h());
    let taps = taps(s, &window);
    let (from, to) = planes(s, &window);
    let size = (s.out_h(), s.out_w(), s.c_in);
    let filter = Filter { size, taps: &taps, from, to };
    pieces(y, s.image_out(), s.work(), |i, y| {
        let x = piece(x, s.image_in(), i);
        window.view(x, (s.h, s.w, s.c_in), |view| filter.run(isa, view, w, y));
        finish(i * y.len(), y);
    });
}

fn taps(s: &ConvShape, window: &Window) -> Vec<Tap> {
    let tap = |k: usize| Tap { from: (k / s.kw * window.cols + k % s.kw) * s.c_in, weight: k * s.c_in };
    (0..s.kh * s.kw).map(tap).collect()
}

fn planes(s: &ConvShape, window: &Window) -> (Plane, Plane) {
    let from = Plane { start: 0, row: s.stride * window.cols * s.c_in, pixel: s.stride * s.c_in };
    (from, Plane { start: 0, row: s.out_w() * s.c_in, pixel: s.c_in })
}

pub(super) fn grad_input(isa: Isa, s: &ConvShape, dy: &[f32], w: &[f32], dx: &mut [f32]) {
    prepared(isa, s, w, |one| {
        pieces(dx, s.image_in(), s.work(), |i, dx| one(piece(dy, s.image_out(), i), dx));
    });
}

/// Lends `f` what writes an image's gradient from its output's.
pub(super) fn prepared<T>(isa: Isa, s: &ConvShape, w: &[f32], f: impl FnOnce(super::GradInput) -> T) -> T {
    let phases = phase::phases(s);
    if phases.is_empty() {
        return f(&|_, dx| dx.fill(0.0));
    }
    let window = phase::window(&phases);
    let filled = phase::covers_all(s);
    let parts: Vec<_> = phases.iter().map(|p| (p, phase_taps(s, &window, p))).collect();
    f(&|dy, dx| {
        if !filled {
            dx.fill(0.0);
        }
        window.view(dy, (s.out_h(), s.out_w(), s.c_out), |view| {
            for (phase, taps) in &parts {
                phase_filter(s, &window, phase, taps).run(isa, view, w, dx);
            }
        });
    })
}

fn phase_taps(s: &ConvShape, window: &Window, (y, x): &(Axis, Axis)) -> Vec<Tap> {
    let corner = (y.low - window.top) as usize * window.cols + (x.low - window.left) as usize;
    let tap = |i: usize| {
        let (row, col) = (i / x.taps, i % x.taps);
        Tap {
            from: (corner + row * window.cols + col) * s.c_in,
            weight: (y.tap(row, s.stride) * s.kw + x.tap(col, s.stride)) * s.c_in,
        }
    };
    (0..y.taps * x.taps).map(tap).collect()
}

fn phase_filter<'a>(s: &ConvShape, window: &Window, (y, x): &(Axis, Axis), taps: &'a [Tap]) -> Filter<'a> {
    let from = Plane { start: 0, row: window.cols * s.c_in, pixel: s.c_in };
    let to =
        Plane { start: (y.first * s.w + x.first) * s.c_in, row: s.stride * s.w * s.c_in, pixel: s.stride * s.c_in };
    Filter { size: (y.count, x.count, s.c_in), taps, from, to }
}

/// `to[y][x][c] = Σ_taps from[y][x + tap][c] · w[tap][c]`.
struct Filter<'a> {
    /// Height, width, channels of what is written.
    size: (usize, usize, usize),
    taps: &'a [Tap],
    from: Plane,
    to: Plane,
}

impl Filter<'_> {
    fn run(&self, isa: Isa, src: &[f32], w: &[f32], dst: &mut [f32]) {
        let (height, width, channels) = self.size;
        let far = |reach: usize| reach + channels;
        let from = self.taps.iter().map(|tap| tap.from).max().unwrap_or(0);
        let weight = self.taps.iter().map(|tap| tap.weight).max().unwrap_or(0);
        assert!(far(self.from.at(height - 1, width - 1) + from) <= src.len());
        assert!(far(self.to.at(height - 1, width - 1)) <= dst.len());
        assert!(far(weight) <= w.len());
        simd::on(isa, FilterTask { f: self, src: src.as_ptr(), w: w.as_ptr(), dst: dst.as_mut_ptr() });
    }
}

/// A checked [`Filter`] with its memory.
struct FilterTask<'a> {
    f: &'a Filter<'a>,
    src: *const f32,
    w: *const f32,
    dst: *mut f32,
}

impl Task for FilterTask<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (height, width, channels) = self.f.size;
        for y in 0..height {
            for c in (0..channels).step_by(S::LANES) {
                // SAFETY: `Filter::run` proved the far corners inside; the mask stops at the last channel.
                unsafe {
                    let m = S::mask(S::LANES.min(channels - c));
                    let mut x = 0;
                    while x + 7 <= width {
                        self.pixels::<S, 7>(y, x, c, m);
                        x += 7;
                    }
                    while x + 2 <= width {
                        self.pixels::<S, 2>(y, x, c, m);
                        x += 2;
                    }
                    if x < width {
                        self.pixels::<S, 1>(y, x, c, m);
                    }
                }
            }
        }
    }
}

impl FilterTask<'_> {
    /// # Safety
    /// Pixels `x..x + P` of row `y` and the channels chosen from `c` must lie inside the filter's size.
    #[inline(always)]
    unsafe fn pixels<S: Simd, const P: usize>(&self, y: usize, x: usize, c: usize, m: S::M) {
        let f = self.f;
        // SAFETY: as the caller says.
        unsafe {
            let src = self.src.add(f.from.at(y, x) + c);
            let mut acc = [S::splat(0.0); P];
            for tap in f.taps {
                let w = S::load_some(self.w.add(tap.weight + c), m);
                for (i, acc) in acc.iter_mut().enumerate() {
                    *acc = S::fma(S::load_some(src.add(tap.from + i * f.from.pixel), m), w, *acc);
                }
            }
            for (i, acc) in acc.into_iter().enumerate() {
                S::store_some(self.dst.add(f.to.at(y, x + i) + c), acc, m);
            }
        }
    }
}

pub(super) fn grad_weight(isa: Isa, s: &ConvShape, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    let one = image(isa, s);
    sum_over_batch(s.n, s.work(), dw, |images, sum| {
        images.for_each(|i| one(piece(x, s.image_in(), i), piece(dy, s.image_out(), i), sum));
    });
}

/// What adds an image's gradient to a sum, from its input and its output's gradient.
pub(super) fn image(isa: Isa, s: &ConvShape) -> impl Fn(&[f32], &[f32], &mut [f32]) + Sync {
    let window = Window::of_rows(s, 0, s.out_h());
    let taps = taps(s, &window);
    let (from, to) = planes(s, &window);
    let size = (s.out_h(), s.out_w(), s.c_in);
    move |x, dy, sum| {
        window.view(x, (s.h, s.w, s.c_in), |view| {
            Filter { size, taps: &taps, from, to }.correlate(isa, view, dy, sum);
        });
    }
}

impl Filter<'_> {
    /// Adds `Σ_{y,x} from[y][x + tap][c] · dy[y][x][c]` to each tap's weights.
    fn correlate(&self, isa: Isa, src: &[f32], dy: &[f32], sum: &mut [f32]) {
        let (height, width, channels) = self.size;
        let from = self.taps.iter().map(|tap| tap.from).max().unwrap_or(0);
        let weight = self.taps.iter().map(|tap| tap.weight).max().unwrap_or(0);
        assert!(self.from.at(height - 1, width - 1) + from + channels <= src.len());
        assert!(self.to.at(height - 1, width - 1) + channels <= dy.len());
        assert!(weight + channels <= sum.len());
        simd::on(isa, CorrelateTask { f: self, src: src.as_ptr(), dy: dy.as_ptr(), sum: sum.as_mut_ptr() });
    }
}

/// A checked correlation with its memory.
struct CorrelateTask<'a> {
    f: &'a Filter<'a>,
    src: *const f32,
    dy: *const f32,
    sum: *mut f32,
}

impl Task for CorrelateTask<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let channels = self.f.size.2;
        for c in (0..channels).step_by(S::LANES) {
            // SAFETY: `Filter::correlate` proved the far corners inside; the mask stops at the last channel.
            unsafe {
                let m = S::mask(S::LANES.min(channels - c));
                let mut taps = self.f.taps;
                while let Some((some, rest)) = taps.split_first_chunk::<9>() {
                    self.taps::<S, 9>(some, c, m);
                    taps = rest;
                }
                while let Some((some, rest)) = taps.split_first_chunk::<3>() {
                    self.taps::<S, 3>(some, c, m);
                    taps = rest;
                }
                while let Some((some, rest)) = taps.split_first_chunk::<1>() {
                    self.taps::<S, 1>(some, c, m);
                    taps = rest;
                }
            }
        }
    }
}

impl CorrelateTask<'_> {
    /// # Safety
    /// The channels chosen from `c` must lie inside the filter's size.
    #[inline(always)]
    unsafe fn taps<S: Simd, const T: usize>(&self, taps: &[Tap; T], c: usize, m: S::M) {
        let (height, width, _) = self.f.size;
        // SAFETY: as the caller says.
        unsafe {
            let mut acc = [S::splat(0.0); T];
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                let dy = S::load_some(self.dy.add(self.f.to.at(y, x) + c), m);
                let src = self.src.add(self.f.from.at(y, x) + c);
                for (acc, tap) in acc.iter_mut().zip(taps) {
                    *acc = S::fma(S::load_some(src.add(tap.from), m), dy, *acc);
                }
            }
            for (acc, tap) in acc.into_iter().zip(taps) {
                let at = self.sum.add(tap.weight + c);
                S::store_some(at, S::add(S::load_some(at, m), acc), m);
            }
        }
    }
}
