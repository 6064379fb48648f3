//! Vectors of integers: one trait, one file for each instruction set.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod portable;
#[cfg(target_arch = "x86_64")]
mod vnni;

use super::isa::Int8Isa;
use portable::Portable;

/// What the integer kernels need from an instruction set. A vector is `LANES` sums of 32 bits, twice as many numbers of
/// 16 bits or four times as many bytes, in blocks of 16 bytes.
///
/// The narrowing instructions work block by block, so four vectors of sums that become one of bytes are in *block
/// order*: lane `e` of vector `v` belongs to byte `16·(e / 4) + 4·v + e % 4`.
///
/// # Safety
/// Every function may be called only on a processor that has the instruction set, and inlined into a
/// function compiled for it ([`on`] arranges both). Pointers must be good for what is touched.
pub(super) trait Dot: Copy {
    /// Sums in a vector.
    const LANES: usize;
    /// Products that a lane sums at once.
    const TAPS: usize;
    /// Rows of a tile that leave registers for all else.
    const ROWS: usize;
    /// A vector.
    type V: Copy;
    /// An activation as the products take it: `TAPS` of them are 4 bytes.
    type E: Element;
    /// Zeros.
    unsafe fn zero() -> Self::V;
    /// A whole vector from memory.
    unsafe fn load(p: *const u8) -> Self::V;
    /// A whole vector to memory.
    unsafe fn store(p: *mut u8, v: Self::V);
    /// A vector whose first `n` bytes are from memory, `n ≤ 4 · LANES`.
    #[inline(always)]
    unsafe fn load_first(p: *const u8, n: usize) -> Self::V {
        let mut all = [0; 64];
        // SAFETY: the caller's pointer is good for `n` bytes, at most a vector, at most 64.
        unsafe {
            std::ptr::copy_nonoverlapping(p, all.as_mut_ptr(), n);
            Self::load(all.as_ptr())
        }
    }
    /// The first `n` bytes to memory, `n ≤ 4 · LANES`.
    #[inline(always)]
    unsafe fn store_first(p: *mut u8, v: Self::V, n: usize) {
        let mut all = [0; 64];
        // SAFETY: the caller's pointer is good for `n` bytes, at most a vector, at most 64.
        unsafe {
            Self::store(all.as_mut_ptr(), v);
            std::ptr::copy_nonoverlapping(all.as_ptr(), p, n);
        }
    }
    /// The first `n` lanes to memory, `1 ≤ n ≤ LANES`.
    unsafe fn store_lanes(p: *mut i32, v: Self::V, n: usize);
    /// The same 4 bytes in all lanes.
    unsafe fn repeat(p: *const u8) -> Self::V;
    /// Adds to each lane the products of its `TAPS` activations with its weights.
    unsafe fn dot(sum: Self::V, x: Self::V, w: Self::V) -> Self::V;
    /// Four vectors of bytes, one a tap, as activations: `4 / TAPS` times four vectors in block order.
    unsafe fn interleave(taps: [Self::V; 4], out: *mut u8);
    /// 32 bits: the wrapping sum.
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    /// 32 bits: shifted right, the sign kept, lane by lane.
    unsafe fn shift(a: Self::V, by: Self::V) -> Self::V;
    /// 32 to 16 bits, saturating: four lanes of each block from `a`, four from `b`.
    unsafe fn narrow(a: Self::V, b: Self::V) -> Self::V;
    /// 16 bits: `(a·b + 2^14) >> 15`.
    unsafe fn scale(a: Self::V, b: Self::V) -> Self::V;
    /// 16 bits: the saturating sum.
    unsafe fn add16(a: Self::V, b: Self::V) -> Self::V;
    /// 16 bits: the same number everywhere.
    unsafe fn splat16(x: i16) -> Self::V;
    /// 16 bits: shifted right, the sign kept.
    unsafe fn shift16(a: Self::V, by: u32) -> Self::V;
    /// 16 bits: shifted left by 7.
    unsafe fn lift(a: Self::V) -> Self::V;
    /// Bytes to 16 bits: the lower halves of all blocks, the upper halves.
    unsafe fn widen(a: Self::V) -> [Self::V; 2];
    /// 16 bits to bytes, saturating: eight of each block from `a`, eight from `b`.
    unsafe fn bytes(a: Self::V, b: Self::V) -> Self::V;
    /// Bytes: the greater.
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// Bytes: the same one everywhere.
    unsafe fn splat8(x: u8) -> Self::V;
    /// Bytes whose sums were loaded one vector after another, from block order to that order.
    unsafe fn in_line(a: Self::V) -> Self::V;
    /// The other way.
    unsafe fn in_blocks(a: Self::V) -> Self::V;
}

/// An activation in a window.
pub(super) trait Element: Copy {
    /// From a byte.
    fn of(byte: u8) -> Self;
    /// From several.
    fn all_of<const N: usize>(bytes: &[u8; N]) -> [Self; N];
}

impl Element for u8 {
    #[inline(always)]
    fn of(byte: u8) -> Self {
        byte
    }

    #[inline(always)]
    fn all_of<const N: usize>(bytes: &[u8; N]) -> [Self; N] {
        *bytes
    }
}

impl Element for i16 {
    #[inline(always)]
    fn of(byte: u8) -> Self {
        byte.into()
    }

    #[inline(always)]
    fn all_of<const N: usize>(bytes: &[u8; N]) -> [Self; N] {
        bytes.map(Self::of)
    }
}

/// The 4 bytes of one lane's weights.
pub(super) fn lane(taps: usize, weight: impl Fn(usize) -> i8) -> [u8; 4] {
    if taps == 4 {
        return std::array::from_fn(|t| weight(t).to_ne_bytes()[0]);
    }
    let [[a, b], [c, d]] = [0, 1].map(|t| i16::from(weight(t)).to_ne_bytes());
    [a, b, c, d]
}

impl Int8Isa {
    /// Sums in a vector.
    pub(super) fn lanes(self) -> usize {
        match self {
            Self::Portable => Portable::LANES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::Avx2::LANES,
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => vnni::Vnni::LANES,
        }
    }

    /// Products that a lane sums at once.
    pub(super) fn taps(self) -> usize {
        match self {
            Self::Portable => Portable::TAPS,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::Avx2::TAPS,
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => vnni::Vnni::TAPS,
        }
    }
}

/// A piece of work that can be compiled for every instruction set. `run` must be `#[inline(always)]`.
pub(super) trait Task {
    /// Does it with `S`'s vectors.
    ///
    /// # Safety
    /// As for [`Dot`].
    unsafe fn run<S: Dot>(self);
}

/// Runs a task on an instruction set that the processor has.
pub(super) fn on(isa: Int8Isa, task: impl Task) {
    // SAFETY: an `Int8Isa` other than `Portable` is made by `Int8Isa::available`, which asked the processor.
    unsafe {
        match isa {
            Int8Isa::Portable => task.run::<Portable>(),
            #[cfg(target_arch = "x86_64")]
            Int8Isa::Avx2 => on_avx2(task),
            #[cfg(target_arch = "x86_64")]
            Int8Isa::Vnni => on_vnni(task),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn on_avx2(task: impl Task) {
    // SAFETY: the caller vouches for AVX2.
    unsafe { task.run::<avx2::Avx2>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx2")]
unsafe fn on_vnni(task: impl Task) {
    // SAFETY: the caller vouches for AVX-512 with VNNI.
    unsafe { task.run::<vnni::Vnni>() }
}
