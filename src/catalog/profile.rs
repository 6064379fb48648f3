//! `profile.json`: the measured artefact of one variant.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a figure came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// By running the shipped file.
    Measured,
    /// From somebody else's table.
    Imported,
    /// From the architecture alone.
    Counted,
    /// From a cited source.
    Published,
    /// By a fitted formula, outside the range it was fitted on.
    Extrapolated,
    /// From what was measured and an assumption that the profile states.
    Estimated,
}

/// Everything that is known of one variant. Fields are in the order of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelProfile {
    /// Version of this format: 1.
    pub schema: u32,
    /// The variant's name: also its folder's.
    pub id: String,
    /// The architecture's name in the recipe.
    pub architecture: String,
    /// Input height, width and channels.
    pub input: [u32; 3],
    /// Names of the classes, by label.
    pub classes: Vec<String>,
    /// Multiply-accumulates of one inference.
    pub macs: u64,
    /// Trainable parameters.
    pub parameters: u64,
    /// The largest sum of activations alive at once, in bytes at `file.precision`.
    pub peak_activation_bytes: u64,
    /// What would be shipped.
    pub file: ShippedFile,
    /// What is executed, in order.
    pub layers: Vec<LayerProfile>,
    /// Where it can be cut or can answer: the first is the raw input, the last the answer.
    pub taps: Vec<TapProfile>,
    /// How often it is right.
    pub accuracy: Accuracy,
    /// How its confidences were calibrated.
    pub calibration: Calibration,
    /// What its early exits answer, in order of `taps`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub early_exits: Vec<EarlyExit>,
    /// How it was made.
    pub lineage: Lineage,
    /// How each figure came to be, by the field's path (`layers.host-time-s`).
    pub provenance: BTreeMap<String, Provenance>,
    /// Whether a choice was made by looking at test images.
    pub tuned_on_test: bool,
}

impl ModelProfile {
    /// The temperature of the answers at an exit.
    pub fn temperature_at(&self, tap: &str) -> f64 {
        let early = self.early_exits.iter().find(|exit| exit.tap == tap);
        early.map_or(self.calibration, |exit| exit.calibration).temperature
    }
}

/// The file that would be shipped to a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShippedFile {
    /// Its name, beside the profile.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Number format of weights and activations: `f32`.
    pub precision: String,
}

/// One executed layer; times and counts are for one image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LayerProfile {
    /// Its name in the weights file.
    pub name: String,
    /// What it does: `conv`, `depthwise-conv`, `linear`, `global-average-pool`, …
    pub kind: String,
    /// Output height, width and channels.
    pub output: [u32; 3],
    /// Multiply-accumulates.
    pub macs: u64,
    /// Trainable parameters.
    pub parameters: u64,
    /// Bytes of its weights.
    pub weight_bytes: u64,
    /// Bytes of all that it reads beside its weights.
    pub input_bytes: u64,
    /// Bytes that it writes.
    pub output_bytes: u64,
    /// Median time on the host that made the profile, one image, one thread.
    pub host_time_s: Option<f64>,
}

/// A point where the network can be cut or can answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TapProfile {
    /// Its name: `input`, a block's name, `answer`.
    pub name: String,
    /// How many layers have run when it is reached.
    pub layers: u32,
    /// Height, width and channels of what crosses here.
    pub shape: [u32; 3],
    /// Whether an answer can be read here.
    pub exit: bool,
    /// How what crosses here can be written for sending. At an exit: the answer's own bytes.
    pub codecs: Vec<CodecProfile>,
}

/// One way to write what crosses a tap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CodecProfile {
    /// Its name: `raw`, `deflate`, …
    pub name: String,
    /// Whether what is decoded equals what was encoded: then the answers are `raw`'s.
    pub lossless: bool,
    /// How many bytes cross.
    pub bytes: SizeOf,
}

/// Bytes that cross a tap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SizeOf {
    /// The same for every image.
    Fixed(u64),
    /// Measured image by image in `bytes.parquet`; the mean over the test images.
    PerImage {
        /// Mean over the test images, in bytes.
        mean: f64,
    },
}

/// A proportion with its 95 % Wilson interval over images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Proportion {
    /// How many.
    pub count: u64,
    /// Out of how many.
    pub of: u64,
    /// The proportion.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How often a variant is right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Accuracy {
    /// On the validation images: what choices are made by.
    pub validation: Proportion,
    /// On the test images: what results are read from.
    pub test: Proportion,
    /// Recall of each class on the test images, by label.
    pub per_class: Vec<Proportion>,
}

/// Temperature scaling of the confidences (Guo et al. 2017), fitted on validation images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Calibration {
    /// Logits are divided by this before the softmax.
    pub temperature: f64,
    /// Expected calibration error on test images, 15 equal-width bins, uncalibrated.
    pub ece_before: f64,
    /// The same, calibrated.
    pub ece_after: f64,
    /// Mean negative log-likelihood on test images, uncalibrated, in nats.
    pub nll_before: f64,
    /// The same, calibrated.
    pub nll_after: f64,
}

/// What an exit before the last answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EarlyExit {
    /// Name of its tap.
    pub tap: String,
    /// How often it is right.
    pub accuracy: Accuracy,
    /// How its confidences were calibrated: it has a temperature of its own.
    pub calibration: Calibration,
}

/// Where a variant comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lineage {
    /// The recipe's file name.
    pub recipe: String,
    /// SHA-256 over everything that made the variant: its part of the recipe, its parents', the data, the step's version.
    pub content: String,
    /// How it was made: `scratch`, `kd`, …
    pub method: String,
    /// The variant it was made from, and that one's `content`.
    pub parent: Option<(String, String)>,
    /// Seed of initial weights, order and augmentation.
    pub seed: u64,
    /// Epochs trained.
    pub epochs: u32,
    /// The data.
    pub data: DataLineage,
    /// What making it cost.
    pub cost: Cost,
    /// What that is in joules, by an assumption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_energy: Option<EstimatedEnergy>,
    /// The instruction set that made it: the same recipe and seed repeat bit for bit on the same one.
    pub instruction_set: String,
    /// The version of tierwise that made it.
    pub version: String,
}

/// The data a variant saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataLineage {
    /// The data source's name.
    pub source: String,
    /// The source's settings, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
    /// SHA-256 over its contents.
    pub sha256: String,
    /// Images trained on.
    pub train: u64,
    /// Images held out for choices.
    pub validation: u64,
    /// Images for the result.
    pub test: u64,
    /// The superclasses that it saw as labels, with the names of their classes; the data's own classes, if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superclasses: Option<Vec<(String, Vec<String>)>>,
}

/// What making a variant cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cost {
    /// Wall-clock time, in seconds.
    pub wall_s: f64,
    /// Processor time over all threads, in seconds.
    pub cpu_s: f64,
    /// Multiply-accumulates spent (forward, backward, and the teacher's).
    pub macs: f64,
}

/// Joules of making a variant, estimated: processor time times the power of a busy processor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EstimatedEnergy {
    /// The estimate, in joules.
    pub energy_j: f64,
    /// The power of one busy processor, in watts.
    pub core_power_w: f64,
    /// Who says so.
    pub source: String,
}
