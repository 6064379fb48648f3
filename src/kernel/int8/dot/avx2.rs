//! 8 lanes, two products of 16-bit numbers a lane: unlike the product of bytes, their sum never saturates.
// SAFETY of every block: what `Dot` asks of its callers is what the intrinsics ask.

use std::arch::x86_64::*;

use super::Dot;

/// AVX2.
#[derive(Clone, Copy)]
pub(crate) struct Avx2;

/// Eight ones, then eight zeros: a window of eight that starts at `8 - n` chooses the first `n` lanes.
static CHOICE: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

impl Dot for Avx2 {
    const LANES: usize = 8;
    const TAPS: usize = 2;
    const ROWS: usize = 6;
    type V = __m256i;
    type E = i16;

    #[inline(always)]
    unsafe fn zero() -> __m256i {
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    unsafe fn load(p: *const u8) -> __m256i {
        unsafe { _mm256_loadu_si256(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store(p: *mut u8, v: __m256i) {
        unsafe { _mm256_storeu_si256(p.cast(), v) }
    }

    #[inline(always)]
    unsafe fn store_lanes(p: *mut i32, v: __m256i, n: usize) {
        unsafe {
            let choice = _mm256_loadu_si256(CHOICE.as_ptr().add(8 - n).cast());
            _mm256_maskstore_epi32(p, choice, v);
        }
    }

    #[inline(always)]
    unsafe fn repeat(p: *const u8) -> __m256i {
        unsafe { _mm256_set1_epi32(p.cast::<i32>().read_unaligned()) }
    }

    #[inline(always)]
    unsafe fn dot(sum: __m256i, x: __m256i, w: __m256i) -> __m256i {
        unsafe { _mm256_add_epi32(sum, _mm256_madd_epi16(x, w)) }
    }

    #[inline(always)]
    unsafe fn interleave(taps: [__m256i; 4], out: *mut u8) {
        unsafe {
            for (unit, pair) in taps.chunks_exact(2).enumerate() {
                let low = Self::widen(_mm256_unpacklo_epi8(pair[0], pair[1]));
                let high = Self::widen(_mm256_unpackhi_epi8(pair[0], pair[1]));
                for (v, x) in low.into_iter().chain(high).enumerate() {
                    Self::store(out.add(32 * (4 * unit + v)), x);
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn add(a: __m256i, b: __m256i) -> __m256i {
        unsafe { _mm256_add_epi32(a, b) }
    }

    #[inline(always)]
    unsafe fn shift(a: __m256i, by: __m256i) -> __m256i {
        unsafe { _mm256_srav_epi32(a, by) }
    }

    #[inline(always)]
    unsafe fn narrow(a: __m256i, b: __m256i) -> __m256i {
        unsafe { _mm256_packs_epi32(a, b) }
    }

    #[inline(always)]
    unsafe fn scale(a: __m256i, b: __m256i) -> __m256i {
        unsafe { _mm256_mulhrs_epi16(a, b) }
    }

    #[inline(always)]
    unsafe fn add16(a: __m256i, b: __m256i) -> __m256i {
        unsafe { _mm256_adds_epi16(a, b) }
    }

    #[inline(always)]
    unsafe fn splat16(x: i16) -> __m256i {
        unsafe { _mm256_set1_epi16(x) }
    }

    #[inline(always)]
    unsafe fn shift16(a: __m256i, by: u32) -> __m256i {
        unsafe { _mm256_sra_epi16(a, _mm_cvtsi32_si128(by as i32)) }
    }

    #[inline(always)]
    unsafe fn lift(a: __m256i) -> __m256i {
        unsafe { _mm256_slli_epi16::<7>(a) }
    }

    #[inline(always)]
    unsafe fn widen(a: __m256i) -> [__m256i; 2] {
        unsafe {
            let zero = _mm256_setzero_si256();
            [_mm256_unpacklo_epi8(a, zero), _mm256_unpackhi_epi8(a, zero)]
        }
    }

    #[inline(always)]
    unsafe fn bytes(a: __m256i, b: __m256i) -> __m256i {
        unsafe { _mm256_packus_epi16(a, b) }
    }

    #[inline(always)]
    unsafe fn max(a: __m256i, b: __m256i) -> __m256i {
        unsafe { _mm256_max_epu8(a, b) }
    }

    #[inline(always)]
    unsafe fn splat8(x: u8) -> __m256i {
        unsafe { _mm256_set1_epi8(x.cast_signed()) }
    }

    #[inline(always)]
    unsafe fn in_line(a: __m256i) -> __m256i {
        unsafe { _mm256_permutevar8x32_epi32(a, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)) }
    }

    #[inline(always)]
    unsafe fn in_blocks(a: __m256i) -> __m256i {
        unsafe { _mm256_permutevar8x32_epi32(a, _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7)) }
    }
}
