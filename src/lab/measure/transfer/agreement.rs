//! How far a student answers as its teacher does (Stanton et al. 2021, arXiv 2106.05945).

use crate::lab::answers::softmax;
use crate::lab::train::best;
use serde::Serialize;

/// A student's answers beside its teacher's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// Share of images with the same answer.
    pub agreement: f64,
    /// The same among the images that the teacher is wrong on; none if it is right on all.
    pub on_errors: Option<f64>,
    /// Mean divergence of the student's probabilities from the teacher's, nats.
    pub divergence: f64,
    /// The part of it between groups of answers.
    pub between: f64,
    /// The part of it within groups.
    pub within: f64,
}

/// Compares logits `[n][outputs]` on images with labels among the outputs; `groups` divide the outputs.
pub fn agreement(teacher: &[f32], student: &[f32], labels: &[usize], groups: &[Vec<usize>]) -> Agreement {
    let outputs = groups.iter().map(Vec::len).sum::<usize>().max(1);
    let rows = || teacher.chunks_exact(outputs).zip(student.chunks_exact(outputs));
    let (mut same, mut errors, mut same_errors, mut divergence, mut between) = (0, 0, 0, 0.0, 0.0);
    for ((told, said), &label) in rows().zip(labels) {
        let (first, alike) = (best(told), best(told) == best(said));
        same += usize::from(alike);
        errors += usize::from(first != label);
        same_errors += usize::from(alike && first != label);
        let (p, q) = (softmax(told, 1.0), softmax(said, 1.0));
        divergence += apart(&p, &q);
        let grouped = |p: &[f64]| groups.iter().map(|g| g.iter().map(|&k| p[k]).sum()).collect::<Vec<f64>>();
        between += apart(&grouped(&p), &grouped(&q));
    }
    let n = labels.len().max(1) as f64;
    let on_errors = (errors > 0).then(|| same_errors as f64 / errors as f64);
    let (divergence, between) = (divergence / n, between / n);
    Agreement { agreement: same as f64 / n, on_errors, divergence, between, within: divergence - between }
}

/// `Σ p log(p / q)`.
fn apart(p: &[f64], q: &[f64]) -> f64 {
    let each = p.iter().zip(q).filter(|(p, _)| **p > 0.0);
    each.map(|(p, q)| p * (libm::log(*p) - libm::log(q.max(f64::MIN_POSITIVE)))).sum()
}

#[cfg(test)]
mod tests {
    use super::super::wave;
    use super::*;

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let labels: Vec<usize> = (0..12).map(|i| i % 4).collect();
        let found = agreement(&wave(48, 1), &wave(48, 2), &labels, &[vec![0, 2], vec![1, 3]]);
        // By `reference.py`, beside this file.
        assert!(
            (found.agreement - 0.333_333_333).abs() < 1e-9 && (found.on_errors.unwrap() - 0.400_000_000).abs() < 1e-9,
            "{found:?}"
        );
        for (found, right) in
            [(found.divergence, 1.156_840_479), (found.between, 0.453_271_469), (found.within, 0.703_569_010)]
        {
            assert!((found - right).abs() < 1e-6, "{found} for {right}");
        }
    }

    #[test]
    fn a_copy_agrees_in_everything() {
        let teacher = wave(40, 1);
        let labels: Vec<usize> = teacher.chunks_exact(4).map(best).collect();
        let found = agreement(&teacher, &teacher, &labels, &[vec![0, 1, 2, 3]]);
        assert_eq!((found.agreement, found.on_errors), (1.0, None));
        assert!(found.divergence.abs() < 1e-12 && found.within.abs() < 1e-12);
    }
}
