//! Products that mix channels: tiles of pixels by two vectors of output channels.

use super::dot::{Dot, Task, lane, on};
use super::isa::Int8Isa;
use super::lines::Lines;
use super::window::Window;
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;

/// Weights packed as the tiles read them: for each group and block of columns, one vector row a unit of the reduction.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    isa: Int8Isa,
    s: ConvShape,
    zero: u8,
    window: Window,
    /// The image itself is the window.
    direct: bool,
    panels: Lines,
    /// The reduction, as stretches of equal steps.
    runs: Vec<Run>,
    /// Units of the reduction in all.
    depth: usize,
}

/// A stretch of the reduction: `units` of 4 bytes from element `start` of a group's window.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: usize,
    units: usize,
}

impl Dense {
    pub fn new(isa: Int8Isa, s: &ConvShape, zero: u8, w: &[i8]) -> Self {
        // Whether the image itself will do as window.
        let direct = s.pad == 0 && s.groups == 1 && isa.taps() == 4 && (s.kw * s.c_in).is_multiple_of(4);
        let window = if direct { Window::new(s, 1) } else { Window::picked(s) };
        // Whole rows of the kernel if no groups part them.
        let (count, each, len) = match s.groups {
            1 => (s.kh, s.kw, s.kw * s.c_in),
            _ => (s.kh * s.kw, 1, s.group_in()),
        };
        let start = |k: usize| k * each / s.kw * window.pitch() + k * each % s.kw * s.c_in;
        let units = len.div_ceil(isa.taps());
        let runs: Vec<Run> = (0..count).map(|k| Run { start: start(k), units }).collect();
        let value = |g: usize, k: usize, r: usize, col: usize| {
            let row = k * each * s.group_in() + r;
            if r < len { w[row * s.c_out + g * s.group_out() + col] } else { 0 }
        };
        let mut panels = Vec::new();
        for (g, block) in (0..s.groups).flat_map(|g| blocks(isa, s.group_out()).map(move |b| (g, b))) {
            for (k, u) in (0..count).flat_map(|k| (0..units).map(move |u| (k, u))) {
                for col in block.start..block.start + (block.len()).next_multiple_of(isa.lanes()) {
                    let inside = col < block.end;
                    let weight = |t: usize| if inside { value(g, k, u * isa.taps() + t, col) } else { 0 };
                    panels.extend(lane(isa.taps(), weight));
                }
            }
        }
        Self { isa, s: *s, zero, window, direct, panels: Lines::of(&panels), runs, depth: count * units }
    }

    /// Sums of `count` output rows from row `first` of one image; not yet less `zero` times the weights.
    pub fn rows(&self, image: &[u8], first: usize, count: usize, sums: &mut [i32]) {
        assert_eq!(image.len(), self.s.image_in(), "length of the image");
        assert!(count > 0 && first + count <= self.s.out_h(), "rows {first}..{}", first + count);
        assert!(count * self.s.out_w() * self.s.c_out <= sums.len(), "too few sums");
        let band = Band { first, count };
        if self.direct {
            return on(self.isa, Rows { dense: self, image, band, window: None, sums });
        }
        // Lent out here: what a closure holds is not compiled for the instruction set.
        scratch::bytes(self.window.len(count) * 4 / self.isa.taps(), |window| {
            on(self.isa, Rows { dense: self, image, band, window: Some(window), sums });
        });
    }
}

fn blocks(isa: Int8Isa, cols: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let width = 2 * isa.lanes();
    (0..cols.div_ceil(width)).map(move |i| i * width..cols.min((i + 1) * width))
}

/// Some output rows.
#[derive(Clone, Copy)]
struct Band {
    first: usize,
    count: usize,
}

/// A checked band of rows; `window` is room for what they read, unless the image itself will do.
struct Rows<'a> {
    dense: &'a Dense,
    image: &'a [u8],
    band: Band,
    window: Option<&'a mut [u8]>,
    sums: &'a mut [i32],
}

impl Task for Rows<'_> {
    #[inline(always)]
    unsafe fn run<S: Dot>(mut self) {
        let (d, Band { first, count }) = (self.dense, self.band);
        let window = if let Some(store) = self.window.take() {
            let len = store.len() / size_of::<S::E>();
            // SAFETY: the buffer starts on a cache line, and holds numbers in which any bits are right.
            let window = unsafe { std::slice::from_raw_parts_mut(store.as_mut_ptr().cast::<S::E>(), len) };
            d.window.fill(self.image, d.zero, first, count, window);
            window.as_ptr().cast()
        } else {
            let start = first * d.window.stride * d.window.pitch();
            self.image[start..start + d.window.rows(count) * d.window.pitch()].as_ptr()
        };
        // SAFETY: the window holds all rows; where units reach beyond a run, slack follows.
        unsafe { self.tiles::<S>(window) };
    }
}

