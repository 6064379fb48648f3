//! Pseudo-subclasses of a teacher that is not trained again, in the manner of learned embedding linear projections (Loo
//! et al. 2024, arXiv 2409.20449): what its embeddings tell and its classifier does not see.
//!
//! For each class, the principal components of its training images' embeddings within the null space of the classifier.
//! Each of the first `each / 2` has two ends, which are two pseudo-subclasses; given its class, an image belongs to them
//! by the softmax of how many deviations it lies towards each end.

use super::super::lesson::{POSITIVE, Told, WEIGHT, positive, weight, wrong};
use super::super::math::{constant, log_probabilities};
use super::super::{Lesson, Method, Term};
use super::labels::contiguous;
use super::loss::{Chain, finest, groups_of};
use super::principal::components;
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use candle_core::{D, Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `(1 − alpha) · CE + alpha · T² · [class · KL between classes + within · KL within them]` over pseudo-subclasses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pseudo {
    /// Pseudo-subclasses of a class, an even number; the student answers with as many by `labels`.
    pub each: usize,
    /// `T`, by which the teacher's class logits and the student's logits are divided.
    #[serde(default = "temperature")]
    pub temperature: f64,
    /// Factor of deviations before the softmax: the larger, the more an image belongs to one pseudo-subclass alone.
    #[serde(default = "one")]
    pub sharpness: f64,
    /// Weight of the teacher against the labels, from 0 to 1.
    #[serde(default = "alpha")]
    pub alpha: f64,
    /// Weight of how classes are told apart.
    #[serde(default = "one")]
    pub class: f64,
    /// Weight of how the pseudo-subclasses of a class are.
    #[serde(default = "one")]
    pub within: f64,
}

fn temperature() -> f64 {
    4.0
}

fn alpha() -> f64 {
    0.5
}

fn one() -> f64 {
    1.0
}

impl Method for Pseudo {
    fn complaints(&self) -> Vec<(&'static str, String)> {
        wrong([
            ("each", self.each > 0 && self.each.is_multiple_of(2), "must be an even number above zero"),
            ("temperature", positive(self.temperature), POSITIVE),
            ("sharpness", positive(self.sharpness), POSITIVE),
            ("alpha", (0.0..=1.0).contains(&self.alpha), "must be within 0 and 1"),
            ("class", weight(self.class), WEIGHT),
            ("within", weight(self.within), WEIGHT),
        ])
    }

    fn misfits(&self, lesson: &Lesson) -> Vec<Problem> {
        let groups = contiguous(lesson.teacher.classes(), self.each);
        let what = format!("the student must answer with {} subclasses of each of {} classes", self.each, groups.len());
        let remedy = "`labels = { partition = …, subclasses = { invented = { each = …, beta = 0.0 } } }`";
        let told = || Problem::new(what).received(finest(lesson.student)).remedy(remedy);
        if groups_of(lesson.student) == Some(&groups) { Vec::new() } else { vec![told()] }
    }

    fn weight(&self) -> f64 {
        self.alpha
    }

    fn labels(&self) -> f64 {
        1.0 - self.alpha
    }

    fn term(&self, lesson: &Lesson, teacher: &Executor, data: &Dataset) -> std::result::Result<Box<dyn Term>, Problem> {
        let embedding = lesson.teacher.layers[lesson.teacher.finest() - 1].from;
        let [_, _, width] = teacher.shape(embedding);
        let told = teacher.outputs(&data.train.scaled(&data.scaling), &[embedding]).swap_remove(0);
        let classifier = &teacher.weights(lesson.teacher.finest() - 1)[0];
        let mut ends = Ends { width, towards: Vec::new(), offset: Vec::new() };
        let basis = basis(classifier, width);
        for class in 0..lesson.teacher.classes() {
            let mine = told.chunks_exact(width).zip(&data.train.label).filter(|(_, l)| usize::from(**l) == class);
            let mine: Vec<&[f32]> = mine.map(|(row, _)| row).collect();
            let blame = |p: Problem| p.received(format!("class `{}` of {} images", data.classes[class], mine.len()));
            ends.add(&mine, &basis, self).map_err(blame)?;
        }
        let chain = Chain {
            groups: contiguous(lesson.teacher.classes(), self.each),
            temperature: self.temperature,
            class: self.class,
            within: self.within,
            emphasis: None,
        };
        Ok(Box::new(Projected { student: lesson.student.finest(), embedding, ends, chain }))
    }
}

/// An orthonormal basis of what a classifier `[width][classes]` sees (Gram and Schmidt, twice over for precision).
fn basis(classifier: &[f32], width: usize) -> Vec<Vec<f64>> {
    let classes = classifier.len() / width;
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for class in 0..classes {
        let column: Vec<f64> = (0..width).map(|row| f64::from(classifier[row * classes + class])).collect();
        let length = dot(&column, &column).sqrt();
        let rest = outside(&basis, outside(&basis, column));
        let left = dot(&rest, &rest).sqrt();
        if left > 1e-6 * length {
            basis.push(rest.into_iter().map(|v| v / left).collect());
        }
    }
    basis
}

/// What of a vector lies outside a basis.
fn outside(basis: &[Vec<f64>], mut vector: Vec<f64>) -> Vec<f64> {
    for axis in basis {
        let along = dot(axis, &vector);
        vector.iter_mut().zip(axis).for_each(|(v, a)| *v -= along * a);
    }
    vector
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// How far an embedding lies towards each pseudo-subclass: `h · towards − offset`.
#[derive(Clone, Debug, Default)]
struct Ends {
    width: usize,
    /// One vector of `width` for each pseudo-subclass.
    towards: Vec<Vec<f64>>,
    offset: Vec<f64>,
}

impl Ends {
    /// Both ends of the first components of a class's embeddings.
    fn add(&mut self, rows: &[&[f32]], basis: &[Vec<f64>], how: &Pseudo) -> std::result::Result<(), Problem> {
        let (n, width) = (rows.len() as f64, self.width);
        let rows: Vec<Vec<f64>> =
            rows.iter().map(|r| outside(basis, r.iter().map(|&v| f64::from(v)).collect())).collect();
        let mean: Vec<f64> = (0..width).map(|i| rows.iter().map(|r| r[i]).sum::<f64>() / n.max(1.0)).collect();
        let mut covariance = vec![0.0; width * width];
        for row in &rows {
            for i in 0..width {
                let x = (row[i] - mean[i]) / n;
                (0..width).for_each(|j| covariance[i * width + j] += x * (row[j] - mean[j]));
            }
        }
        let found = components(covariance, width);
        for (axis, variance) in found.vectors.iter().zip(&found.values).take(how.each / 2) {
            let length: f64 = dot(&mean, &mean) + found.values.iter().sum::<f64>();
            if rows.len() <= how.each || *variance <= 1e-10 * length {
                let what = "the teacher's embeddings have too few directions that its classifier does not see";
                return Err(Problem::new(what).remedy("lower `each`, or take a wider teacher"));
            }
            for scale in [how.sharpness, -how.sharpness].map(|s| s / variance.sqrt()) {
                self.offset.push(scale * dot(axis, &mean));
                self.towards.push(axis.iter().map(|a| scale * a).collect());
            }
        }
        Ok(())
    }

    /// `[n][pseudo-subclasses]` of embeddings `[n][width]`.
    fn scores(&self, embeddings: &Tensor) -> Result<Tensor> {
        let towards = constant(&self.towards.concat(), &[self.towards.len(), self.width], embeddings)?;
        embeddings.matmul(&towards.t()?)?.broadcast_sub(&constant(&self.offset, &[1, self.offset.len()], embeddings)?)
    }
}

/// A teacher's answers divided by its embeddings.
struct Projected {
    student: usize,
    embedding: usize,
    ends: Ends,
    chain: Chain,
}

impl Projected {
    /// Log-probabilities of pseudo-subclasses, `[n][classes · each]`.
    fn teacher(&self, told: &Told) -> Result<Tensor> {
        let class = log_probabilities(told.logits, self.chain.temperature)?;
        let (n, classes) = class.dims2()?;
        let scores = self.ends.scores(&told.features[0].flatten_from(1)?)?;
        let within = log_probabilities(&scores.reshape((n, classes, scores.dim(D::Minus1)? / classes))?, 1.0)?;
        within.broadcast_add(&class.unsqueeze(2)?)?.flatten_from(1)
    }
}

impl Term for Projected {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        self.chain.loss(&self.teacher(told)?, &seen.features[0].flatten_from(1)?, seen.done)
    }

    fn student(&self) -> Vec<usize> {
        vec![self.student]
    }

    fn teacher(&self) -> Vec<usize> {
        vec![self.embedding]
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{Batch, agrees_with_differences, alone, wave};
    use super::*;

    const PSEUDO: Pseudo = Pseudo { each: 2, temperature: 2.0, sharpness: 1.5, alpha: 0.5, class: 1.0, within: 1.0 };

    /// Embeddings of width 4 of 12 images, of two classes in turn; a classifier of two classes.
    fn projected() -> Projected {
        let (embeddings, classifier) = (spread(48), [1.0f32, 0.5, 0.0, -1.0, 2.0, 0.0, 0.0, 1.0]);
        let mut ends = Ends { width: 4, ..Ends::default() };
        for class in 0..2 {
            let rows: Vec<&[f32]> = embeddings.chunks_exact(4).skip(class).step_by(2).collect();
            ends.add(&rows, &basis(&classifier, 4), &PSEUDO).unwrap();
        }
        let chain = Chain { groups: contiguous(2, 2), temperature: 2.0, class: 1.0, within: 1.0, emphasis: None };
        Projected { student: 1, embedding: 1, ends, chain }
    }

    /// Numbers without a short period, as in `reference.py`.
    fn spread(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * i) as f64 * 0.37 + i as f64).sin() as f32).collect()
    }

    fn batch() -> Batch {
        let teacher = wave(6, 2);
        Batch {
            student: wave(6, 1),
            teacher,
            features: vec![(wave(12, 3), [3, 1, 1, 4])],
            heard: vec![(wave(12, 4), [3, 1, 1, 4])],
            ..Batch::new(&[], &[], &[0, 1, 1])
        }
    }

    #[test]
    fn agrees_with_numbers_computed_apart() {
        // By `reference.py`, beside this file.
        let (found, right) = (alone(&projected(), &batch()), 2.187_190_347);
        assert!((found - right).abs() < 1e-6, "{found} for {right}");
    }

    #[test]
    fn the_classifier_sees_no_direction() {
        let classifier = [1.0, 0.5, 0.0, -1.0, 2.0, 0.0, 0.0, 1.0];
        for towards in projected().ends.towards {
            for class in 0..2 {
                let seen: f64 = (0..4).map(|row| towards[row] * classifier[row * 2 + class]).sum();
                assert!(seen.abs() < 1e-9, "{seen}");
            }
        }
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&projected(), &batch());
    }

    #[test]
    fn embeddings_without_directions_are_refused() {
        let mut ends = Ends { width: 4, ..Ends::default() };
        let same: &[f32] = &[1.0, 2.0, 3.0, 4.0];
        let told = ends.add(&[same; 9], &[], &PSEUDO).unwrap_err().to_string();
        assert!(told.contains("too few directions"), "{told}");
    }
}
