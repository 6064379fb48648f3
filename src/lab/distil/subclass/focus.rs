//! Which classes matter, where, and when in a training.

use crate::config::Named;
use crate::lab::train::Seen;
use crate::problem::{Problem, remedy_for_name};
use candle_core::{Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Classes that a training favours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Focus {
    /// Weights of classes by name; the others weigh 1.
    pub weights: Named<f64>,
    /// What is weighted.
    pub on: Vec<Place>,
    /// Points of (share of the training done, strength from 0 to 1), straight lines between: at strength 0 all weigh 1, at
    /// strength 1 as said. Without any the strength is always 1.
    #[serde(default)]
    pub curriculum: Vec<[f64; 2]>,
}

/// What can be weighted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Place {
    /// How often an epoch shows a class's images.
    Sampling,
    /// The labels' cross-entropy.
    Labels,
    /// How subclasses are told apart within a class (`subclass` and `pseudo`).
    Within,
    /// Losses on features (`fitnet` and `attention`).
    Features,
}

impl Focus {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let positive = |w: &f64| w.is_finite() && *w > 0.0;
        let share = |x: f64| (0.0..=1.0).contains(&x);
        let curve = &self.curriculum;
        let rising = curve.windows(2).all(|w| w[0][0] < w[1][0]) && curve.iter().all(|p| share(p[0]) && share(p[1]));
        let all = [
            ("weights", !self.weights.is_empty(), "must name a class"),
            ("weights", self.weights.iter().all(|(_, w)| positive(w)), "must be finite numbers above zero"),
            ("on", !self.on.is_empty(), "must name something: sampling, labels, within, features"),
            ("curriculum", rising, "must have rising shares of the training and strengths, all within 0 and 1"),
        ];
        all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
    }

    /// Numbers for names, where labels and finest answers are called so.
    ///
    /// # Errors
    /// Names that neither has.
    pub fn emphasis(&self, labels: &[String], outputs: &[String]) -> std::result::Result<Emphasis, Vec<Problem>> {
        let known = |name: &str| labels.iter().chain(outputs).any(|c| c == name);
        let told = |name: &str| {
            let remedy = remedy_for_name(name, labels.iter().chain(outputs).map(String::as_str));
            Problem::new("unknown class").received(format!("`{name}`")).remedy(remedy)
        };
        let wrong: Vec<_> = self.weights.names().filter(|n| !known(n)).map(told).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let numbers = |of: &[String]| of.iter().map(|c| self.weights.get(c).copied().unwrap_or(1.0)).collect();
        let (labels, outputs) = (numbers(labels), numbers(outputs));
        Ok(Emphasis { labels, outputs, on: self.on.clone(), curriculum: self.curriculum.clone() })
    }
}

/// Weights by label and by finest answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Emphasis {
    labels: Vec<f64>,
    outputs: Vec<f64>,
    on: Vec<Place>,
    curriculum: Vec<[f64; 2]>,
}

impl Emphasis {
    /// Always and everywhere the same weights, of labels and finest answers alike.
    pub fn everywhere(weights: &[f64]) -> Self {
        let on = vec![Place::Sampling, Place::Labels, Place::Within, Place::Features];
        Self { labels: weights.into(), outputs: weights.into(), on, curriculum: Vec::new() }
    }

    /// How far weights are from 1, at some share of the training.
    fn strength(&self, done: f64) -> f64 {
        let curve = &self.curriculum;
        let Some(next) = curve.iter().position(|p| p[0] > done) else { return curve.last().map_or(1.0, |p| p[1]) };
        let [to, high] = curve[next];
        let Some([from, low]) = next.checked_sub(1).map(|i| curve[i]) else { return high };
        low + (high - low) * (done - from) / (to - from)
    }

    fn at(&self, weights: &[f64], place: Place, done: f64) -> Option<Vec<f64>> {
        let strength = self.strength(done);
        self.on.contains(&place).then(|| weights.iter().map(|w| 1.0 + strength * (w - 1.0)).collect())
    }

    /// Weights by label, if they matter there.
    pub fn labels(&self, place: Place, done: f64) -> Option<Vec<f64>> {
        self.at(&self.labels, place, done)
    }

    /// Weights by finest answer, if they matter there.
    pub fn outputs(&self, place: Place, done: f64) -> Option<Vec<f64>> {
        self.at(&self.outputs, place, done)
    }

    /// The weight of each image of a batch by its label, `[n]`.
    ///
    /// # Errors
    /// candle's own.
    pub fn images(&self, place: Place, seen: &Seen) -> Result<Option<Tensor>> {
        let Some(weights) = self.labels(place, seen.done) else { return Ok(None) };
        let each: Vec<f64> = seen.labels.to_vec1::<u32>()?.into_iter().map(|l| weights[l as usize]).collect();
        let n = each.len();
        Ok(Some(Tensor::from_vec(each, n, seen.labels.device())?))
    }

    /// The weight of each image for losses on features.
    pub(in crate::lab::distil) fn on_features(this: Option<&Self>, seen: &Seen) -> Result<Option<Tensor>> {
        this.map_or(Ok(None), |emphasis| emphasis.images(Place::Features, seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn focus(text: &str) -> Focus {
        crate::config::load(crate::problem::Source::new("t.toml", text)).unwrap().0
    }

    #[test]
    fn weights_follow_the_curriculum() {
        let focus =
            focus("weights = { b = 3.0 }\non = [\"labels\"]\ncurriculum = [[0.2, 0.0], [0.6, 1.0], [1.0, 0.5]]");
        assert!(focus.complaints().is_empty());
        let names = ["a", "b"].map(String::from);
        let emphasis = focus.emphasis(&names, &[]).unwrap();
        for (done, right) in [(0.0, 1.0), (0.2, 1.0), (0.4, 2.0), (0.6, 3.0), (0.8, 2.5), (0.99, 2.025)] {
            let found = emphasis.labels(Place::Labels, done).unwrap();
            assert!(found[0] == 1.0 && (found[1] - right).abs() < 1e-9, "{done}: {found:?}");
        }
        assert_eq!(emphasis.labels(Place::Sampling, 0.5), None);
        assert_eq!(Emphasis::everywhere(&[2.0]).outputs(Place::Within, 0.0), Some(vec![2.0]));
    }

    #[test]
    fn a_senseless_focus_is_named() {
        let wrong = focus("weights = { b = 0.0 }\non = []\ncurriculum = [[0.5, 0.0], [0.5, 2.0]]");
        let keys: Vec<_> = wrong.complaints().into_iter().map(|c| c.0).collect();
        assert_eq!(keys, ["weights", "on", "curriculum"]);
        let told = wrong.emphasis(&["bb".into()], &["c".into()]).unwrap_err();
        assert!(told[0].to_string().contains("unknown class; received `b`"), "{}", told[0]);
    }
}
