//! What a variant said about each image.

/// The answers' file name in a variant's folder.
///
/// A row for each image, split, cut, codec and exit: `image`, `split` (`validation` or `test`), `cut` (the tap that was
/// crossed; `input` for raw images), `tap` (the exit that answered), `codec` (how what crossed was encoded), `label`,
/// `prediction` (both `u32`), `confidence`, `margin` (`f32`), then the logits.
pub const PREDICTIONS: &str = "predictions.parquet";

/// The sizes' file name in a variant's folder, where some size differs by image: `image`, `split`, `tap`, `codec`,
/// `bytes` (`u32`).
pub const BYTES: &str = "bytes.parquet";

/// Which images: `validation` when something is being chosen, `test` for results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// Held out of training; choices are made on them.
    Validation,
    /// Results are read from them.
    #[default]
    Test,
}

impl Split {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// The measured answers and sizes of one variant on one split; all columns have one entry an image, in the order of `image`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelTables {
    /// The image's number in its file: equal images have equal numbers in every variant's tables.
    pub image: Vec<u32>,
    /// The true class.
    pub label: Vec<u16>,
    /// One table for each (tap crossed, codec, exit) that was measured.
    pub outputs: Vec<OutputTable>,
    /// Bytes for each (tap, codec) whose size differs between images.
    pub sizes: Vec<SizeTable>,
}

/// The tap that is crossed when a raw image is sent.
pub const INPUT: &str = "input";

/// What was answered at one exit, when something had crossed one tap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutputTable {
    /// The tap that was crossed: [`INPUT`] for a raw image.
    pub cut: String,
    /// The exit's name.
    pub tap: String,
    /// How what crossed was encoded on its way (`raw` stands for every lossless codec, at every cut).
    pub codec: String,
    /// The class answered.
    pub prediction: Vec<u16>,
    /// The calibrated probability of that class.
    pub confidence: Vec<f32>,
    /// Calibrated probability of the first class less that of the second.
    pub margin: Vec<f32>,
}

/// Bytes that cross a tap under a codec.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SizeTable {
    /// The tap's name.
    pub tap: String,
    /// The codec's name.
    pub codec: String,
    /// Bytes of each image.
    pub bytes: Vec<u32>,
}

impl ModelTables {
    /// What was answered at an exit, when the raw image had crossed under a codec.
    pub fn output(&self, tap: &str, codec: &str) -> Option<&OutputTable> {
        self.outputs.get(self.position(INPUT, tap, codec)?)
    }

    /// Where the answers of an exit stand, when something had crossed a tap under a codec.
    pub fn position(&self, cut: &str, tap: &str, codec: &str) -> Option<usize> {
        self.outputs.iter().position(|o| o.tap == tap && o.codec == codec && o.cut == cut)
    }

    /// Bytes that cross a tap under a codec, where they differ by image.
    pub fn size(&self, tap: &str, codec: &str) -> Option<&SizeTable> {
        self.sizes.iter().find(|size| size.tap == tap && size.codec == codec)
    }
}
