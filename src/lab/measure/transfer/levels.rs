//! Answers at two levels: superclasses and the classes within.

use crate::lab::answers::softmax;
use crate::lab::train::best;
use serde::Serialize;

/// How often answers are right, at two levels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Levels {
    /// Share of images whose superclass is right: that with the largest sum of probabilities.
    pub superclass: f64,
    /// Share of images whose class is right.
    pub subclass: f64,
    /// The share of each class's images that are taken for it; none without images.
    pub recall: Vec<Option<f64>>,
    /// The share of each class's images that are taken for its superclass; none without images.
    pub superclass_recall: Vec<Option<f64>>,
}

/// Of logits `[n][classes]` with labels among the classes, which `groups` divide into superclasses.
pub fn levels(logits: &[f32], labels: &[usize], groups: &[Vec<usize>]) -> Levels {
    let classes = groups.iter().map(Vec::len).sum::<usize>().max(1);
    let owner = |class: usize| groups.iter().position(|g| g.contains(&class));
    let mut counts = vec![[0usize; 3]; classes];
    for (row, &label) in logits.chunks_exact(classes).zip(labels) {
        let shares = softmax(row, 1.0);
        let sums: Vec<f32> = groups.iter().map(|g| g.iter().map(|&k| shares[k]).sum::<f64>() as f32).collect();
        let [all, exact, near] = &mut counts[label];
        *all += 1;
        *exact += usize::from(best(row) == label);
        *near += usize::from(Some(best(&sums)) == owner(label));
    }
    let share = |i: usize| {
        counts.iter().map(|c| c[i]).sum::<usize>() as f64 / counts.iter().map(|c| c[0]).sum::<usize>().max(1) as f64
    };
    let each = |i: usize| counts.iter().map(|c| (c[0] > 0).then(|| c[i] as f64 / c[0] as f64)).collect();
    Levels { superclass: share(2), subclass: share(1), recall: each(1), superclass_recall: each(2) }
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
            (found.superclass, 0.583_333_333),
            (found.subclass, 0.333_333_333),
            (found.recall[1].unwrap(), 0.750_000_000),
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

    #[test]
    fn certain_and_evenly_spread_answers_tell_all_there_is() {
        let logits: Vec<f32> = (0..16).map(|i| if i / 4 == i % 4 { 100.0 } else { 0.0 }).collect();
        let bits = label_bits(&logits, 4, 1.0);
        assert!(bits.entropy.abs() < 1e-9 && (bits.information - 2.0).abs() < 1e-9);
    }
}