impl Rows<'_> {
    /// # Safety
    /// As for [`Dot`]; `window` must be good for all that the band reads.
    #[inline(always)]
    unsafe fn tiles<S: Dot>(self, window: *const u8) {
        let (d, sums) = (self.dense, self.sums.as_mut_ptr());
        let (size, ow) = (size_of::<S::E>(), d.s.out_w());
        let (row, pixel) = (d.window.stride * d.window.pitch() * size, d.window.stride * d.s.c_in * size);
        // Rows that follow one another without a gap are one row.
        let (height, width) = if row == ow * pixel { (1, ow * self.band.count) } else { (self.band.count, ow) };
        let pieces = width.div_ceil(S::ROWS);
        let mut panel = d.panels.as_ptr();
        for g in 0..d.s.groups {
            for block in blocks(d.isa, d.s.group_out()) {
                let first = g * d.s.group_out() + block.start;
                for (y, i) in (0..height).flat_map(|y| (0..pieces).map(move |i| (y, i))) {
                    let (x, end) = (i * width / pieces, (i + 1) * width / pieces);
                    // SAFETY: the tile lies inside the band; `Dense::rows` proved the sums long enough.
                    unsafe {
                        let tile = Tile {
                            a: window.add(y * row + x * pixel + g * d.s.group_in() * size),
                            pixel,
                            runs: &d.runs,
                            b: panel,
                            c: sums.add((y * width + x) * d.s.c_out + first),
                            c_pitch: d.s.c_out,
                            cols: block.len(),
                        };
                        tile.any::<S>(end - x);
                    }
                }
                panel = panel.wrapping_add(d.depth * block.len().next_multiple_of(S::LANES) * 4);
            }
        }
    }
}

/// One block of sums, kept in registers while the reduction runs.
struct Tile<'a> {
    a: *const u8,
    /// Bytes between rows of A.
    pixel: usize,
    runs: &'a [Run],
    b: *const u8,
    c: *mut i32,
    c_pitch: usize,
    cols: usize,
}

macro_rules! choose {
    ($tile:ident, $s:ident, $rows:expr; $($r:literal)*) => {
        match ($rows, $tile.cols > $s::LANES) {
            $(($r, false) => $tile.run::<$s, $r, 1>(), ($r, true) => $tile.run::<$s, $r, 2>(),)*
            (rows, _) => unreachable!("a tile of {rows} rows"),
        }
    };
}

impl Tile<'_> {
    /// # Safety
    /// As for [`Dot`]; the pointers must be good for everything that the tile's sizes reach.
    #[inline(always)]
    unsafe fn any<S: Dot>(&self, rows: usize) {
        // SAFETY: as the caller says.
        unsafe {
            match S::ROWS {
                4 => choose!(self, S, rows; 1 2 3 4),
                6 => choose!(self, S, rows; 1 2 3 4 5 6),
                _ => choose!(self, S, rows; 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
            }
        }
    }

    /// # Safety
    /// As for [`Tile::any`].
    #[inline(always)]
    unsafe fn run<S: Dot, const R: usize, const V: usize>(&self) {
        // SAFETY: as the caller says.
        unsafe {
            let mut sums = [[S::zero(); V]; R];
            let mut b = self.b;
            for run in self.runs {
                let mut a = self.a.add(run.start * size_of::<S::E>());
                for _ in 0..run.units {
                    let mut w = [S::zero(); V];
                    for (v, w) in w.iter_mut().enumerate() {
                        *w = S::load(b.add(v * 4 * S::LANES));
                    }
                    for (i, sums) in sums.iter_mut().enumerate() {
                        let x = S::repeat(a.add(i * self.pixel));
                        for (sum, w) in sums.iter_mut().zip(w) {
                            *sum = S::dot(*sum, x, w);
                        }
                    }
                    a = a.wrapping_add(4);
                    b = b.wrapping_add(V * 4 * S::LANES);
                }
            }
            for (i, sums) in sums.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    let at = self.c.add(i * self.c_pitch + v * S::LANES);
                    S::store_lanes(at, *sum, S::LANES.min(self.cols - v * S::LANES));
                }
            }
        }
    }
}
