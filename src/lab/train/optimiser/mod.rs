//! What turns gradients into steps. A method is one file here and one line in [`Optimiser`].

mod adamw;
mod sgd;

pub use adamw::Adamw;
pub use sgd::Sgd;

use crate::lab::network::{Layout, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What turns gradients into steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Optimiser {
    /// Stochastic gradient descent with momentum.
    Sgd(Sgd),
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    Adamw(Adamw),
}

impl Default for Optimiser {
    fn default() -> Self {
        Self::Sgd(Sgd::default())
    }
}

/// One step's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Counts from 1.
    pub number: u64,
    /// Learning rate.
    pub rate: f32,
    /// Momentum, where the method has one.
    pub momentum: f32,
    /// Weight decay.
    pub decay: f32,
}

/// A way to turn gradients into steps.
trait Method {
    /// Vectors, as long as the parameters, that it remembers.
    fn memories(&self) -> usize;

    /// Moves the parameters; `decayed` ones are weights. The gradient may be written over.
    fn step(&self, at: Step, decayed: &[Range<usize>], memory: &mut [Vec<f32>], w: &mut [f32], g: &mut [f32]);

    /// What makes no sense among its settings.
    fn complaint(&self) -> Option<String> {
        None
    }
}

impl Optimiser {
    fn method(&self) -> &dyn Method {
        match self {
            Self::Sgd(method) => method,
            Self::Adamw(method) => method,
        }
    }

    /// What makes no sense, at this rate.
    pub fn complaint(&self) -> Option<String> {
        self.method().complaint()
    }

    /// The highest rate that is no mistake.
    pub fn most(&self) -> f64 {
        match self {
            Self::Sgd(_) => f64::MAX,
            Self::Adamw(_) => 0.1,
        }
    }
}

/// An optimiser and what it remembers.
#[derive(Clone, Debug)]
pub struct Memory {
    optimiser: Optimiser,
    decayed: Vec<Range<usize>>,
    /// As many vectors as the method needs, zero at first.
    pub vectors: Vec<Vec<f32>>,
}

impl Memory {
    /// At rest, for a network's parameters and then `own` weights of a loss.
    pub fn new(optimiser: Optimiser, layout: &Layout, own: usize) -> Self {
        let weights = layout.parameters.iter().filter(|p| p.role == Role::Weight).map(|p| p.range.clone());
        let own = layout.len()..layout.len() + own;
        let vectors = vec![vec![0.0; own.end]; optimiser.method().memories()];
        Self { optimiser, decayed: weights.chain(std::iter::once(own)).collect(), vectors }
    }

    /// Moves the parameters; the gradient may be written over.
    pub fn step(&mut self, at: Step, parameters: &mut [f32], gradient: &mut [f32]) {
        self.optimiser.method().step(at, &self.decayed, &mut self.vectors, parameters, gradient);
    }
}
