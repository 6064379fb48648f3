//! Networks whose labels are superclasses, and what they answer below these.

use super::{Auxiliary, Partition};
use crate::lab::architecture::Architecture;
use crate::lab::data::{Dataset, Images};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Labels that are a partition's superclasses: of its classes a network sees nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Labels {
    /// The partition.
    pub partition: String,
    /// What the network answers with below a superclass, whose logit is then the log of the sum of exponentials; nothing
    /// unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subclasses: Option<Subclasses>,
}

/// What a network answers with below a superclass.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Subclasses {
    /// The partition's classes.
    Known,
    /// Subclasses that it invents, so many for each superclass.
    Invented(Invented),
}

/// Subclasses that a network invents, made to be used by a loss that is the less, the less the images of a batch look
/// alike (Müller, Kornblith and Hinton 2020).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Invented {
    /// How many for each superclass.
    pub each: usize,
    /// Weight of that loss; 0 for a student, which learns its teacher's.
    #[serde(default = "one")]
    pub beta: f64,
    /// Temperature of that loss.
    #[serde(default = "one")]
    pub temperature: f64,
}

fn one() -> f64 {
    1.0
}

impl Labels {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let Some(Subclasses::Invented(Invented { each, beta, temperature })) = self.subclasses else {
            return Vec::new();
        };
        let all = [
            ("each", (1..=256).contains(&each), "must be from 1 to 256"),
            ("beta", beta.is_finite() && beta >= 0.0, "must be a finite number from zero up"),
            ("temperature", temperature.is_finite() && temperature > 0.0, "must be a finite number above zero"),
        ];
        all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
    }

    /// A network that answers so, of one that answers with some number of classes.
    pub fn architecture(&self, partition: &Partition, plain: impl Fn(usize) -> Architecture) -> Architecture {
        match self.subclasses {
            None => plain(partition.groups.len()),
            Some(Subclasses::Known) => {
                plain(partition.groups.iter().map(Vec::len).sum()).grouped(partition.groups.clone())
            }
            Some(Subclasses::Invented(Invented { each, .. })) => {
                let groups = contiguous(partition.groups.len(), each);
                plain(partition.groups.len() * each).grouped(groups)
            }
        }
    }

    /// Names of its finest answers: the classes if they are known, numbered superclasses if they are invented.
    pub fn outputs(&self, partition: &Partition, classes: &[String]) -> Vec<String> {
        match self.subclasses {
            None => partition.names.clone(),
            Some(Subclasses::Known) => classes.to_vec(),
            Some(Subclasses::Invented(Invented { each, .. })) => {
                partition.names.iter().flat_map(|n| (1..=each).map(move |i| format!("{n}-{i}"))).collect()
            }
        }
    }

    /// The loss by which a network invents, with its weight.
    pub fn auxiliary(&self, architecture: &Architecture) -> Option<(f64, Auxiliary)> {
        let Some(Subclasses::Invented(Invented { beta, temperature, .. })) = self.subclasses else { return None };
        (beta > 0.0).then(|| (beta, Auxiliary { tensor: architecture.finest(), temperature }))
    }
}

/// Groups of `each` after one another.
pub(super) fn contiguous(groups: usize, each: usize) -> Vec<Vec<usize>> {
    (0..groups).map(|g| (g * each..(g + 1) * each).collect()).collect()
}

/// The same images with superclasses as labels.
pub fn relabelled(data: &Dataset, partition: &Partition) -> Dataset {
    let of = |images: &Images| {
        let label = images.label.iter().map(|&l| partition.group_of(usize::from(l)) as u8).collect();
        Images { label, ..images.clone() }
    };
    let (train, validation, test) = (of(&data.train), of(&data.validation), of(&data.test));
    Dataset { classes: partition.names.clone(), train, validation, test, ..data.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::separable;
    use crate::lab::data;

    fn partition() -> Partition {
        Partition { names: vec!["x".into(), "y".into()], groups: vec![vec![2, 0], vec![1]] }
    }

    fn labels(text: &str) -> Labels {
        crate::config::load(crate::problem::Source::new("t.toml", text)).unwrap().0
    }

    #[test]
    fn a_network_answers_with_classes_and_below_with_subclasses() {
        let plain = |classes| separable([8, 8, 1], classes, 4, &[]);
        let names = ["a", "b", "c"].map(String::from);
        for (text, finest, outputs) in [
            ("partition = \"p\"", 2, vec!["x", "y"]),
            ("partition = \"p\"\nsubclasses = \"known\"", 3, vec!["a", "b", "c"]),
            ("partition = \"p\"\nsubclasses = { invented = { each = 2 } }", 4, vec!["x-1", "x-2", "y-1", "y-2"]),
        ] {
            let architecture = labels(text).architecture(&partition(), plain);
            architecture.check().unwrap();
            assert_eq!(architecture.classes(), 2);
            assert_eq!(architecture.shapes().unwrap()[architecture.finest()], [1, 1, finest]);
            assert_eq!(labels(text).outputs(&partition(), &names), outputs);
        }
        let wrong =
            labels("partition = \"p\"\nsubclasses = { invented = { each = 0, beta = -1.0, temperature = 0.0 } }");
        assert_eq!(wrong.complaints().into_iter().map(|c| c.0).collect::<Vec<_>>(), ["each", "beta", "temperature"]);
    }

    #[test]
    fn images_keep_everything_but_their_labels() {
        let data = data::load("fashion-mnist-subset", None).unwrap();
        let groups = vec![vec![0, 4, 5, 8, 9], vec![1, 2, 3, 6, 7]];
        let new = relabelled(&data, &Partition { names: vec!["x".into(), "y".into()], groups });
        assert!(new.train.pixels == data.train.pixels && new.test.number == data.test.number && new.classes.len() == 2);
        let right = |(old, new): (&u8, &u8)| *new == u8::from([1, 2, 3, 6, 7].contains(old));
        assert!(data.validation.label.iter().zip(&new.validation.label).all(right));
    }
}
