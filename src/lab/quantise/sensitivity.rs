//! Which layers hurt in integers, and which therefore stay in floats. Choices are made on validation images.

use super::grid::Grid;
use super::int8::{Int8Executor, Int8Network};
use crate::lab::data::{Images, Scaling};
use crate::lab::network::{Executor, Folded};
use crate::lab::train::best;
use crate::problem::Problem;

/// What one layer does when it alone runs in integers, all others in floats.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// The layer's name.
    pub layer: String,
    /// Validation accuracy.
    pub accuracy: f64,
    /// What it is below the float network's.
    pub drop: f64,
    /// Mean squared error of the logits, as a share of their mean square.
    pub error: f64,
}

/// A float network, its grids, and the images that judge.
pub(super) struct Judge<'a> {
    folded: &'a Folded,
    grids: &'a [Grid],
    input: Vec<f32>,
    labels: &'a [u8],
    /// The float network's logits.
    logits: Vec<f32>,
    /// The float network's accuracy.
    pub accuracy: f64,
}

impl<'a> Judge<'a> {
    pub fn new(
        executor: &Executor,
        folded: &'a Folded,
        grids: &'a [Grid],
        images: &'a Images,
        scaling: &Scaling,
    ) -> Self {
        let input = images.scaled(scaling);
        let logits = executor.logits(&input);
        let accuracy = accuracy(&logits, &images.label);
        Self { folded, grids, input, labels: &images.label, logits, accuracy }
    }

    /// The network with some layers in floats, and its accuracy.
    pub fn with(&self, floats: &[bool]) -> Result<(Int8Executor, Sensitivity), Problem> {
        let executor = Int8Executor::new(Int8Network::new(self.folded, self.grids, floats)?)?;
        let logits = executor.run(0, &self.input, &[self.folded.layers.len()]).swap_remove(0);
        let accuracy = accuracy(&logits, self.labels);
        let (drop, error) = (self.accuracy - accuracy, error(&logits, &self.logits));
        Ok((executor, Sensitivity { layer: String::new(), accuracy, drop, error }))
    }

    /// Each layer alone.
    pub fn each(&self) -> Result<Vec<Sensitivity>, Problem> {
        let layers = &self.folded.architecture.layers;
        let one = |i: usize| {
            let floats: Vec<bool> = (0..layers.len()).map(|j| j != i).collect();
            Ok(Sensitivity { layer: layers[i].name.clone(), ..self.with(&floats)?.1 })
        };
        (0..layers.len()).map(one).collect()
    }

    /// Puts the layer that hurts most into floats, then the next, until no more accuracy than `tolerance` is lost.
    pub fn fall_back(&self, tolerance: f64, each: &[Sensitivity]) -> Result<Int8Executor, Problem> {
        let mut floats = vec![false; each.len()];
        for i in order(each) {
            let (executor, found) = self.with(&floats)?;
            if found.drop <= tolerance {
                return Ok(executor);
            }
            floats[i] = true;
        }
        Ok(self.with(&floats)?.0)
    }
}

/// From the layer that hurts most: by accuracy, then by error, then as they come.
fn order(each: &[Sensitivity]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..each.len()).collect();
    let worse =
        |a: usize, b: usize| each[b].drop.total_cmp(&each[a].drop).then(each[b].error.total_cmp(&each[a].error));
    order.sort_by(|&a, &b| worse(a, b));
    order
}

fn accuracy(logits: &[f32], labels: &[u8]) -> f64 {
    let rows = logits.chunks((logits.len() / labels.len().max(1)).max(1));
    let right = rows.zip(labels).filter(|(row, label)| best(row) == usize::from(**label)).count();
    right as f64 / labels.len().max(1) as f64
}

fn error(found: &[f32], right: &[f32]) -> f64 {
    let square = |sum: f64, x: f32| sum + f64::from(x).powi(2);
    let off = found.iter().zip(right).map(|(f, r)| f - r).fold(0.0, square);
    off / right.iter().copied().fold(0.0, square).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_layer_comes_first() {
        let of = |drop: f64, error: f64| Sensitivity { layer: String::new(), accuracy: 0.9 - drop, drop, error };
        assert_eq!(order(&[of(0.0, 0.1), of(0.02, 0.0), of(0.0, 0.3), of(-0.01, 0.9)]), [1, 2, 0, 3]);
    }

    #[test]
    fn accuracy_and_error_by_hand() {
        assert_eq!(accuracy(&[1.0, 2.0, 5.0, 0.0, 1.0, 0.0], &[1, 0, 1]), 2.0 / 3.0);
        assert!((error(&[1.0, 2.5], &[1.0, 2.0]) - 0.05).abs() < 1e-12);
    }
}
