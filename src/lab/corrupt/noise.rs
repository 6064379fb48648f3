//! Normal noise, as strong as in CIFAR-10-C (Hendrycks and Dietterich 2019, arXiv 1903.12261, and its published script).

use crate::random::{Rng, sample::normal};

/// Standard deviations, in units of white.
const DEVIATION: [f64; 5] = [0.04, 0.06, 0.08, 0.09, 0.10];

pub fn apply(image: &[u8], severity: usize, rng: &mut Rng) -> Vec<u8> {
    let mut noisy = |&pixel: &u8| {
        let draw = normal([rng.bits(), rng.bits()]);
        (f64::from(pixel) + 255.0 * DEVIATION[severity] * draw).round() as u8
    };
    image.iter().map(&mut noisy).collect()
}
