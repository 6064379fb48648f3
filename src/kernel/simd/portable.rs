//! 4 lanes in plain Rust, which compilers turn into the vectors of their baseline.

use super::Simd;

/// Any processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

const LANES: usize = 4;
type Lanes = [f32; LANES];

#[inline(always)]
fn zip(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    std::array::from_fn(|i| f(a[i], b[i]))
}

impl Simd for Portable {
    const LANES: usize = LANES;
    type V = Lanes;
    type M = usize;

    #[inline(always)]
    unsafe fn mask(n: usize) -> usize {
        n
    }

    #[inline(always)]
    unsafe fn splat(x: f32) -> Lanes {
        [x; LANES]
    }

    #[inline(always)]
    unsafe fn load(p: *const f32) -> Lanes {
        // SAFETY: the caller's pointer is good for all lanes; no alignment is asked.
        unsafe { p.cast::<Lanes>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn load_some(p: *const f32, m: usize) -> Lanes {
        // SAFETY: the caller's pointer is good for the first `m` lanes.
        unsafe {
            if m == LANES {
                return Self::load(p);
            }
            std::array::from_fn(|i| if i < m { *p.add(i) } else { 0.0 })
        }
    }

    #[inline(always)]
    unsafe fn keep(a: Lanes, m: usize) -> Lanes {
        std::array::from_fn(|i| if i < m { a[i] } else { 0.0 })
    }

    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Lanes) {
        // SAFETY: the caller's pointer is good for all lanes; no alignment is asked.
        unsafe { p.cast::<Lanes>().write_unaligned(v) }
    }

    #[inline(always)]
    unsafe fn store_some(p: *mut f32, v: Lanes, m: usize) {
        for (i, x) in v.into_iter().enumerate().take(m) {
            // SAFETY: the caller's pointer is good for the first `m` lanes.
            unsafe { *p.add(i) = x }
        }
    }

    #[inline(always)]
    unsafe fn fma(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        // `mul_add` would call a function where the processor has no such instruction.
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }

    #[inline(always)]
    unsafe fn add(a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| a + b)
    }

    #[inline(always)]
    unsafe fn sub(a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| a - b)
    }

    #[inline(always)]
    unsafe fn relu(a: Lanes) -> Lanes {
        a.map(|a| if a < 0.0 { 0.0 } else { a })
    }

    #[inline(always)]
    unsafe fn gate(a: Lanes, gate: Lanes) -> Lanes {
        zip(a, gate, |a, g| if g > 0.0 { a } else { 0.0 })
    }
}
