//! Where each named parameter lies in one flat vector.

use crate::lab::architecture::{Architecture, Op};
use crate::problem::Problem;
use std::ops::Range;

/// What a parameter is to its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Weights: decayed. Convolution `[kh][kw][c_in / groups][c_out]`, linear `[c_in][c_out]`.
    Weight,
    /// A norm's scale.
    Gamma,
    /// A norm's shift.
    Beta,
    /// A linear layer's bias.
    Bias,
}

impl Role {
    /// The end of the parameter's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Gamma => "gamma",
            Self::Beta => "beta",
            Self::Bias => "bias",
        }
    }
}

/// One named parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `layer.role`.
    pub name: String,
    /// The layer's position.
    pub layer: usize,
    /// What it is to the layer.
    pub role: Role,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Where it lies.
    pub range: Range<usize>,
}

/// All parameters in the order of layers, and the running statistics of the norms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Trainable parameters; the ranges follow one another from 0.
    pub parameters: Vec<Parameter>,
    /// Where each layer's running mean and, right behind it, variance lie; empty without a norm.
    pub statistics: Vec<Range<usize>>,
}

impl Layout {
    /// Lays out an architecture.
    ///
    /// # Errors
    /// As for [`Architecture::shapes`].
    pub fn new(architecture: &Architecture) -> Result<Self, Problem> {
        let shapes = architecture.shapes()?;
        let mut layout = Self { parameters: Vec::new(), statistics: Vec::new() };
        for (i, layer) in architecture.layers.iter().enumerate() {
            let (c_in, c_out) = (shapes[layer.from][2], shapes[i + 1][2]);
            match &layer.op {
                Op::Conv(c) => {
                    let weight = vec![c.kernel, c.kernel, c_in / c.groups, c_out];
                    layout.parameter(&layer.name, i, Role::Weight, weight);
                    layout.parameter(&layer.name, i, Role::Gamma, vec![c_out]);
                    layout.parameter(&layer.name, i, Role::Beta, vec![c_out]);
                    layout.norm(2 * c_out);
                }
                Op::GlobalAveragePool | Op::AveragePool { .. } | Op::GroupLogits { .. } => layout.norm(0),
                Op::Linear { outputs } => {
                    layout.parameter(&layer.name, i, Role::Weight, vec![c_in, *outputs]);
                    layout.parameter(&layer.name, i, Role::Bias, vec![*outputs]);
                    layout.norm(0);
                }
            }
        }
        Ok(layout)
    }

    fn parameter(&mut self, layer: &str, position: usize, role: Role, shape: Vec<usize>) {
        let start = self.len();
        let range = start..start + shape.iter().product::<usize>();
        let name = format!("{layer}.{}", role.name());
        self.parameters.push(Parameter { name, layer: position, role, shape, range });
    }

    fn norm(&mut self, len: usize) {
        let start = self.statistics_len();
        self.statistics.push(start..start + len);
    }

    /// Trainable parameters in all.
    pub fn len(&self) -> usize {
        self.parameters.last().map_or(0, |p| p.range.end)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Numbers of running statistics in all.
    pub fn statistics_len(&self) -> usize {
        self.statistics.last().map_or(0, |r| r.end)
    }

    /// Where a layer's parameter lies; empty if it has none of that role.
    pub fn range(&self, layer: usize, role: Role) -> Range<usize> {
        let found = self.parameters.iter().find(|p| p.layer == layer && p.role == role);
        found.map_or(0..0, |p| p.range.clone())
    }
}
