//! The micro-kernel: a block of the product kept in registers while the reduction runs.
//!
//! `C[i][j] (+)= Σ_t A[at(t) + i·row] · B[t][j]` for up to [`max_rows`] rows and a few vectors of columns. `at(t)` walks
//! over [`Run`]s, stretches of equal steps. With the step 1 and rows a pixel apart this is a convolution (forward, and
//! backward to its input); with rows 1 apart and steps of a pixel it is the gradient of the weights.

use std::ops::Range;

use super::isa::Isa;
use super::simd::{self, Simd};

/// A stretch of the reduction: `len` steps from element `start` of A.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub start: usize,
    pub len: usize,
}

/// One block to compute.
pub(crate) struct Tile<'a> {
    /// A at reduction offset 0, row 0.
    pub a: *const f32,
    /// Elements between rows of A if `pixels`, between reduction steps if not; the other distance is 1.
    pub a_pitch: usize,
    /// The reduction.
    pub runs: &'a [Run],
    /// B at step 0.
    pub b: *const f32,
    /// Elements between steps of B.
    pub b_pitch: usize,
    /// The block of C.
    pub c: *mut f32,
    /// Elements between rows of C.
    pub c_pitch: usize,
    /// Columns, at most two vectors' lanes.
    pub cols: usize,
}

/// Computes a [`Tile`].
///
/// # Safety
/// The pointers must be good for everything that the tile's sizes reach.
pub(crate) type Kernel = unsafe fn(&Tile);

/// Rows are pixels, B is packed to whole vectors, C is overwritten.
const PIXELS: bool = true;
/// Rows are elements of a patch, B is read in place, C is added to.
const PATCH: bool = false;

/// The most rows of a tile of so many columns.
pub(crate) fn max_rows(isa: Isa, cols: usize) -> usize {
    match isa {
        Isa::Portable => 4,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => 6,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 if vectors(isa, cols).1 == 3 => 9,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => 14,
    }
}

/// The vectors that hold a block of columns: lanes of each, and how many. Half vectors where whole ones would be half
/// empty: many processors do two of them in the time of a whole one.
fn vectors(isa: Isa, cols: usize) -> (usize, usize) {
    let (whole, half) = (lanes(isa), lanes(isa) / 2);
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 if cols.div_ceil(half) % 2 == 1 => (half, cols.div_ceil(half)),
        _ => (whole, cols.div_ceil(whole)),
    }
}

/// Columns that a block takes when packed: whole vectors.
pub(crate) fn packed(isa: Isa, cols: usize) -> usize {
    let (lanes, count) = vectors(isa, cols);
    lanes * count
}

/// Columns in one whole vector.
pub(crate) fn lanes(isa: Isa) -> usize {
    match isa {
        Isa::Portable => simd::Portable::LANES,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => simd::Avx2::LANES,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => simd::Avx512::LANES,
    }
}

/// Cuts `len` into the fewest pieces of at most `most`, as equal as can be.
pub(crate) fn split(len: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let pieces = len.div_ceil(most);
    (0..pieces).map(move |i| i * len / pieces..(i + 1) * len / pieces)
}

/// Cuts columns into blocks of two vectors; the last may be narrower.
pub(crate) fn blocks(isa: Isa, cols: usize) -> impl Iterator<Item = Range<usize>> {
    let width = 2 * lanes(isa);
    (0..cols.div_ceil(width)).map(move |i| i * width..cols.min((i + 1) * width))
}

macro_rules! choose {
    ($body:ident, $mode:ident, $vectors:literal, $rows:expr; $($r:literal)*) => {
        match $rows {
            $($r => $body::<$r, $vectors, $mode>,)*
            rows => unreachable!("a tile of {rows} rows"),
        }
    };
}

macro_rules! chooser {
    ($name:ident, $mode:ident) => {
        /// The kernel for tiles of `rows` rows and `cols` columns.
        pub(crate) fn $name(isa: Isa, rows: usize, cols: usize) -> Kernel {
            match (isa, vectors(isa, cols)) {
                (Isa::Portable, (_, 1)) => choose!(portable, $mode, 1, rows; 1 2 3 4),
                (Isa::Portable, _) => choose!(portable, $mode, 2, rows; 1 2 3 4),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx2, (_, 1)) => choose!(avx2, $mode, 1, rows; 1 2 3 4 5 6),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx2, _) => choose!(avx2, $mode, 2, rows; 1 2 3 4 5 6),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, (8, 1)) => choose!(half, $mode, 1, rows; 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, (8, _)) => choose!(half, $mode, 3, rows; 1 2 3 4 5 6 7 8 9),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, (_, 1)) => choose!(avx512, $mode, 1, rows; 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, _) => choose!(avx512, $mode, 2, rows; 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
            }
        }
    };
}
chooser!(pixels, PIXELS);
chooser!(patch, PATCH);

