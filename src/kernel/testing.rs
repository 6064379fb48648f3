//! Helpers of the tests.

use proptest::test_runner::{Config as ProptestConfig, RngSeed};

/// Reproducible numbers in [-1, 1).
pub(crate) fn noise(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// Whether two slices agree to single precision, with room for sums of a few thousand terms near 1.
pub(crate) fn close(a: &[f32], b: &[f32]) -> bool {
    let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 2e-5 + 2e-5 * b.abs();
    a.len() == b.len() && a.iter().zip(b).all(near)
}

/// Runs `f` with a given number of threads.
pub(crate) fn in_pool<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a small pool of threads").install(f)
}

/// A property's settings: so many cases, the same in every run.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() }
}
