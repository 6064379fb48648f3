//! Gaussian blur, as wide as in CIFAR-10-C; beyond its edge an image goes on as it ends.

/// Standard deviations, in pixels.
const WIDTH: [f64; 5] = [0.4, 0.6, 0.7, 0.8, 1.0];
/// Pixels each way that have weight: four deviations of the widest.
const REACH: usize = 4;

pub fn apply(image: &[u8], [height, width, channels]: [usize; 3], severity: usize) -> Vec<u8> {
    let weights = weights(WIDTH[severity]);
    let values: Vec<f64> = image.iter().map(|&p| p.into()).collect();
    let rows = along(&values, &weights, width, channels);
    along(&rows, &weights, height, width * channels).into_iter().map(|v| v.round() as u8).collect()
}

/// Shares of the pixels at distances `-REACH..=REACH`.
fn weights(deviation: f64) -> Vec<f64> {
    let bell = |i: usize| libm::exp(-0.5 * ((i as f64 - REACH as f64) / deviation).powi(2));
    let all: Vec<f64> = (0..=2 * REACH).map(bell).collect();
    let sum: f64 = all.iter().sum();
    all.into_iter().map(|w| w / sum).collect()
}

/// Weighted means along one axis of `size` steps of `pitch`.
fn along(values: &[f64], weights: &[f64], size: usize, pitch: usize) -> Vec<f64> {
    let one = |i: usize| {
        let at = i / pitch % size;
        let neighbour = |d: usize| (at + d).saturating_sub(REACH).min(size - 1);
        weights.iter().enumerate().map(|(d, w)| w * values[i - at * pitch + neighbour(d) * pitch]).sum()
    };
    (0..values.len()).map(one).collect()
}
