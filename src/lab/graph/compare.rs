//! Over seeds: mean and deviation of a variant, and paired tests between two.

use crate::catalog::{ModelProfile, PREDICTIONS};
use crate::lab::recipe::{Instance, Recipe};
use crate::problem::Problem;
use crate::stats::{mcnemar, paired};
use crate::store::parquet::Table;
use std::path::Path;

/// Confidence of the interval of a difference.
const CONFIDENCE: f64 = 0.95;

/// Test accuracy of a variant over its seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The variant.
    pub variant: String,
    /// How many seeds.
    pub seeds: usize,
    /// Mean test accuracy.
    pub mean: f64,
    /// Its sample standard deviation over seeds.
    pub deviation: f64,
}

/// The difference of two variants' test accuracies, over the seeds that both have.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The first variant.
    pub of: String,
    /// The one it is compared with.
    pub with: String,
    /// Mean difference, with the ends of its 95 % interval (paired t over seeds); none with one seed.
    pub difference: f64,
    /// Ends of the interval.
    pub interval: Option<(f64, f64)>,
    /// Exact p-value of McNemar's test, seed by seed.
    pub mcnemar: Vec<f64>,
}

/// Of variants with several seeds.
pub fn spreads(profiles: &[(Instance, ModelProfile)]) -> Vec<Spread> {
    let mut found: Vec<(String, Vec<f64>)> = Vec::new();
    for (instance, profile) in profiles {
        let value = profile.accuracy.test.value;
        match found.iter_mut().find(|(name, _)| *name == instance.variant) {
            Some((_, values)) => values.push(value),
            None => found.push((instance.variant.clone(), vec![value])),
        }
    }
    found.into_iter().filter(|(_, values)| values.len() > 1).map(|(name, values)| spread(name, &values)).collect()
}

fn spread(variant: String, values: &[f64]) -> Spread {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Spread { variant, seeds: values.len(), mean, deviation: (squares / (n - 1.0)).sqrt() }
}

/// All comparisons of which both sides are made. Networks that answer with unlike classes stand side by side in tables
/// only: their accuracies are not of the same thing.
pub fn compared(recipe: &Recipe, out: &Path, profiles: &[(Instance, ModelProfile)]) -> Result<Vec<Compared>, Problem> {
    let mut all = Vec::new();
    for comparison in &recipe.comparisons {
        let of = |variant: &str| profiles.iter().filter(|(i, _)| i.variant == variant).collect::<Vec<_>>();
        let (first, second) = (of(&comparison.of), of(&comparison.with));
        let beside = |seed| second.iter().find(|(i, _)| i.seed == seed);
        let pairs = first.iter().filter_map(|a| Some((*a, *beside(a.0.seed)?)));
        let pairs: Vec<_> = pairs.filter(|(a, b)| a.1.classes == b.1.classes).collect();
        if !pairs.is_empty() {
            all.push(compare(comparison.of.clone(), comparison.with.clone(), out, &pairs)?);
        }
    }
    Ok(all)
}

type Made = (Instance, ModelProfile);

fn compare(of: String, with: String, out: &Path, pairs: &[(&Made, &Made)]) -> Result<Compared, Problem> {
    let [a, b]: [Vec<f64>; 2] = [
        pairs.iter().map(|(a, _)| a.1.accuracy.test.value).collect(),
        pairs.iter().map(|(_, b)| b.1.accuracy.test.value).collect(),
    ];
    let difference = a.iter().zip(&b).map(|(a, b)| a - b).sum::<f64>() / a.len() as f64;
    let interval = (a.len() > 1).then(|| paired(&a, &b, CONFIDENCE)).map(|i| (i.low, i.high));
    let test = |(a, b): &(&Made, &Made)| Ok(discordant(&right(&out.join(&a.0.name))?, &right(&out.join(&b.0.name))?));
    let mcnemar = pairs.iter().map(test).collect::<Result<_, Problem>>()?;
    Ok(Compared { of, with, difference, interval, mcnemar })
}

fn discordant(a: &[bool], b: &[bool]) -> f64 {
    let only = |x: &[bool], y: &[bool]| x.iter().zip(y).filter(|(x, y)| **x && !**y).count() as u64;
    mcnemar(only(a, b), only(b, a))
}

/// Which test images a network's own answer is right on.
fn right(folder: &Path) -> Result<Vec<bool>, Problem> {
    let table = Table::read(&folder.join(PREDICTIONS))?;
    let (split, label, prediction) = (table.str("split")?, table.u32("label")?, table.u32("prediction")?);
    let (cut, tap) = (table.str("cut")?, table.str("tap")?);
    let codec = table.str("codec")?;
    let own = |row: &usize| {
        (split[*row].as_str(), cut[*row].as_str(), tap[*row].as_str(), codec[*row].as_str())
            == ("test", crate::lab::architecture::INPUT, crate::lab::architecture::ANSWER, "raw")
    };
    Ok((0..table.rows()).filter(own).map(|row| label[row] == prediction[row]).collect())
}
