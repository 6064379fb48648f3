//! The learning rate over time.

use super::settings::Train;

/// The rate of a step: up in a straight line over the warm-up, then down by half a cosine to the floor (one cycle).
pub fn rate(settings: &Train, step: u64, steps: u64) -> f64 {
    let warm = (settings.warm_up * steps as f64).round();
    let at = step as f64;
    if at < warm {
        return settings.rate * (at + 1.0) / warm;
    }
    let left = (steps as f64 - 1.0 - warm).max(1.0);
    let down = 0.5 * (1.0 + libm::cos(std::f64::consts::PI * ((at - warm) / left).min(1.0)));
    settings.rate * (settings.floor + (1.0 - settings.floor) * down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_to_the_peak_and_falls_to_the_floor() {
        let settings = super::super::tests::settings(1);
        let rates: Vec<f64> = (0..100).map(|s| rate(&settings, s, 100)).collect();
        assert!((rates[19] - settings.rate).abs() < 1e-12 && (rates[20] - settings.rate).abs() < 1e-12);
        assert!(rates[..20].windows(2).all(|w| w[0] < w[1]));
        assert!(rates[20..].windows(2).all(|w| w[0] > w[1]));
        assert!((rates[99] - settings.rate * settings.floor).abs() < 1e-12);
        assert!((rate(&settings, 0, 1)).is_finite());
    }
}