unsafe fn portable<const R: usize, const V: usize, const MODE: bool>(t: &Tile) {
    // SAFETY: the caller vouches for the pointers; the vectors run anywhere.
    unsafe { tile::<simd::Portable, R, V, MODE>(t) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<const R: usize, const V: usize, const MODE: bool>(t: &Tile) {
    // SAFETY: the caller vouches for the pointers and the processor.
    unsafe { tile::<simd::Avx2, R, V, MODE>(t) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512<const R: usize, const V: usize, const MODE: bool>(t: &Tile) {
    // SAFETY: the caller vouches for the pointers and the processor.
    unsafe { tile::<simd::Avx512, R, V, MODE>(t) }
}

/// Half of AVX-512's vectors, but all of its registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512vl")]
unsafe fn half<const R: usize, const V: usize, const MODE: bool>(t: &Tile) {
    // SAFETY: the caller vouches for the pointers and the processor.
    unsafe { tile::<simd::Avx2, R, V, MODE>(t) }
}

/// # Safety
/// As for [`Kernel`], on a processor that has `S`.
#[inline(always)]
unsafe fn tile<S: Simd, const R: usize, const V: usize, const MODE: bool>(t: &Tile) {
    // SAFETY: the caller's tile reaches only memory that its pointers are good for; the last vector of B in
    // place and of C is touched only in its first columns.
    unsafe {
        let last = S::mask(t.cols - (V - 1) * S::LANES);
        let mut acc = [[S::splat(0.0); V]; R];
        if MODE == PATCH {
            read::<S, R, V>(t, &mut acc, last);
        }
        reduce::<S, R, V, MODE>(t, &mut acc, last);
        write::<S, R, V>(t, &acc, last);
    }
}

/// # Safety
/// As for [`tile`].
#[inline(always)]
unsafe fn reduce<S: Simd, const R: usize, const V: usize, const MODE: bool>(
    t: &Tile,
    acc: &mut [[S::V; V]; R],
    last: S::M,
) {
    // SAFETY: as in `tile`.
    unsafe {
        let (row, step) = if MODE == PIXELS { (t.a_pitch, 1) } else { (1, t.a_pitch) };
        let b_pitch = if MODE == PIXELS { V * S::LANES } else { t.b_pitch };
        let mut b = t.b;
        for run in t.runs {
            let mut a = t.a.add(run.start);
            for _ in 0..run.len {
                let mut cols = [S::splat(0.0); V];
                for (v, col) in cols.iter_mut().enumerate() {
                    let whole = MODE == PIXELS || v + 1 < V;
                    let at = b.add(v * S::LANES);
                    *col = if whole { S::load(at) } else { S::load_some(at, last) };
                }
                for (i, sums) in acc.iter_mut().enumerate() {
                    let x = S::splat(*a.add(i * row));
                    for v in 0..V {
                        sums[v] = S::fma(x, cols[v], sums[v]);
                    }
                }
                a = a.wrapping_add(step);
                b = b.wrapping_add(b_pitch);
            }
        }
    }
}

/// # Safety
/// As for [`tile`].
#[inline(always)]
unsafe fn read<S: Simd, const R: usize, const V: usize>(t: &Tile, acc: &mut [[S::V; V]; R], last: S::M) {
    for (i, row) in acc.iter_mut().enumerate() {
        for (v, sum) in row.iter_mut().enumerate() {
            // SAFETY: as in `tile`.
            unsafe {
                let at = t.c.add(i * t.c_pitch + v * S::LANES);
                *sum = if v + 1 < V { S::load(at) } else { S::load_some(at, last) };
            }
        }
    }
}

/// # Safety
/// As for [`tile`].
#[inline(always)]
unsafe fn write<S: Simd, const R: usize, const V: usize>(t: &Tile, acc: &[[S::V; V]; R], last: S::M) {
    for (i, row) in acc.iter().enumerate() {
        for (v, &sum) in row.iter().enumerate() {
            // SAFETY: as in `tile`.
            unsafe {
                let at = t.c.add(i * t.c_pitch + v * S::LANES);
                if v + 1 < V { S::store(at, sum) } else { S::store_some(at, sum, last) }
            }
        }
    }
}
