//! How a variant is trained.

use super::optimiser::Optimiser;
use super::schedule::Schedule;
use crate::lab::network::Aware;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Training; without further settings by stochastic gradient descent with Nesterov momentum on a one-cycle schedule: up
/// in a straight line, down by half a cosine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Train {
    /// Times that every image is seen.
    pub epochs: u32,
    /// Training images of each class that are seen, the first in file order; all if not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images_per_class: Option<usize>,
    /// Images in a step; what is left of an epoch after whole batches is left out.
    #[serde(default = "batch")]
    pub batch: usize,
    /// The highest learning rate.
    #[serde(default = "rate")]
    pub rate: f64,
    /// Share of all steps in which the rate rises to its highest.
    #[serde(default = "warm_up")]
    pub warm_up: f64,
    /// The last rate of the schedules that fall smoothly, as a share of the highest.
    #[serde(default = "floor")]
    pub floor: f64,
    /// Momentum of stochastic gradient descent.
    #[serde(default = "momentum")]
    pub momentum: f64,
    /// Weight decay, on weights only.
    #[serde(default = "decay")]
    pub decay: f64,
    /// Whether half of the images are mirrored.
    #[serde(default = "flip")]
    pub flip: bool,
    /// Images are shifted by up to so many pixels each way.
    #[serde(default)]
    pub shift: u32,
    /// Whether a rectangle is blotted out of some images (Zhong et al. 2020).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erase: Option<Erase>,
    /// Whether it runs as if quantised, so that the network loses less when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aware: Option<Aware>,
    /// What turns gradients into steps.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optimiser: Optimiser,
    /// What the learning rate does after the warm-up.
    #[serde(default, skip_serializing_if = "is_default")]
    pub schedule: Schedule,
    /// Weight of the past in a moving average of all weights (and norms' statistics), which is then what is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ema: Option<f64>,
    /// Share of a linear layer's inputs that are left out of each training step (Srivastava et al. 2014).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f64>,
    /// Share of each target that is spread over all classes (Szegedy et al. 2016).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_smoothing: Option<f64>,
    /// Images blended in pairs, and their targets alike (Zhang et al. 2018).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mixup: Option<Mix>,
    /// Rectangles exchanged between images, targets in proportion (Yun et al. 2019); where both apply, this one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutmix: Option<Mix>,
    /// Weight of each early answer's cross-entropy beside the loss of the last one; 1 if not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_weight: Option<f64>,
}

/// How often and how strongly the images of a batch are mixed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mix {
    /// The share kept is drawn from Beta(alpha, alpha) for each batch.
    pub alpha: f64,
    /// Share of batches.
    #[serde(default = "always")]
    pub chance: f64,
}

fn always() -> f64 {
    1.0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A rectangle blotted out, filled with the data's mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Erase {
    /// Share of images.
    pub chance: f64,
    /// Shortest and longest side, pixels.
    pub sides: [u32; 2],
}

/// One epoch with the defaults of every key.
impl Default for Train {
    fn default() -> Self {
        Self {
            epochs: 1,
            images_per_class: None,
            batch: batch(),
            rate: rate(),
            warm_up: warm_up(),
            floor: floor(),
            momentum: momentum(),
            decay: decay(),
            flip: flip(),
            shift: 0,
            erase: None,
            aware: None,
            optimiser: Optimiser::default(),
            schedule: Schedule::default(),
            ema: None,
            dropout: None,
            label_smoothing: None,
            mixup: None,
            cutmix: None,
            exit_weight: None,
        }
    }
}

fn batch() -> usize {
    128
}

fn rate() -> f64 {
    0.2
}

fn warm_up() -> f64 {
    0.2
}

fn floor() -> f64 {
    0.002
}

fn momentum() -> f64 {
    0.9
}

fn decay() -> f64 {
    5e-4
}

fn flip() -> bool {
    true
}

impl Train {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self, image: [usize; 3], images: usize) -> Vec<(&'static str, String)> {
        let share = |x: f64| (0.0..=1.0).contains(&x);
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let side = image[0].min(image[1]);
        let erase = self.erase.unwrap_or(Erase { chance: 0.0, sides: [1, 1] });
        let [short, long] = erase.sides.map(|s| s as usize);
        let below = |x: Option<f64>| x.is_none_or(|x| (0.0..1.0).contains(&x));
        let mix = |mix: Option<Mix>| mix.is_none_or(|m| positive(m.alpha) && share(m.chance));
        let (optimiser, schedule) = (self.optimiser.complaint(), self.schedule.complaint());
        let all = [
            ("epochs", self.epochs > 0, "must be above zero".into()),
            ("images-per-class", self.images_per_class != Some(0), "must be above zero".into()),
            ("batch", (2..=images).contains(&self.batch), format!("must be from 2 to {images}, the training images")),
            ("rate", positive(self.rate), "must be a finite number above zero".into()),
            ("rate", self.rate <= self.optimiser.most(), "is far too high for AdamW: begin with 0.001".into()),
            ("warm-up", share(self.warm_up), "must be within 0 and 1".into()),
            ("floor", share(self.floor), "must be within 0 and 1".into()),
            ("momentum", (0.0..1.0).contains(&self.momentum), "must be from 0 to below 1".into()),
            ("decay", self.decay.is_finite() && self.decay >= 0.0, "must be a finite number from zero up".into()),
            ("shift", (self.shift as usize) < side, format!("must be below {side}, the image's side")),
            (
                "erase",
                share(erase.chance) && 0 < short && short <= long && long <= side,
                format!("needs a chance within 0 and 1 and rising sides from 1 to {side}"),
            ),
            ("optimiser", optimiser.is_none(), optimiser.unwrap_or_default()),
            ("schedule", schedule.is_none(), schedule.unwrap_or_default()),
            ("ema", below(self.ema), "must be from 0 to below 1".into()),
            ("dropout", below(self.dropout), "must be from 0 to below 1".into()),
            ("label-smoothing", below(self.label_smoothing), "must be from 0 to below 1".into()),
            ("exit-weight", self.exit_weight.is_none_or(positive), "must be a finite number above zero".into()),
            ("mixup", mix(self.mixup), "needs an alpha above zero and a chance within 0 and 1".into()),
            ("cutmix", mix(self.cutmix), "needs an alpha above zero and a chance within 0 and 1".into()),
        ];
        let own = all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why));
        own.chain(self.aware.iter().flat_map(Aware::complaints)).collect()
    }
}
