//! 4 lanes in plain Rust. A vector is one block, so block order is the usual one.

use std::mem::transmute;

use super::Dot;

/// Any processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

type Block = [i32; 4];

#[inline(always)]
fn halves(a: Block) -> [i16; 8] {
    // SAFETY: both are 16 plain bytes.
    unsafe { transmute::<Block, [i16; 8]>(a) }
}

#[inline(always)]
fn bytes(a: Block) -> [u8; 16] {
    // SAFETY: both are 16 plain bytes.
    unsafe { transmute::<Block, [u8; 16]>(a) }
}

#[inline(always)]
fn of_halves(a: [i16; 8]) -> Block {
    // SAFETY: both are 16 plain bytes.
    unsafe { transmute::<[i16; 8], Block>(a) }
}

#[inline(always)]
fn of_bytes(a: [u8; 16]) -> Block {
    // SAFETY: both are 16 plain bytes.
    unsafe { transmute::<[u8; 16], Block>(a) }
}

#[inline(always)]
fn zip16(a: Block, b: Block, f: impl Fn(i16, i16) -> i16) -> Block {
    let (a, b) = (halves(a), halves(b));
    of_halves(std::array::from_fn(|i| f(a[i], b[i])))
}

/// The definition; compilers do not find the instruction for it.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn plain(sum: Block, x: Block, w: Block) -> Block {
    let (x, w) = (halves(x), halves(w));
    let product = |i: usize| i32::from(x[i]) * i32::from(w[i]);
    std::array::from_fn(|i| sum[i].wrapping_add(product(2 * i) + product(2 * i + 1)))
}

#[cfg(not(target_arch = "x86_64"))]
use plain as dot;

/// Every x86-64 processor has this.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn dot(sum: Block, x: Block, w: Block) -> Block {
    use std::arch::x86_64::{__m128i, _mm_add_epi32, _mm_madd_epi16};
    // SAFETY: all are 16 plain bytes, and SSE2 is part of the architecture.
    unsafe {
        let [sum, x, w] = [sum, x, w].map(|v| transmute::<Block, __m128i>(v));
        transmute::<__m128i, Block>(_mm_add_epi32(sum, _mm_madd_epi16(x, w)))
    }
}

impl Dot for Portable {
    const LANES: usize = 4;
    const TAPS: usize = 2;
    const ROWS: usize = 4;
    type V = Block;
    type E = i16;

    #[inline(always)]
    unsafe fn zero() -> Block {
        [0; 4]
    }

    #[inline(always)]
    unsafe fn load(p: *const u8) -> Block {
        // SAFETY: the caller's pointer is good for 16 bytes; no alignment is asked.
        unsafe { p.cast::<Block>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(p: *mut u8, v: Block) {
        // SAFETY: the caller's pointer is good for 16 bytes; no alignment is asked.
        unsafe { p.cast::<Block>().write_unaligned(v) }
    }

    #[inline(always)]
    unsafe fn store_lanes(p: *mut i32, v: Block, n: usize) {
        for (i, x) in v.into_iter().enumerate().take(n) {
            // SAFETY: the caller's pointer is good for the first `n` lanes.
            unsafe { *p.add(i) = x }
        }
    }

    #[inline(always)]
    unsafe fn repeat(p: *const u8) -> Block {
        // SAFETY: the caller's pointer is good for 4 bytes; no alignment is asked.
        unsafe { [p.cast::<i32>().read_unaligned(); 4] }
    }

    #[inline(always)]
    unsafe fn dot(sum: Block, x: Block, w: Block) -> Block {
        dot(sum, x, w)
    }

    #[inline(always)]
    unsafe fn interleave(taps: [Block; 4], out: *mut u8) {
        let taps = taps.map(bytes);
        for (unit, pair) in taps.chunks_exact(2).enumerate() {
            for v in 0..4 {
                let at = |i: usize| i16::from(pair[i % 2][4 * v + i / 2]);
                // SAFETY: the caller's pointer is good for 8 vectors.
                unsafe { Self::store(out.add(16 * (4 * unit + v)), of_halves(std::array::from_fn(at))) }
            }
        }
    }

    #[inline(always)]
    unsafe fn add(a: Block, b: Block) -> Block {
        std::array::from_fn(|i| a[i].wrapping_add(b[i]))
    }

    #[inline(always)]
    unsafe fn shift(a: Block, by: Block) -> Block {
        std::array::from_fn(|i| a[i] >> by[i])
    }

    #[inline(always)]
    unsafe fn narrow(a: Block, b: Block) -> Block {
        let short = |x: i32| x.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        of_halves(std::array::from_fn(|i| short(if i < 4 { a[i] } else { b[i - 4] })))
    }

    #[inline(always)]
    unsafe fn scale(a: Block, b: Block) -> Block {
        zip16(a, b, |a, b| ((i32::from(a) * i32::from(b) + (1 << 14)) >> 15) as i16)
    }

    #[inline(always)]
    unsafe fn add16(a: Block, b: Block) -> Block {
        zip16(a, b, i16::saturating_add)
    }

    #[inline(always)]
    unsafe fn splat16(x: i16) -> Block {
        of_halves([x; 8])
    }

    #[inline(always)]
    unsafe fn shift16(a: Block, by: u32) -> Block {
        of_halves(halves(a).map(|a| a >> by))
    }

    #[inline(always)]
    unsafe fn lift(a: Block) -> Block {
        of_halves(halves(a).map(|a| a << 7))
    }

    #[inline(always)]
    unsafe fn widen(a: Block) -> [Block; 2] {
        let a = bytes(a);
        [0, 8].map(|first| of_halves(std::array::from_fn(|i| a[first + i].into())))
    }

    #[inline(always)]
    unsafe fn bytes(a: Block, b: Block) -> Block {
        let (a, b) = (halves(a), halves(b));
        of_bytes(std::array::from_fn(|i| if i < 8 { a[i] } else { b[i - 8] }.clamp(0, 255) as u8))
    }

    #[inline(always)]
    unsafe fn max(a: Block, b: Block) -> Block {
        let (a, b) = (bytes(a), bytes(b));
        of_bytes(std::array::from_fn(|i| a[i].max(b[i])))
    }

    #[inline(always)]
    unsafe fn splat8(x: u8) -> Block {
        of_bytes([x; 16])
    }

    #[inline(always)]
    unsafe fn in_line(a: Block) -> Block {
        a
    }

    #[inline(always)]
    unsafe fn in_blocks(a: Block) -> Block {
        a
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_instruction_is_the_definition(sum in any::<[i32; 4]>(), x in any::<[u8; 8]>(), w in any::<[i8; 8]>()) {
            let (x, w) = (of_halves(x.map(i16::from)), of_halves(w.map(i16::from)));
            prop_assert_eq!(dot(sum, x, w), plain(sum, x, w));
        }
    }
}
