//! Products with one filter a channel: vectors run over the pixels and channels of a row.
//!
//! An input row is interleaved once, four neighbouring columns of a channel side by side, and then meets every kernel
//! row. Sums come out in block order (see [`Dot`]).

use super::dot::{Dot, Task, lane, on};
use super::finish::{Finish, Order, Ready, load_some, period, store_some};
use super::isa::Int8Isa;
use super::lines::Lines;
use super::window::Window;
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;

/// Interleaved weights: for each chunk of a period, kernel row and quadruple of kernel columns, `4 / TAPS` times four
/// vectors.
#[derive(Clone, Debug)]
pub(super) struct Depthwise {
    isa: Int8Isa,
    s: ConvShape,
    zero: u8,
    window: Window,
    weights: Lines,
    /// Chunks of a period.
    chunks: usize,
    /// Quadruples of kernel columns.
    quads: usize,
}

/// Where sums go.
pub(super) enum Out<'a> {
    /// As bytes, through the layer's end; a residual comes along.
    Bytes(&'a Finish, Option<&'a [u8]>, &'a mut [u8]),
    /// As they are.
    Sums(&'a mut [i32]),
}

impl Depthwise {
    pub fn new(isa: Int8Isa, s: &ConvShape, zero: u8, w: &[i8]) -> Self {
        let (lanes, taps, c) = (isa.lanes(), isa.taps(), s.c_in);
        let (chunks, quads) = (period(c, 4 * lanes), s.kw.div_ceil(4));
        let mut bytes = Vec::new();
        for i in 0..chunks * s.kh * quads * (4 / taps) * 4 * lanes {
            let (v, e, unit) = (i / lanes % 4, i % lanes, i / (4 * lanes) % (4 / taps));
            let row = i / (4 * lanes * (4 / taps));
            let (chunk, ky, quad) = (row / quads / s.kh, row / quads % s.kh, row % quads);
            let channel = (chunk * 4 * lanes + Order::Blocks.byte(lanes, v, e)) % c;
            bytes.extend(lane(taps, |t| {
                let kx = 4 * quad + unit * taps + t;
                if kx < s.kw { w[(ky * s.kw + kx) * c + channel] } else { 0 }
            }));
        }
        Self { isa, s: *s, zero, window: Window::new(s, s.stride), weights: Lines::of(&bytes), chunks, quads }
    }

    /// Sums of one image; not yet less `zero` times the weights.
    pub fn image(&self, image: &[u8], out: Out) {
        let len = match &out {
            Out::Bytes(_, residual, y) => {
                assert!(residual.is_none_or(|r| r.len() == y.len()), "length of the residual");
                y.len()
            }
            Out::Sums(sums) => sums.len(),
        };
        assert!(image.len() == self.s.image_in() && len == self.s.image_out(), "length of the image");
        let rows = self.window.rows(self.s.out_h());
        let (window, mixed) = (self.window.len(self.s.out_h()).next_multiple_of(64), rows * self.row_len());
        // Lent out here: what a closure holds is not compiled for the instruction set.
        scratch::bytes(window + mixed, |store| {
            let (window, mixed) = store.split_at_mut(window);
            on(self.isa, Image { depthwise: self, image, window, mixed, out });
        });
    }

    /// Bytes of one chunk's interleaved input row.
    fn row_len(&self) -> usize {
        self.quads * (4 / self.isa.taps()) * 16 * self.isa.lanes()
    }
}

/// A checked image.
struct Image<'a> {
    depthwise: &'a Depthwise,
    image: &'a [u8],
    /// Room for the window.
    window: &'a mut [u8],
    /// Room for one chunk of it, interleaved.
    mixed: &'a mut [u8],
    out: Out<'a>,
}

impl Task for Image<'_> {
    #[inline(always)]
    unsafe fn run<S: Dot>(mut self) {
        let d = self.depthwise;
        let (rows, width) = (d.s.out_h(), d.s.out_w() * d.s.c_out);
        d.window.fill(self.image, d.zero, 0, rows, self.window);
        let (window, mixed) = (self.window.as_ptr(), self.mixed.as_mut_ptr());
        let mut chunk = 0;
        for first in (0..width).step_by(4 * S::LANES) {
            // SAFETY: both buffers are as long as their parts read; slack follows the last row of the window.
            unsafe {
                self.interleave::<S>(window.add(first), mixed);
                let part = Part { first, count: (width - first).min(4 * S::LANES), chunk, mixed };
                match d.vectors::<S>() {
                    // The weights of a kernel of 3 x 3 fit into 32 wide registers.
                    3 if S::TAPS == 4 => self.rows_of::<S, 3>(part),
                    _ => self.rows::<S>(part),
                }
            }
            chunk = if chunk + 1 == d.chunks { 0 } else { chunk + 1 };
        }
    }
}

/// One chunk of all output rows: its first byte in a row, how many are of the row, which of the period it is, and the
/// interleaved input rows.
#[derive(Clone, Copy)]
struct Part {
    first: usize,
    count: usize,
    chunk: usize,
    mixed: *const u8,
}

