//! Less contrast, as little as in CIFAR-10-C: `mean + share · (pixel − mean)`, the mean each channel's own.

/// What is left of the distance to the mean.
const SHARE: [f64; 5] = [0.75, 0.5, 0.4, 0.3, 0.15];

pub fn apply(image: &[u8], [_, _, channels]: [usize; 3], severity: usize) -> Vec<u8> {
    let pixels = (image.len() / channels.max(1)).max(1) as f64;
    let of = |c: usize| image.iter().skip(c).step_by(channels).map(|&p| f64::from(p)).sum::<f64>() / pixels;
    let means: Vec<f64> = (0..channels).map(of).collect();
    let closer = |(i, &pixel): (usize, &u8)| {
        let mean = means[i % channels];
        (mean + SHARE[severity] * (f64::from(pixel) - mean)).round() as u8
    };
    image.iter().enumerate().map(closer).collect()
}
