//! A rectangle of an image, as the products take it, with `zero` where it reaches beyond.
//!
//! Columns are sorted by their remainder modulo the number of phases: with as many phases as the stride, what
//! neighbouring outputs read lies side by side.

use super::dot::Element;
use crate::kernel::shape::ConvShape;

/// Elements behind a window that vectors may read.
pub(super) const SLACK: usize = 256;

/// The rectangle's sizes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Columns of one phase.
    pub cols: usize,
    /// Phases.
    pub phases: usize,
    /// Pixels from an output's to its neighbour's.
    pub stride: usize,
    c: usize,
    kh: usize,
    pad: usize,
    image: (usize, usize),
    /// Pixels of the image from one of the window's to the next.
    skip: usize,
}

impl Window {
    pub fn new(s: &ConvShape, phases: usize) -> Self {
        let read = (s.out_w() - 1) * s.stride + s.kw;
        // Without padding the image itself may do, unread columns and all.
        let cols = if s.pad == 0 && phases == 1 { s.w } else { read.div_ceil(phases) };
        Self { cols, phases, stride: s.stride, c: s.c_in, kh: s.kh, pad: s.pad, image: (s.h, s.w), skip: 1 }
    }

    /// The pixels that are read, and no others, where kernels are of one pixel; else the plain rectangle.
    pub fn picked(s: &ConvShape) -> Self {
        match (s.kh, s.kw, s.pad) {
            (1, 1, 0) => Self { cols: s.out_w(), stride: 1, skip: s.stride, ..Self::new(s, 1) },
            _ => Self::new(s, 1),
        }
    }

    /// Input rows under so many output rows.
    pub fn rows(&self, count: usize) -> usize {
        (count - 1) * self.stride + self.kh
    }

    /// Elements of a row.
    pub fn pitch(&self) -> usize {
        self.phases * self.cols * self.c
    }

    /// Where column `x` of a row starts.
    pub fn column(&self, x: usize) -> usize {
        (x % self.phases * self.cols + x / self.phases) * self.c
    }

    /// Elements under so many output rows, slack included.
    pub fn len(&self, count: usize) -> usize {
        self.rows(count) * self.pitch() + SLACK
    }

    /// Writes the window under `count` output rows from row `first`; the slack stays as it is.
    #[inline(always)]
    pub fn fill<E: Element>(&self, image: &[u8], zero: u8, first: usize, count: usize, out: &mut [E]) {
        let (h, w) = self.image;
        for (row, out) in out.chunks_exact_mut(self.pitch()).take(self.rows(count)).enumerate() {
            match ((first * self.stride + row) * self.skip).checked_sub(self.pad).filter(|y| *y < h) {
                Some(y) => self.row(&image[y * w * self.c..(y + 1) * w * self.c], zero, out),
                None => out.fill(E::of(zero)),
            }
        }
    }

    #[inline(always)]
    fn row<E: Element>(&self, image: &[u8], zero: u8, out: &mut [E]) {
        if self.skip > 1 {
            return pick_all(self.c, image, self.skip, out);
        }
        if self.phases == 1 {
            let (before, rest) = out.split_at_mut(self.pad.min(self.cols) * self.c);
            let (inside, after) = rest.split_at_mut(rest.len().min(image.len()));
            before.fill(E::of(zero));
            convert(&image[..inside.len()], inside);
            return after.fill(E::of(zero));
        }
        for (phase, out) in out.chunks_exact_mut(self.cols * self.c).enumerate() {
            let before = self.pad.saturating_sub(phase).div_ceil(self.phases).min(self.cols);
            let first = before * self.phases + phase - self.pad.min(before * self.phases + phase);
            let count = (self.image.1.saturating_sub(first)).div_ceil(self.phases).min(self.cols - before);
            let (left, rest) = out.split_at_mut(before * self.c);
            let (inside, right) = rest.split_at_mut(count * self.c);
            left.fill(E::of(zero));
            let pixels = &image[(first * self.c).min(image.len())..];
            pick_all(self.c, pixels, self.phases, inside);
            right.fill(E::of(zero));
        }
    }
}

#[inline(always)]
fn convert<E: Element>(from: &[u8], to: &mut [E]) {
    let (wholes, rest) = from.as_chunks::<8>();
    let (outs, last) = to.as_chunks_mut::<8>();
    wholes.iter().zip(outs).for_each(|(from, to)| *to = E::all_of(from));
    rest.iter().zip(last).for_each(|(from, to)| *to = E::of(*from));
}

/// Every `step`-th pixel of `c` channels.
#[inline(always)]
fn pick_all<E: Element>(c: usize, from: &[u8], step: usize, to: &mut [E]) {
    macro_rules! widths {
        ($($c:literal)*) => {
            match c {
                // The widths that networks have: a pixel is then a few whole words.
                $($c => pick::<E, $c>(from, step, to),)*
                c => to.chunks_exact_mut(c).zip(from.chunks(step * c)).for_each(|(to, from)| convert(&from[..c], to)),
            }
        };
    }
    widths!(8 16 24 32 48 64)
}

/// The same, known to the compiler.
#[inline(always)]
fn pick<E: Element, const C: usize>(from: &[u8], step: usize, to: &mut [E]) {
    let pixels = from.as_chunks::<C>().0.iter().step_by(step);
    to.as_chunks_mut::<C>().0.iter_mut().zip(pixels).for_each(|(to, from)| *to = E::all_of(from));
}
