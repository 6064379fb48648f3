//! 8 lanes.
// SAFETY of every block: what `Simd` asks of its callers is what the intrinsics ask.

use std::arch::x86_64::*;

use super::Simd;

/// AVX2 with fused multiply-add.
#[derive(Clone, Copy)]
pub(crate) struct Avx2;

/// Eight ones, then eight zeros: a window of eight that starts at `8 - n` chooses the first `n` lanes.
static CHOICE: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

impl Simd for Avx2 {
    const LANES: usize = 8;
    type V = __m256;
    type M = __m256i;

    #[inline(always)]
    unsafe fn mask(n: usize) -> __m256i {
        unsafe { _mm256_loadu_si256(CHOICE.as_ptr().add(8 - n).cast()) }
    }

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m256 {
        unsafe { _mm256_set1_ps(x) }
    }

    #[inline(always)]
    unsafe fn load(p: *const f32) -> __m256 {
        unsafe { _mm256_loadu_ps(p) }
    }

    #[inline(always)]
    unsafe fn load_some(p: *const f32, m: __m256i) -> __m256 {
        unsafe { _mm256_maskload_ps(p, m) }
    }

    #[inline(always)]
    unsafe fn keep(a: __m256, m: __m256i) -> __m256 {
        unsafe { _mm256_and_ps(a, _mm256_castsi256_ps(m)) }
    }

    #[inline(always)]
    unsafe fn store(p: *mut f32, v: __m256) {
        unsafe { _mm256_storeu_ps(p, v) }
    }

    #[inline(always)]
    unsafe fn store_some(p: *mut f32, v: __m256, m: __m256i) {
        unsafe { _mm256_maskstore_ps(p, m, v) }
    }

    #[inline(always)]
    unsafe fn fma(a: __m256, b: __m256, c: __m256) -> __m256 {
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn sub(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_sub_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn relu(a: __m256) -> __m256 {
        unsafe { _mm256_max_ps(_mm256_setzero_ps(), a) }
    }

    #[inline(always)]
    unsafe fn gate(a: __m256, gate: __m256) -> __m256 {
        unsafe {
            let open = _mm256_cmp_ps::<_CMP_GT_OQ>(gate, _mm256_setzero_ps());
            _mm256_and_ps(open, a)
        }
    }
}