impl Image<'_> {
    /// Interleaves one chunk of all input rows.
    ///
    /// # Safety
    /// As for [`Dot`]; the buffers are the whole window's.
    #[inline(always)]
    unsafe fn interleave<S: Dot>(&self, window: *const u8, mixed: *mut u8) {
        let d = self.depthwise;
        let (rows, pitch, row_len) = (d.window.rows(d.s.out_h()), d.window.pitch(), d.row_len());
        for quad in 0..d.quads {
            // Weights beyond the kernel are 0, whatever they meet.
            let columns = [0, 1, 2, 3].map(|t| d.window.column((4 * quad + t).min(d.s.kw - 1)));
            for row in 0..rows {
                // SAFETY: as the caller says.
                unsafe {
                    let taps = columns.map(|column| S::load(window.add(row * pitch + column)));
                    S::interleave(taps, mixed.add(row * row_len + quad * (4 / S::TAPS) * 16 * S::LANES));
                }
            }
        }
    }

    /// # Safety
    /// As for [`Dot`]; the part must lie inside the output.
    #[inline(always)]
    unsafe fn rows<S: Dot>(&mut self, part: Part) {
        let d = self.depthwise;
        // SAFETY: as the caller says.
        unsafe {
            let end = self.end::<S>();
            for y in 0..d.s.out_h() {
                let sums = d.sums::<S>(part.chunk, part.mixed.add(y * d.s.stride * d.row_len()));
                self.put::<S>(y, &part, end, sums);
            }
        }
    }

    /// The same for a kernel whose weights are `K` times four vectors, which stay in registers.
    ///
    /// # Safety
    /// As for [`Image::rows`].
    #[inline(always)]
    unsafe fn rows_of<S: Dot, const K: usize>(&mut self, part: Part) {
        let d = self.depthwise;
        // SAFETY: as the caller says.
        unsafe {
            let (end, w) = (self.end::<S>(), d.weights_of::<S>(part.chunk));
            let w: [[S::V; 4]; K] = fours::<S, K>(w);
            for y in 0..d.s.out_h() {
                let x = fours::<S, K>(part.mixed.add(y * d.s.stride * d.row_len()));
                let mut sums = [S::zero(); 4];
                for k in 0..K {
                    for v in 0..4 {
                        sums[v] = S::dot(sums[v], x[k][v], w[k][v]);
                    }
                }
                self.put::<S>(y, &part, end, sums);
            }
        }
    }

    /// # Safety
    /// As for [`Dot`].
    #[inline(always)]
    unsafe fn end<S: Dot>(&self) -> Option<Ready<S>> {
        match &self.out {
            // SAFETY: as the caller says.
            Out::Bytes(end, ..) => Some(unsafe { end.ready() }),
            Out::Sums(_) => None,
        }
    }

    /// Writes a part's outputs of row `y`.
    ///
    /// # Safety
    /// As for [`Image::rows`].
    #[inline(always)]
    unsafe fn put<S: Dot>(&mut self, y: usize, part: &Part, end: Option<Ready<S>>, sums: [S::V; 4]) {
        let (s, Part { first, count, chunk, .. }) = (&self.depthwise.s, *part);
        let at = y * s.out_w() * s.c_out + first;
        // SAFETY: as the caller says.
        unsafe {
            match (&mut self.out, end) {
                (Out::Bytes(_, residual, y), Some(end)) => {
                    let residual = residual.map(|r| load_some::<S>(r.as_ptr().add(at), count));
                    store_some::<S>(y.as_mut_ptr().add(at), end.chunk(chunk, sums, residual), count);
                }
                (Out::Sums(out), _) => store_sums::<S>(&mut out[at..at + count], sums),
                (Out::Bytes(..), None) => {}
            }
        }
    }
}

/// `K` times four vectors.
///
/// # Safety
/// As for [`Dot`].
#[inline(always)]
unsafe fn fours<S: Dot, const K: usize>(from: *const u8) -> [[S::V; 4]; K] {
    // SAFETY: the caller's pointer is good for so many.
    unsafe {
        let mut all = [[S::zero(); 4]; K];
        for (k, four) in all.iter_mut().enumerate() {
            for (v, vector) in four.iter_mut().enumerate() {
                *vector = S::load(from.add((4 * k + v) * 4 * S::LANES));
            }
        }
        all
    }
}

/// Sums in block order to their places.
///
/// # Safety
/// As for [`Dot`].
#[inline(always)]
unsafe fn store_sums<S: Dot>(out: &mut [i32], sums: [S::V; 4]) {
    for (v, sum) in sums.into_iter().enumerate() {
        let mut lanes = [0; 16];
        // SAFETY: there is room for all lanes.
        unsafe { S::store_lanes(lanes.as_mut_ptr(), sum, S::LANES) };
        for (e, sum) in lanes.into_iter().enumerate().take(S::LANES) {
            if let Some(out) = out.get_mut(Order::Blocks.byte(S::LANES, v, e)) {
                *out = sum;
            }
        }
    }
}

impl Depthwise {
    /// Products that add up to a sum, four vectors at a time.
    #[inline(always)]
    fn vectors<S: Dot>(&self) -> usize {
        self.s.kh * self.quads * (4 / S::TAPS)
    }

    /// The weights that a chunk of the period meets.
    #[inline(always)]
    fn weights_of<S: Dot>(&self, chunk: usize) -> *const u8 {
        self.weights.as_ptr().wrapping_add(chunk * self.vectors::<S>() * 16 * S::LANES)
    }

    /// The sums of one chunk of an output row, whose first interleaved input row is `mixed`.
    ///
    /// # Safety
    /// As for [`Dot`]; the kernel's rows must follow.
    #[inline(always)]
    unsafe fn sums<S: Dot>(&self, chunk: usize, mixed: *const u8) -> [S::V; 4] {
        // SAFETY: as the caller says; the weights hold a period of chunks.
        unsafe {
            let mut w = self.weights_of::<S>(chunk);
            let (mut x, mut sums) = (mixed, [S::zero(); 4]);
            for _ in 0..self.vectors::<S>() {
                for sum in &mut sums {
                    *sum = S::dot(*sum, S::load(x), S::load(w));
                    (x, w) = (x.add(4 * S::LANES), w.add(4 * S::LANES));
                }
            }
            sums
        }
    }
}
