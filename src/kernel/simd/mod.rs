//! Vectors of floats: one trait, one file for each instruction set.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

use super::isa::Isa;
pub(crate) use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub(crate) use {avx2::Avx2, avx512::Avx512};

/// What a kernel needs from an instruction set.
///
/// # Safety
/// Every function may be called only on a processor that has the instruction set, and inlined into a
/// function compiled for it ([`on`] arranges both). Pointers must be good for the lanes that are touched.
pub(crate) trait Simd: Copy {
    /// Floats in a vector.
    const LANES: usize;
    /// A vector.
    type V: Copy;
    /// A choice of the first few lanes.
    type M: Copy;
    /// The first `n` lanes, `1 ≤ n ≤ LANES`.
    unsafe fn mask(n: usize) -> Self::M;
    /// All lanes equal to `x`.
    unsafe fn splat(x: f32) -> Self::V;
    /// All lanes from memory.
    unsafe fn load(p: *const f32) -> Self::V;
    /// The chosen lanes from memory, zero elsewhere; the others are not touched.
    unsafe fn load_some(p: *const f32, m: Self::M) -> Self::V;
    /// The chosen lanes of `a`, zero elsewhere.
    unsafe fn keep(a: Self::V, m: Self::M) -> Self::V;
    /// All lanes to memory.
    unsafe fn store(p: *mut f32, v: Self::V);
    /// The chosen lanes to memory; the others are not touched.
    unsafe fn store_some(p: *mut f32, v: Self::V, m: Self::M);
    /// `a·b + c`, rounded once where the instruction set can.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `a + b`.
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    /// `a − b`.
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    /// `max(a, 0)`; NaN stays NaN.
    unsafe fn relu(a: Self::V) -> Self::V;
    /// `a` where `gate > 0`, else 0.
    unsafe fn gate(a: Self::V, gate: Self::V) -> Self::V;
}

/// A piece of work that can be compiled for every instruction set. `run` must be `#[inline(always)]`.
pub(crate) trait Task {
    /// Does it with `S`'s vectors.
    ///
    /// # Safety
    /// As for [`Simd`].
    unsafe fn run<S: Simd>(self);
}

/// Runs a task on an instruction set that the processor has.
pub(crate) fn on(isa: Isa, task: impl Task) {
    // SAFETY: an `Isa` other than `Portable` is made by `Isa::available`, which asked the processor.
    unsafe {
        match isa {
            Isa::Portable => task.run::<Portable>(),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => on_avx2(task),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => on_avx512(task),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn on_avx2(task: impl Task) {
    // SAFETY: the caller vouches for AVX2 and FMA.
    unsafe { task.run::<Avx2>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn on_avx512(task: impl Task) {
    // SAFETY: the caller vouches for AVX-512.
    unsafe { task.run::<Avx512>() }
}
