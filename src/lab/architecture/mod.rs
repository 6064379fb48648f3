//! A model is data: a list of layers, which of them feed which, and named taps.
//!
//! Everything else reads this one description: the trainable network, the counter, the splitter, the executor.
//! Tensors are numbered: 0 is the input, `i + 1` is what layer `i` writes.

mod bottleneck;
mod count;
mod cut;
mod exits;
mod form;
mod inverted;
mod plain;
mod residual;
mod separable;
mod shape;

pub use bottleneck::Bottleneck;
pub use count::{Count, counts, peak_activations};
pub use cut::crossing;
pub use exits::Exit;
pub use form::Form;
pub use inverted::Inverted;
pub use plain::Plain;
pub use residual::residual;
pub use separable::separable;

use crate::problem::{Problem, remedy_for_name};
use serde::{Deserialize, Serialize};

/// A model, without its weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// Height, width and channels of the input.
    pub input: [usize; 3],
    /// In the order of execution.
    pub layers: Vec<Layer>,
}

/// One executed step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Its name, and the prefix of its parameters' names.
    pub name: String,
    /// What it does.
    pub op: Op,
    /// The tensor it reads.
    pub from: usize,
    /// A tensor that is added before the ReLU, of the output's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<usize>,
    /// The name of the tap behind it, where only its output crosses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tap: Option<String>,
}

/// What a layer does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Op {
    /// A convolution without bias, batch norm, then the sum and the ReLU if there are any.
    Conv(Conv),
    /// The mean over all pixels.
    GlobalAveragePool,
    /// The mean over squares of pixels, side by side.
    AveragePool {
        /// Side of a square, pixels; it divides height and width.
        size: usize,
    },
    /// A fully connected layer with bias, on one pixel.
    Linear {
        /// Outputs.
        outputs: usize,
    },
    /// The logit of each group of logits: the log of the sum of their exponentials, so that a group is as probable as its
    /// members together.
    GroupLogits {
        /// The members of each group; every input is in one.
        groups: Vec<Vec<usize>>,
    },
}

impl Op {
    /// Height and width of the windows that it averages, of an input of that height and width; none if it does not.
    pub fn pools(&self, [h, w, _]: [usize; 3]) -> Option<[usize; 2]> {
        match self {
            Self::GlobalAveragePool => Some([h, w]),
            Self::AveragePool { size } => Some([*size; 2]),
            _ => None,
        }
    }
}

/// A square convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conv {
    /// Output channels.
    pub channels: usize,
    /// Side of the kernel, pixels.
    pub kernel: usize,
    /// Step between outputs, in input pixels.
    pub stride: usize,
    /// Zeros on each side, pixels.
    pub pad: usize,
    /// Groups of channels that do not see each other.
    pub groups: usize,
    /// Whether a ReLU ends it.
    pub relu: bool,
}

/// The name of the last tap: where the model answers.
pub const ANSWER: &str = "answer";
/// The name of the tap of logits that are answered in groups.
pub const SUBCLASSES: &str = "subclasses";
/// The name of the layer that averages the input, and of the tap behind it.
pub const SHRUNK: &str = "shrunk";
/// The name of the first tap: the raw input.
pub const INPUT: &str = "input";

/// Most layers of a network.
pub const MOST_LAYERS: usize = 4096;
/// Most channels of a tensor.
pub const MOST_CHANNELS: usize = 1 << 16;
/// The largest kernel, stride and pad of a convolution.
pub const MOST_PIXELS: usize = 1024;
/// Most trainable parameters of a network.
pub const MOST_PARAMETERS: u64 = 1 << 30;

impl Architecture {
    /// Height, width and channels of every tensor.
    ///
    /// # Errors
    /// The first layer that does not fit, and why.
    pub fn shapes(&self) -> Result<Vec<[usize; 3]>, Problem> {
        shape::shapes(self)
    }

    /// Checks that all layers fit and are not too many, that taps stand where one tensor crosses, and that the last layer
    /// answers.
    ///
    /// # Errors
    /// What does not hold.
    pub fn check(&self) -> Result<(), Problem> {
        count::check(self)?;
        cut::check(self)
    }

