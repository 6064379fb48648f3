//! Answers at two levels: superclasses and the classes within.

use crate::catalog::Proportion;
use crate::lab::answers::{proportion, softmax};
use crate::lab::train::best;
use serde::Serialize;

/// How often answers are right, at two levels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Levels {
    /// Images whose superclass is right: that with the largest sum of probabilities.
    pub superclass: Proportion,
    /// Images whose class is right; none where nothing is said of classes.
    pub subclass: Option<Proportion>,
    /// Each class's images that are taken for it; none without images, or where nothing is said of classes.
    pub recall: Vec<Option<Proportion>>,
    /// Each class's images that are taken for its superclass; none without images.
    pub superclass_recall: Vec<Option<Proportion>>,
}

/// Of logits `[n][classes]` with labels among the classes, which `groups` divide into superclasses.
pub fn levels(logits: &[f32], labels: &[usize], groups: &[Vec<usize>]) -> Levels {
    let classes = groups.iter().map(Vec::len).sum::<usize>().max(1);
    let answers = logits.chunks_exact(classes).map(|row| (Some(best(row)), superclass(row, groups)));
    counted(answers, labels, groups)
}

/// Of logits `[n][superclasses]`, with labels among the classes: nothing is said of these.
pub fn levels_above(logits: &[f32], labels: &[usize], groups: &[Vec<usize>]) -> Levels {
    let answers = logits.chunks_exact(groups.len().max(1)).map(|row| (None, best(row)));
    counted(answers, labels, groups)
}

/// The group with the largest sum of probabilities.
fn superclass(row: &[f32], groups: &[Vec<usize>]) -> usize {
    let shares = softmax(row, 1.0);
    best(&groups.iter().map(|g| g.iter().map(|&k| shares[k]).sum::<f64>() as f32).collect::<Vec<f32>>())
}

fn counted(answers: impl Iterator<Item = (Option<usize>, usize)>, labels: &[usize], groups: &[Vec<usize>]) -> Levels {
    let owner = |class: usize| groups.iter().position(|g| g.contains(&class));
    let mut counts = vec![[0u64; 3]; groups.iter().map(Vec::len).sum()];
    let mut speaks = false;
    for ((class, superclass), &label) in answers.zip(labels) {
        let [all, exact, near] = &mut counts[label];
        speaks |= class.is_some();
        *all += 1;
        *exact += u64::from(class == Some(label));
        *near += u64::from(owner(label) == Some(superclass));
    }
    let all = |i: usize| proportion(counts.iter().map(|c| c[i]).sum(), counts.iter().map(|c| c[0]).sum());
    let each = |i: usize| counts.iter().map(move |c| (c[0] > 0).then(|| proportion(c[i], c[0]))).collect::<Vec<_>>();
    let recall = if speaks { each(1) } else { vec![None; counts.len()] };
    Levels { superclass: all(2), subclass: speaks.then(|| all(1)), recall, superclass_recall: each(2) }
}

/// How much a teacher's answers tell of an image, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bits {
    /// Mean entropy of an answer: what it says beyond its most probable class.
    pub entropy: f64,
    /// Mutual information of image and answer: the entropy of the mean answer less the mean entropy. At most the logarithm
    /// of the number of outputs: a teacher with more of them can tell more.
    pub information: f64,
}

/// Label bits per sample of logits `[n][outputs]`, at a temperature.
pub fn label_bits(logits: &[f32], outputs: usize, temperature: f64) -> Bits {
    let rows: Vec<Vec<f64>> = logits.chunks_exact(outputs).map(|row| softmax(row, temperature)).collect();
    let n = rows.len().max(1) as f64;
    let mean: Vec<f64> = (0..outputs).map(|k| rows.iter().map(|r| r[k]).sum::<f64>() / n).collect();
    let within = rows.iter().map(|r| entropy(r)).sum::<f64>() / n;
    Bits { entropy: within, information: entropy(&mean) - within }
}

fn entropy(p: &[f64]) -> f64 {
    -p.iter().filter(|p| **p > 0.0).map(|p| p * libm::log2(*p)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::super::wave;
    use super::*;

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let labels: Vec<usize> = (0..12).map(|i| i % 3).collect();
        let found = levels(&wave(48, 1), &labels, &[vec![0, 2], vec![1, 3]]);
        // By `reference.py`, beside this file.
        for (found, right) in [
            (found.superclass.value, 0.583_333_333),
            (found.subclass.unwrap().value, 0.333_333_333),
            (found.recall[1].unwrap().value, 0.750_000_000),
        ] {
            assert!((found - right).abs() < 1e-8, "{found} for {right}");
        }
        assert_eq!((found.recall[3], found.superclass_recall[3]), (None, None));
        let bits = label_bits(&wave(48, 1), 4, 2.0);
        assert!(
            (bits.entropy - 1.730_698_841).abs() < 1e-6 && (bits.information - 0.220_011_237).abs() < 1e-6,
            "{bits:?}"
        );
    }

    /// Superclass logits are logs of sums of exponentials: the same superclasses are answered, and no classes.
    #[test]
    fn superclasses_alone_say_nothing_of_classes() {
        let (logits, groups) = (wave(48, 1), vec![vec![0, 2], vec![1, 3]]);
        let labels: Vec<usize> = (0..12).map(|i| i % 3).collect();
        let above: Vec<f32> = logits
            .chunks_exact(4)
            .flat_map(|z| groups.iter().map(|g| g.iter().map(|&k| z[k].exp()).sum::<f32>().ln()).collect::<Vec<_>>())
            .collect();
        let (whole, found) = (levels(&logits, &labels, &groups), levels_above(&above, &labels, &groups));
        assert_eq!((found.superclass, &found.superclass_recall), (whole.superclass, &whole.superclass_recall));
        assert_eq!((found.subclass, found.recall), (None, vec![None; 4]));
    }

    #[test]
    fn certain_and_evenly_spread_answers_tell_all_there_is() {
        let logits: Vec<f32> = (0..16).map(|i| if i / 4 == i % 4 { 100.0 } else { 0.0 }).collect();
        let bits = label_bits(&logits, 4, 1.0);
        assert!(bits.entropy.abs() < 1e-9 && (bits.information - 2.0).abs() < 1e-9);
    }
}
