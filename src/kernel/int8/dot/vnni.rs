//! 16 lanes, four products of bytes a lane; the sum wraps rather than saturates.
// SAFETY of every block: what `Dot` asks of its callers is what the intrinsics ask.

use std::arch::x86_64::*;

use super::Dot;

/// AVX-512 with byte and word instructions and vector neural network instructions.
#[derive(Clone, Copy)]
pub(crate) struct Vnni;

/// A mask of the first `n` of 64 bytes.
#[inline(always)]
fn first(n: usize) -> u64 {
    if n == 0 { 0 } else { u64::MAX >> (64 - n) }
}

impl Dot for Vnni {
    const LANES: usize = 16;
    const TAPS: usize = 4;
    const ROWS: usize = 14;
    type V = __m512i;
    type E = u8;

    #[inline(always)]
    unsafe fn zero() -> __m512i {
        unsafe { _mm512_setzero_si512() }
    }

    #[inline(always)]
    unsafe fn load(p: *const u8) -> __m512i {
        unsafe { _mm512_loadu_si512(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store(p: *mut u8, v: __m512i) {
        unsafe { _mm512_storeu_si512(p.cast(), v) }
    }

    #[inline(always)]
    unsafe fn load_first(p: *const u8, n: usize) -> __m512i {
        unsafe { _mm512_maskz_loadu_epi8(first(n), p.cast()) }
    }

    #[inline(always)]
    unsafe fn store_first(p: *mut u8, v: __m512i, n: usize) {
        unsafe { _mm512_mask_storeu_epi8(p.cast(), first(n), v) }
    }

    #[inline(always)]
    unsafe fn store_lanes(p: *mut i32, v: __m512i, n: usize) {
        unsafe { _mm512_mask_storeu_epi32(p, (0xFFFF_u32 >> (16 - n)) as u16, v) }
    }

    #[inline(always)]
    unsafe fn repeat(p: *const u8) -> __m512i {
        unsafe { _mm512_set1_epi32(p.cast::<i32>().read_unaligned()) }
    }

    #[inline(always)]
    unsafe fn dot(sum: __m512i, x: __m512i, w: __m512i) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sum, x, w) }
    }

    #[inline(always)]
    unsafe fn interleave(taps: [__m512i; 4], out: *mut u8) {
        unsafe {
            let [a, b, c, d] = taps;
            let (low, high) = (_mm512_unpacklo_epi8(a, b), _mm512_unpackhi_epi8(a, b));
            let (low2, high2) = (_mm512_unpacklo_epi8(c, d), _mm512_unpackhi_epi8(c, d));
            Self::store(out, _mm512_unpacklo_epi16(low, low2));
            Self::store(out.add(64), _mm512_unpackhi_epi16(low, low2));
            Self::store(out.add(128), _mm512_unpacklo_epi16(high, high2));
            Self::store(out.add(192), _mm512_unpackhi_epi16(high, high2));
        }
    }

    #[inline(always)]
    unsafe fn add(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_add_epi32(a, b) }
    }

    #[inline(always)]
    unsafe fn shift(a: __m512i, by: __m512i) -> __m512i {
        unsafe { _mm512_srav_epi32(a, by) }
    }

    #[inline(always)]
    unsafe fn narrow(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_packs_epi32(a, b) }
    }

    #[inline(always)]
    unsafe fn scale(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_mulhrs_epi16(a, b) }
    }

    #[inline(always)]
    unsafe fn add16(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_adds_epi16(a, b) }
    }

    #[inline(always)]
    unsafe fn splat16(x: i16) -> __m512i {
        unsafe { _mm512_set1_epi16(x) }
    }

    #[inline(always)]
    unsafe fn shift16(a: __m512i, by: u32) -> __m512i {
        unsafe { _mm512_sra_epi16(a, _mm_cvtsi32_si128(by as i32)) }
    }

    #[inline(always)]
    unsafe fn lift(a: __m512i) -> __m512i {
        unsafe { _mm512_slli_epi16::<7>(a) }
    }

    #[inline(always)]
    unsafe fn widen(a: __m512i) -> [__m512i; 2] {
        unsafe {
            let zero = _mm512_setzero_si512();
            [_mm512_unpacklo_epi8(a, zero), _mm512_unpackhi_epi8(a, zero)]
        }
    }

    #[inline(always)]
    unsafe fn bytes(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_packus_epi16(a, b) }
    }

    #[inline(always)]
    unsafe fn max(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_max_epu8(a, b) }
    }

    #[inline(always)]
    unsafe fn splat8(x: u8) -> __m512i {
        unsafe { _mm512_set1_epi8(x.cast_signed()) }
    }

    #[inline(always)]
    unsafe fn in_line(a: __m512i) -> __m512i {
        unsafe {
            let from = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
            _mm512_permutexvar_epi32(from, a)
        }
    }

    #[inline(always)]
    unsafe fn in_blocks(a: __m512i) -> __m512i {
        unsafe { Self::in_line(a) }
    }
}
