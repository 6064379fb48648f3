use super::Interval;
use crate::random::{Purpose, Rng, Stream};

/// What was asked and rightly answered about one image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageCount {
    /// Requests with it.
    pub asked: u64,
    /// Of them, those that count as right.
    pub right: u64,
}

/// How often images are drawn again.
const DRAWS: u32 = 1000;

/// Accuracy `Σ right / Σ asked` with the percentile interval over images drawn again with replacement.
///
/// It answers: how far would this accuracy move with other images of the same kind? Images nobody asked about are left
/// out. With hundreds of images the percentile interval is close to its nominal coverage. Draws are a function of `seed`.
pub fn accuracy_over_images(images: &[ImageCount], confidence: f64, seed: u64) -> Interval {
    let asked: Vec<ImageCount> = images.iter().copied().filter(|i| i.asked > 0).collect();
    let mean = ratio(asked.iter().copied());
    if asked.len() < 2 {
        return Interval::point(mean);
    }
    let stream = Stream::new(seed, 0, Purpose::Resampling);
    let mut draws: Vec<f64> = (0..DRAWS).map(|d| draw(&asked, Rng::new(stream, u64::from(d), 0))).collect();
    draws.sort_by(f64::total_cmp);
    let at = |p: f64| draws[((p * f64::from(DRAWS)) as usize).min(draws.len() - 1)];
    Interval { mean, low: at((1.0 - confidence) / 2.0), high: at((1.0 + confidence) / 2.0) }
}

fn draw(images: &[ImageCount], mut rng: Rng) -> f64 {
    ratio((0..images.len()).map(|_| images[rng.index(images.len())]))
}

fn ratio(images: impl Iterator<Item = ImageCount>) -> f64 {
    let (right, asked) = images.fold((0, 0), |(r, a), i| (r + i.right, a + i.asked));
    right as f64 / asked as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One request an image is a plain proportion: the interval is near p ± 1.96 √(p(1−p)/n).
    #[test]
    fn is_the_binomial_interval_for_one_request_an_image() {
        let images: Vec<ImageCount> =
            (0..2000).map(|i| ImageCount { asked: 1, right: u64::from(i % 10 != 0) }).collect();
        let i = accuracy_over_images(&images, 0.95, 1);
        let half = 1.96 * (0.9f64 * 0.1 / 2000.0).sqrt();
        assert!((i.mean - 0.9).abs() < 1e-12);
        assert!((i.low - (0.9 - half)).abs() < 0.002 && (i.high - (0.9 + half)).abs() < 0.002, "{i:?} {half}");
    }

    #[test]
    fn asking_the_same_images_more_often_adds_no_facts() {
        let of =
            |asked| (0..500).map(|i| ImageCount { asked, right: asked * u64::from(i % 5 != 0) }).collect::<Vec<_>>();
        let (once, often) = (accuracy_over_images(&of(1), 0.95, 1), accuracy_over_images(&of(1000), 0.95, 1));
        assert_eq!(once, often);
    }

    #[test]
    fn nothing_asked_is_no_number() {
        assert!(accuracy_over_images(&[ImageCount::default(); 3], 0.95, 1).mean.is_nan());
    }
}
