//! Images and their targets mixed in pairs: mixup and CutMix. A batch is mixed with itself backwards; how is a function
//! of (seed, step).

use super::settings::{Mix, Train};
use crate::random::{Purpose, Rng, Stream, sample};

/// How one batch is mixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mixed {
    /// Not at all.
    No,
    /// `x = keep · x + (1 − keep) · partner` (Zhang et al. 2018, arXiv 1710.09412).
    Up(f64),
    /// The partner's rectangle of rows and columns in place of one's own (Yun et al. 2019, arXiv 1905.04899).
    Cut([usize; 2], [usize; 2]),
}

impl Mixed {
    /// Draws for a step: CutMix with its chance, or else mixup with its own.
    pub fn draw(settings: &Train, seed: u64, step: u64, image: [usize; 3]) -> Self {
        let mut rng = Rng::new(Stream::new(seed, 0, Purpose::Mixing), step, 0);
        let mut chosen = |mix: Option<Mix>| mix.filter(|mix| rng.chance(mix.chance));
        match (chosen(settings.cutmix), chosen(settings.mixup)) {
            (Some(cut), _) => Self::rectangle(beta(cut.alpha, &mut rng), &mut rng, image),
            (None, Some(up)) => Self::Up(beta(up.alpha, &mut rng)),
            (None, None) => Self::No,
        }
    }

    /// A rectangle of `1 − keep` of the area around a uniform pixel, as far as it is inside the image.
    fn rectangle(keep: f64, rng: &mut Rng, [h, w, _]: [usize; 3]) -> Self {
        let mut side = |size: usize| {
            let half = ((1.0 - keep).sqrt() * size as f64 / 2.0) as usize;
            let centre = rng.index(size);
            [centre.saturating_sub(half), (centre + half).min(size)]
        };
        Self::Cut(side(h), side(w))
    }

    /// The share of an image that stays its own.
    pub fn keep(self, [h, w, _]: [usize; 3]) -> f64 {
        match self {
            Self::No => 1.0,
            Self::Up(keep) => keep,
            Self::Cut(rows, columns) => 1.0 - ((rows[1] - rows[0]) * (columns[1] - columns[0])) as f64 / (h * w) as f64,
        }
    }

    /// Mixes images, `[n][h][w][c]`.
    pub fn images(self, images: &mut [f32], image: [usize; 3]) {
        let [_, w, c] = image;
        each_pair(images, image.iter().product(), |a, b| match self {
            Self::No => {}
            Self::Up(keep) => blend(keep as f32, a, b),
            Self::Cut(rows, [left, right]) => {
                for y in rows[0]..rows[1] {
                    let row = (y * w + left) * c..(y * w + right) * c;
                    a[row.clone()].swap_with_slice(&mut b[row]);
                }
            }
        });
    }

    /// Mixes targets, `[n][classes]`.
    pub fn targets(self, targets: &mut [f32], classes: usize, image: [usize; 3]) {
        let keep = self.keep(image) as f32;
        if self != Self::No {
            each_pair(targets, classes, |a, b| blend(keep, a, b));
        }
    }
}

/// First and last, second and last but one, … ; one in the middle is its own partner.
fn each_pair(all: &mut [f32], size: usize, mut mix: impl FnMut(&mut [f32], &mut [f32])) {
    let n = all.len() / size;
    let (front, back) = all.split_at_mut(n / 2 * size);
    front.chunks_exact_mut(size).zip(back.chunks_exact_mut(size).rev()).for_each(|(a, b)| mix(a, b));
}

fn blend(keep: f32, a: &mut [f32], b: &mut [f32]) {
    for (a, b) in a.iter_mut().zip(b) {
        (*a, *b) = (keep * *a + (1.0 - keep) * *b, keep * *b + (1.0 - keep) * *a);
    }
}

/// A Beta(alpha, alpha) variate, by two gamma variates whose logarithms are compared: they may be too small themselves.
fn beta(alpha: f64, rng: &mut Rng) -> f64 {
    let (a, b) = (log_gamma_variate(alpha, rng), log_gamma_variate(alpha, rng));
    1.0 / (1.0 + libm::exp(b - a))
}

