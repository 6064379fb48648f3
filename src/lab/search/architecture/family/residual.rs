use super::{Choose, Reader, shrunk};
use crate::lab::architecture::Form;
use schemars::JsonSchema;
use serde::Deserialize;

/// Residual networks of three stages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Residuals {
    /// Blocks in each stage.
    pub blocks: Vec<usize>,
    /// Channels of the first stage; each further one has twice as many.
    pub width: Vec<usize>,
    /// Sides of squares of pixels that the input is averaged over first, 1 for none: the resolution.
    #[serde(default)]
    pub shrink: Vec<usize>,
}

impl Choose for Residuals {
    fn form(&self, reader: &mut Reader) -> Form {
        Form::Residual {
            blocks: reader.pick(&self.blocks),
            width: reader.pick(&self.width),
            shrink: shrunk(reader, &self.shrink),
            exits: Vec::new(),
        }
    }

    fn lists(&self) -> Vec<(&'static str, &[usize])> {
        vec![("blocks", &self.blocks), ("width", &self.width), ("shrink", &self.shrink)]
    }
}
