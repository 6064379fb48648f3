//! Corrupted images: what a worn lens, bad light or something in the way leaves of them, at five severities, and what a
//! network answers then.
//!
//! A corruption is one file here and one line in [`Corruption`]. A corrupted image is a function of (seed, corruption,
//! severity, image's number): every network is shown the same ones.

mod blur;
mod contrast;
mod noise;
mod occlusion;
mod shift;
mod table;
#[cfg(test)]
mod tests;

pub use table::{CORRUPTED, Corrupted, Kept, kept, kept_columns};

use super::answers::{Part, Shipped};
use super::data::{Dataset, Images};
use crate::catalog::Split;
use crate::random::{Purpose, Rng, Stream};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can become of an image. The order is part of every draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Corruption {
    /// Normal noise on every pixel.
    Noise,
    /// Every pixel becomes a Gaussian mean of those around it.
    Blur,
    /// Pixels move towards the image's mean.
    Contrast,
    /// The image moves, and black comes in.
    Shift,
    /// A black square hides a part.
    Occlusion,
}

/// The severities, mild to strong.
pub const SEVERITIES: std::ops::RangeInclusive<u8> = 1..=5;

impl Corruption {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Noise, Self::Blur, Self::Contrast, Self::Shift, Self::Occlusion];

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Blur => "blur",
            Self::Contrast => "contrast",
            Self::Shift => "shift",
            Self::Occlusion => "occlusion",
        }
    }

    /// What becomes of an image of some height, width and channels, by draws of its own; severities beyond
    /// [`SEVERITIES`] count as the nearest.
    fn apply(self, image: &[u8], shape: [usize; 3], severity: u8, rng: &mut Rng) -> Vec<u8> {
        let at = usize::from(severity.clamp(*SEVERITIES.start(), *SEVERITIES.end()) - 1);
        match self {
            Self::Noise => noise::apply(image, at, rng),
            Self::Blur => blur::apply(image, shape, at),
            Self::Contrast => contrast::apply(image, shape, at),
            Self::Shift => shift::apply(image, shape, at, rng),
            Self::Occlusion => occlusion::apply(image, shape, at, rng),
        }
    }

    /// Images of some height, width and channels, corrupted.
    pub fn images(self, images: &Images, shape: [usize; 3], severity: u8, seed: u64) -> Images {
        let stream = Stream::new(seed, 0, Purpose::Corruption);
        let step = self as u32 * 8 + u32::from(severity);
        let one = |i: usize| {
            let mut rng = Rng::new(stream, images.number[i].into(), step);
            self.apply(images.image(i), shape, severity, &mut rng)
        };
        let pixels: Vec<Vec<u8>> = (0..images.len()).into_par_iter().map(one).collect();
        Images { pixels: pixels.concat(), ..images.clone() }
    }
}

/// What a network answers to a split's images under every one of some corruptions at every severity; confidences at
/// `temperature`.
pub fn answers(
    network: &Shipped,
    data: &Dataset,
    split: Split,
    corruptions: &[Corruption],
    temperature: f64,
    seed: u64,
) -> Vec<Corrupted> {
    let images = match split {
        Split::Validation => &data.validation,
        Split::Test => &data.test,
    };
    let all = corruptions.iter().flat_map(|&c| SEVERITIES.map(move |severity| (c, severity)));
    all.map(|(corruption, severity)| {
        let shown = corruption.images(images, data.input, severity, seed);
        let part = Part::new(split, images, network.logits(&shown.scaled(&data.scaling)));
        Corrupted::of(corruption, severity, &part, temperature)
    })
    .collect()
}
