use super::{Choose, Reader, shrunk};
use crate::lab::architecture::Form;
use schemars::JsonSchema;
use serde::Deserialize;

/// Depthwise-separable networks, channels and stride chosen block by block.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Separables {
    /// Channels of the first convolution.
    pub stem: Vec<usize>,
    /// Number of blocks.
    pub blocks: Vec<usize>,
    /// Channels of a block.
    pub channels: Vec<usize>,
    /// Stride of a block.
    pub strides: Vec<usize>,
    /// Sides of squares of pixels that the input is averaged over first, 1 for none: the resolution.
    #[serde(default)]
    pub shrink: Vec<usize>,
}

impl Choose for Separables {
    fn form(&self, reader: &mut Reader) -> Form {
        let (stem, blocks) = (reader.pick(&self.stem), reader.pick(&self.blocks));
        let blocks = (0..blocks).map(|_| [reader.pick(&self.channels), reader.pick(&self.strides)]).collect();
        Form::Separable { stem, blocks, shrink: shrunk(reader, &self.shrink), exits: Vec::new() }
    }

    fn lists(&self) -> Vec<(&'static str, &[usize])> {
        vec![("stem", &self.stem), ("blocks", &self.blocks), ("channels", &self.channels), ("strides", &self.strides)]
    }
}
