//! Where a model can be cut: where one tensor crosses.

use super::{ANSWER, Architecture, INPUT};
use crate::problem::Problem;
use std::collections::BTreeSet;

/// The tensors that exist after `done` layers and that later ones read; after the last layer, its output.
pub fn crossing(architecture: &Architecture, done: usize) -> Vec<usize> {
    let read = |layer: &super::Layer| [Some(layer.from), layer.add];
    let later = architecture.layers[done..].iter().flat_map(read).flatten();
    let mut crossing: BTreeSet<usize> = later.filter(|&t| t <= done).collect();
    if done == architecture.layers.len() {
        crossing.insert(done);
    }
    crossing.into_iter().collect()
}

/// Checks names and places of taps.
pub fn check(architecture: &Architecture) -> Result<(), Problem> {
    let mut names = BTreeSet::from([INPUT]);
    let (exits, shapes) = (architecture.exits(), architecture.shapes()?);
    for (i, layer) in architecture.layers.iter().enumerate() {
        let Some(tap) = &layer.tap else { continue };
        let crosses = crossing(architecture, i + 1);
        let is_exit = exits.iter().any(|exit| exit.tensor == i + 1);
        if is_exit && shapes[i + 1][2] != architecture.classes() {
            let (found, right) = (shapes[i + 1][2], architecture.classes());
            return Err(Problem::new(format!("exit `{tap}` answers {found} classes, and the network {right}")));
        }
        if !is_exit && crosses != [i + 1] {
            let what = format!("tap `{tap}` stands where not just the output of `{}` crosses", layer.name);
            return Err(Problem::new(what).received(format!("tensors {crosses:?}")));
        }
        if !names.insert(tap) {
            return Err(Problem::new(format!("two taps are called `{tap}`")));
        }
    }
    let last = architecture.layers.last();
    if last.and_then(|l| l.tap.as_deref()) != Some(ANSWER) || architecture.classes() == 0 {
        return Err(Problem::new(format!(
            "the last layer is not a linear one, or logits of groups, with the tap `{ANSWER}`"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::{residual, separable};

    /// The definition, by asking of every tensor who reads it.
    fn naive(architecture: &Architecture, done: usize) -> Vec<usize> {
        let is_read = |t: usize, by: usize| architecture.layers[by].from == t || architecture.layers[by].add == Some(t);
        let n = architecture.layers.len();
        (0..=done).filter(|&t| (done == n && t == n) || (done..n).any(|by| is_read(t, by))).collect()
    }

    #[test]
    fn agrees_with_the_definition() {
        for a in [residual([28, 28, 1], 10, 2, 8), separable([28, 28, 1], 10, 8, &[[16, 2], [32, 2]])] {
            (0..=a.layers.len()).for_each(|done| assert_eq!(crossing(&a, done), naive(&a, done)));
        }
    }

    #[test]
    fn inside_a_residual_block_two_tensors_cross() {
        let mut a = residual([28, 28, 1], 10, 1, 8);
        let inside = a.layers.iter().position(|l| l.name == "stage1.block1.conv1").unwrap();
        a.layers[inside].tap = Some("inside".into());
        assert!(a.check().unwrap_err().to_string().contains("tap `inside`"));
    }
}
