//! Relational distillation (Park et al. 2019, arXiv 1904.05068, equations 6 to 9): distances between images, and angles
//! among three, are to be as in the teacher's embedding.

use super::lesson::{Told, WEIGHT, weight, wrong};
use super::math::{TINY, huber, unit};
use super::taps::Pair;
use super::{Lesson, Method, Term, taps};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::lab::train::Seen;
use crate::problem::Problem;
use candle_core::{D, Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `CE + distance · Huber(distances over their mean) + angle · Huber(cosines of angles)`, means over all pairs and
/// triples of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rkd {
    /// The student's tap and the teacher's whose tensors are the embeddings.
    #[serde(default = "pooled")]
    pub taps: Pair,
    /// Weight of distances.
    #[serde(default = "distance")]
    pub distance: f64,
    /// Weight of angles.
    #[serde(default = "angle")]
    pub angle: f64,
}

fn pooled() -> Pair {
    ["pool".into(), "pool".into()]
}

fn distance() -> f64 {
    25.0
}

fn angle() -> f64 {
    50.0
}

impl Method for Rkd {
    fn complaints(&self) -> Vec<(&'static str, String)> {
        wrong([("distance", weight(self.distance), WEIGHT), ("angle", weight(self.angle), WEIGHT)])
    }

    fn misfits(&self, lesson: &Lesson) -> Vec<Problem> {
        taps::tensors(std::slice::from_ref(&self.taps), lesson).err().into_iter().collect()
    }

    fn weight(&self) -> f64 {
        1.0
    }

    fn term(&self, lesson: &Lesson, _: &Executor, _: &Dataset) -> std::result::Result<Box<dyn Term>, Problem> {
        let tensors = taps::tensors(std::slice::from_ref(&self.taps), lesson)?;
        Ok(Box::new(Relations { tensors, distance: self.distance, angle: self.angle }))
    }
}

/// One embedding of each network.
struct Relations {
    tensors: [Vec<usize>; 2],
    distance: f64,
    angle: f64,
}

/// `[n][n][d]` differences of rows.
fn differences(rows: &Tensor) -> Result<Tensor> {
    rows.unsqueeze(0)?.broadcast_sub(&rows.unsqueeze(1)?)
}

/// `[n][n]` distances over their mean among unlike images, 0 on the diagonal.
fn distances(differences: &Tensor) -> Result<Tensor> {
    let n = differences.dim(0)?;
    let apart = (Tensor::ones((n, n), differences.dtype(), differences.device())?
        - Tensor::eye(n, differences.dtype(), differences.device())?)?;
    let all = ((differences.sqr()?.sum(D::Minus1)? + TINY)?.sqrt()? * apart)?;
    let mean = (all.sum_all()? / (n * (n - 1)) as f64)?;
    all.broadcast_div(&(mean + TINY)?)
}

/// `[n][n][n]` cosines of the angle at the first image between the other two.
fn angles(differences: &Tensor) -> Result<Tensor> {
    let directions = unit(differences)?;
    directions.matmul(&directions.transpose(1, 2)?)
}

impl Term for Relations {
    fn loss(&self, seen: &Seen, told: &Told) -> Result<Tensor> {
        let [mine, theirs] = [seen.features, told.features].map(|f| differences(&f[0].flatten_from(1)?));
        let (mine, theirs) = (mine?, theirs?);
        let off = |of: fn(&Tensor) -> Result<Tensor>| huber(&(of(&mine)? - of(&theirs)?)?)?.mean_all();
        let mut sum = super::math::zero(seen.logits)?;
        if self.distance > 0.0 {
            sum = (sum + (off(distances)? * self.distance)?)?;
        }
        if self.angle > 0.0 {
            sum = (sum + (off(angles)? * self.angle)?)?;
        }
        Ok(sum)
    }

    fn student(&self) -> Vec<usize> {
        self.tensors[0].clone()
    }

    fn teacher(&self) -> Vec<usize> {
        self.tensors[1].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{agrees_with_differences, alone, featured};
    use super::*;

    fn relations(distance: f64, angle: f64) -> Relations {
        Relations { tensors: [vec![1], vec![1]], distance, angle }
    }

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let batch = featured([1, 1, 4], [1, 1, 3], [1, 1, 1], [1, 1, 1]);
        // By `reference.py`, beside this file.
        for (distance, angle, right) in [(1.0, 0.0, 0.031_045_242), (0.0, 1.0, 0.006_711_826)] {
            let found = alone(&relations(distance, angle), &batch);
            assert!((found - right).abs() < 1e-8, "{found} for {right}");
        }
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        agrees_with_differences(&relations(25.0, 50.0), &featured([1, 1, 4], [1, 1, 3], [1, 1, 1], [1, 1, 1]));
    }
}