/// The logarithm of a gamma variate (Marsaglia and Tsang 2000, with their step for shapes below 1).
fn log_gamma_variate(shape: f64, rng: &mut Rng) -> f64 {
    let d = shape + 1.0 - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    let log_v = loop {
        let x = sample::normal([rng.bits(), rng.bits()]);
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && -sample::exponential(rng.bits()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            break libm::log(v);
        }
    };
    libm::log(d) + log_v - sample::exponential(rng.bits()) / shape
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: [usize; 3] = [4, 5, 1];

    fn rng(entity: u64) -> Rng {
        Rng::new(Stream::new(3, 0, Purpose::Mixing), entity, 0)
    }

    /// Mean 1/2, variance 1 / (4 (2 alpha + 1)), fourth moment by the Beta's own formula; within five standard errors.
    #[test]
    fn beta_has_its_moments() {
        for alpha in [0.05, 0.2, 1.0, 3.0] {
            let n = 40_000u64;
            let all: Vec<f64> = (0..n).map(|i| beta(alpha, &mut rng(i))).collect();
            let raw = |k: u32| (0..k).fold(1.0, |m, r| m * (alpha + f64::from(r)) / (2.0 * alpha + f64::from(r)));
            for k in [1, 2, 4] {
                let mean = all.iter().map(|x| x.powi(k as i32)).sum::<f64>() / n as f64;
                let error = ((raw(2 * k) - raw(k).powi(2)) / n as f64).sqrt();
                assert!((mean - raw(k)).abs() < 5.0 * error, "alpha {alpha}, moment {k}: {mean} for {}", raw(k));
            }
            assert!(all.iter().all(|x| (0.0..=1.0).contains(x)));
        }
    }

    fn settings(mixup: Option<Mix>, cutmix: Option<Mix>) -> Train {
        Train { mixup, cutmix, ..super::super::tests::settings(1) }
    }

    #[test]
    fn draws_follow_chances_seed_and_step() {
        let (up, cut) = (Some(Mix { alpha: 0.4, chance: 1.0 }), Some(Mix { alpha: 1.0, chance: 0.25 }));
        let all: Vec<Mixed> = (0..2000).map(|step| Mixed::draw(&settings(up, cut), 1, step, IMAGE)).collect();
        let cuts = all.iter().filter(|m| matches!(m, Mixed::Cut(..))).count();
        assert!((400..600).contains(&cuts) && !all.contains(&Mixed::No), "{cuts}");
        assert_eq!(all[7], Mixed::draw(&settings(up, cut), 1, 7, IMAGE));
        assert_ne!(all[7], Mixed::draw(&settings(up, cut), 2, 7, IMAGE));
        assert_eq!(Mixed::draw(&settings(None, None), 1, 7, IMAGE), Mixed::No);
    }

    /// The mean kept of a uniform share, less what falls outside the image: more than a half stays.
    #[test]
    fn rectangles_have_the_area_they_say() {
        let cut = settings(None, Some(Mix { alpha: 1.0, chance: 1.0 }));
        let image = [28, 28, 1];
        let kept: Vec<f64> = (0..4000).map(|step| Mixed::draw(&cut, 1, step, image).keep(image)).collect();
        let mean = kept.iter().sum::<f64>() / 4000.0;
        assert!((0.55..0.75).contains(&mean), "{mean}");
        for step in 0..200 {
            let mixed = Mixed::draw(&cut, 1, step, IMAGE);
            let mut images: Vec<f32> = [[1.0; 20], [2.0; 20]].concat();
            mixed.images(&mut images, IMAGE);
            let own = images[..20].iter().filter(|&&v| v == 1.0).count() as f64 / 20.0;
            assert!((own - mixed.keep(IMAGE)).abs() < 1e-12);
            assert_eq!(images.iter().sum::<f32>(), 60.0);
        }
    }

    #[test]
    fn images_and_targets_are_mixed_alike() {
        let mut images: Vec<f32> = [[1.0; 20], [5.0; 20], [3.0; 20]].concat();
        let mut targets = vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        Mixed::Up(0.75).images(&mut images, IMAGE);
        Mixed::Up(0.75).targets(&mut targets, 3, IMAGE);
        assert_eq!((images[0], images[20], images[40]), (1.5, 5.0, 2.5));
        assert_eq!(targets, [0.75, 0.0, 0.25, 0.0, 1.0, 0.0, 0.25, 0.0, 0.75]);
        let mut targets = vec![1.0, 0.0, 0.0, 1.0];
        Mixed::Cut([0, 2], [1, 3]).targets(&mut targets, 2, IMAGE);
        let near = |(found, right): (&f32, f32)| (found - right).abs() < 1e-6;
        assert!(targets.iter().zip([0.8, 0.2, 0.2, 0.8]).all(near), "{targets:?}");
    }
}
