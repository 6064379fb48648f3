//! Which weights stay zero.

use crate::lab::network::{Layout, Role, Trainee, broken};
use crate::problem::Problem;

/// Positions of zero weights in the flat vector of parameters, rising.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask {
    zeros: Vec<u32>,
}

impl Mask {
    /// The zeros among a network's weights; norms and biases are never masked. So a mask needs no file of its own: it is
    /// read off the weights that were pruned.
    ///
    /// # Errors
    /// candle's own.
    pub fn of(trainee: &Trainee) -> Result<Self, Problem> {
        Ok(Self::zeros(&trainee.plan.layout, &trainee.flat().map_err(broken)?))
    }

    pub(super) fn zeros(layout: &Layout, parameters: &[f32]) -> Self {
        let weights = layout.parameters.iter().filter(|p| p.role == Role::Weight).flat_map(|p| p.range.clone());
        Self { zeros: weights.filter(|&at| parameters[at] == 0.0).map(|at| at as u32).collect() }
    }

    /// How many weights stay zero.
    pub fn len(&self) -> usize {
        self.zeros.len()
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.zeros.is_empty()
    }

    /// Sets them to zero again.
    pub fn apply(&self, parameters: &mut [f32]) {
        self.zeros.iter().for_each(|&at| parameters[at as usize] = 0.0);
    }
}