    /// The same on an input of `size` times the height and width, which is averaged over squares of pixels first.
    pub fn shrunk(mut self, size: usize) -> Self {
        let [h, w, c] = self.input;
        for layer in &mut self.layers {
            layer.from += 1;
            layer.add = layer.add.map(|tensor| tensor + 1);
        }
        let (op, tap) = (Op::AveragePool { size }, Some(SHRUNK.into()));
        self.layers.insert(0, Layer { name: SHRUNK.into(), op, from: 0, add: None, tap });
        Self { input: [h * size, w * size, c], layers: self.layers }
    }

    /// Answers in groups of what it answered so far, which the tap [`SUBCLASSES`] then gives.
    pub fn grouped(mut self, groups: Vec<Vec<usize>>) -> Self {
        if let Some(last) = self.layers.last_mut() {
            last.tap = Some(SUBCLASSES.into());
        }
        let (name, from) = ("classes".into(), self.layers.len());
        self.layers.push(Layer { name, op: Op::GroupLogits { groups }, from, add: None, tap: Some(ANSWER.into()) });
        self
    }

    /// The tensor of its finest answers: those at [`SUBCLASSES`], or else at [`ANSWER`].
    pub fn finest(&self) -> usize {
        self.at_tap(SUBCLASSES).unwrap_or(self.layers.len())
    }

    /// The tensor at a tap.
    ///
    /// # Errors
    /// A name that no tap has; the right ones are told.
    pub fn at_tap(&self, name: &str) -> Result<usize, Problem> {
        let taps = self.layers.iter().enumerate().filter_map(|(i, l)| Some((l.tap.as_deref()?, i + 1)));
        let all: Vec<_> = std::iter::once((INPUT, 0)).chain(taps).collect();
        let found = all.iter().find(|(tap, _)| *tap == name).map(|(_, tensor)| *tensor);
        let remedy = || remedy_for_name(name, all.iter().map(|(tap, _)| *tap));
        found.ok_or_else(|| Problem::new("unknown tap").received(format!("`{name}`")).remedy(remedy()))
    }

    /// Classes: the last layer's outputs.
    pub fn classes(&self) -> usize {
        match self.layers.last().map(|l| &l.op) {
            Some(Op::Linear { outputs }) => *outputs,
            Some(Op::GroupLogits { groups }) => groups.len(),
            _ => 0,
        }
    }
}

/// A number of channels times a multiplier, rounded, at least one unless there were none.
fn whole(channels: usize, multiplier: f64) -> usize {
    ((channels as f64 * multiplier).round() as usize).max(channels.min(1))
}

/// The multiplier that changes nothing.
fn one() -> f64 {
    1.0
}

/// Lists layers one by one; each reads the one before unless told otherwise.
#[derive(Debug)]
pub struct Builder {
    architecture: Architecture,
}

impl Builder {
    /// An architecture with no layers yet.
    pub fn new(input: [usize; 3]) -> Self {
        Self { architecture: Architecture { input, layers: Vec::new() } }
    }

    /// The tensor written last.
    pub fn last(&self) -> usize {
        self.architecture.layers.len()
    }

    /// Adds a layer; gives the tensor it writes.
    pub fn layer(&mut self, name: impl Into<String>, op: Op, from: usize, add: Option<usize>) -> usize {
        self.architecture.layers.push(Layer { name: name.into(), op, from, add, tap: None });
        self.last()
    }

    /// Blocks, as long as there may be more layers at all: one block too many is refused later, and a billion need no
    /// memory.
    fn room<I: Iterator>(&self, blocks: I) -> std::iter::Take<I> {
        blocks.take((MOST_LAYERS + 1).saturating_sub(self.last()))
    }

    /// Puts a tap behind the last layer.
    pub fn tap(&mut self, name: impl Into<String>) {
        if let Some(layer) = self.architecture.layers.last_mut() {
            layer.tap = Some(name.into());
        }
    }

    /// Ends with a mean over pixels and a linear layer that answers.
    pub fn answer(mut self, classes: usize) -> Architecture {
        let pooled = self.layer("pool", Op::GlobalAveragePool, self.last(), None);
        self.tap("pool");
        self.layer("classifier", Op::Linear { outputs: classes }, pooled, None);
        self.tap(ANSWER);
        self.architecture
    }
}
