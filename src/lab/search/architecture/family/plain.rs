use super::{Choose, Reader, shrunk};
use crate::lab::architecture::{Form, Plain};
use schemars::JsonSchema;
use serde::Deserialize;

/// Convolutions one after another, chosen stack by stack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plains {
    /// Number of stacks; each after the first halves height and width.
    pub stacks: Vec<usize>,
    /// Channels of a stack.
    pub channels: Vec<usize>,
    /// Convolutions of a stack.
    pub convolutions: Vec<usize>,
    /// Sides of squares of pixels that the input is averaged over first, 1 for none: the resolution.
    #[serde(default)]
    pub shrink: Vec<usize>,
}

impl Choose for Plains {
    fn form(&self, reader: &mut Reader) -> Form {
        let stacks = reader.pick(&self.stacks);
        let stacks = (0..stacks).map(|_| [reader.pick(&self.channels), reader.pick(&self.convolutions)]).collect();
        Form::Plain(Plain { stacks, width: 1.0, depth: 1.0, shrink: shrunk(reader, &self.shrink), exits: Vec::new() })
    }

    fn lists(&self) -> Vec<(&'static str, &[usize])> {
        vec![
            ("stacks", &self.stacks),
            ("channels", &self.channels),
            ("convolutions", &self.convolutions),
            ("shrink", &self.shrink),
        ]
    }
}
