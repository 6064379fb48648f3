use super::{Choose, Reader, shrunk};
use crate::lab::architecture::{Bottleneck, Form};
use schemars::JsonSchema;
use serde::Deserialize;

/// Residual networks of bottlenecks, the number of blocks chosen stage by stage.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bottlenecks {
    /// Number of stages.
    pub stages: Vec<usize>,
    /// Blocks of a stage.
    pub blocks: Vec<usize>,
    /// Channels inside the first stage's blocks.
    pub width: Vec<usize>,
    /// Channels between blocks, in multiples of those inside.
    pub expansion: Vec<usize>,
    /// Sides of squares of pixels that the input is averaged over first, 1 for none: the resolution.
    #[serde(default)]
    pub shrink: Vec<usize>,
}

impl Choose for Bottlenecks {
    fn form(&self, reader: &mut Reader) -> Form {
        let (width, expansion) = (reader.pick(&self.width), reader.pick(&self.expansion));
        let blocks = (0..reader.pick(&self.stages)).map(|_| reader.pick(&self.blocks)).collect();
        Form::Bottleneck(Bottleneck {
            blocks,
            width,
            expansion,
            shrink: shrunk(reader, &self.shrink),
            exits: Vec::new(),
        })
    }

    fn lists(&self) -> Vec<(&'static str, &[usize])> {
        vec![("stages", &self.stages), ("blocks", &self.blocks), ("width", &self.width), ("expansion", &self.expansion)]
    }
}
