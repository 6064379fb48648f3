//! Families of networks, as a recipe names them.

use crate::lab::architecture::{self, Architecture, Bottleneck, Inverted, Plain};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A family of networks with its sizes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Form {
    /// A residual network of three stages (He et al. 2016).
    Residual {
        /// Blocks in each stage: 3 for ResNet-20, 1 for ResNet-8.
        blocks: usize,
        /// Channels of the first stage; each further one has twice as many.
        width: usize,
        /// Taps behind which there is an early answer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exits: Vec<String>,
    },
    /// A depthwise-separable network (Howard et al. 2017).
    Separable {
        /// Channels of the first convolution.
        stem: usize,
        /// Channels and stride of each block.
        blocks: Vec<[usize; 2]>,
        /// Taps behind which there is an early answer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exits: Vec<String>,
    },
    /// A residual network of bottlenecks (He et al. 2016).
    Bottleneck(Bottleneck),
    /// A network of inverted residuals (Sandler et al. 2018).
    Inverted(Inverted),
    /// Convolutions one after another (Springenberg et al. 2015).
    Plain(Plain),
}

impl Form {
    /// The description for some input and number of classes.
    ///
    /// # Errors
    /// An exit where none can be.
    pub fn architecture(&self, input: [usize; 3], classes: usize) -> Result<Architecture, Problem> {
        let (plain, exits) = match self {
            Self::Residual { blocks, width, exits } => (architecture::residual(input, classes, *blocks, *width), exits),
            Self::Separable { stem, blocks, exits } => (architecture::separable(input, classes, *stem, blocks), exits),
            Self::Bottleneck(form) => (form.architecture(input, classes), &form.exits),
            Self::Inverted(form) => (form.architecture(input, classes), &form.exits),
            Self::Plain(form) => (form.architecture(input, classes), &form.exits),
        };
        exits.iter().try_fold(plain, |architecture, tap| architecture.with_exit(tap))
    }
}
