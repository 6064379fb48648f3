use super::{Choose, Reader, shrunk};
use crate::lab::architecture::{Form, Inverted};
use schemars::JsonSchema;
use serde::Deserialize;

/// Networks of inverted residuals, chosen stage by stage.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Inverteds {
    /// Channels of the first convolution.
    pub stem: Vec<usize>,
    /// Number of stages.
    pub stages: Vec<usize>,
    /// How many times wider a stage's blocks are inside.
    pub expansion: Vec<usize>,
    /// Channels of a stage.
    pub channels: Vec<usize>,
    /// Blocks of a stage.
    pub repeats: Vec<usize>,
    /// Stride of a stage's first block.
    pub strides: Vec<usize>,
    /// Sides of squares of pixels that the input is averaged over first, 1 for none: the resolution.
    #[serde(default)]
    pub shrink: Vec<usize>,
}

impl Choose for Inverteds {
    fn form(&self, reader: &mut Reader) -> Form {
        let (stem, stages) = (reader.pick(&self.stem), reader.pick(&self.stages));
        let lists = [&self.expansion, &self.channels, &self.repeats, &self.strides];
        let blocks = (0..stages).map(|_| lists.map(|list| reader.pick(list))).collect();
        let (width, depth) = (1.0, 1.0);
        Form::Inverted(Inverted {
            stem,
            stem_stride: 1,
            blocks,
            head: None,
            width,
            depth,
            shrink: shrunk(reader, &self.shrink),
            exits: Vec::new(),
        })
    }

    fn lists(&self) -> Vec<(&'static str, &[usize])> {
        vec![
            ("stem", &self.stem),
            ("stages", &self.stages),
            ("expansion", &self.expansion),
            ("channels", &self.channels),
            ("repeats", &self.repeats),
            ("strides", &self.strides),
            ("shrink", &self.shrink),
        ]
    }
}
