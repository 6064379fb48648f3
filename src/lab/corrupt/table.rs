//! Answers to corrupted images as tables.

use super::Corruption;
use crate::catalog::{Proportion, Split};
use crate::lab::answers::{Part, confidence, proportion};
use crate::lab::train::best;
use crate::problem::Problem;
use crate::store::parquet::{Columns, Table};
use std::path::Path;

/// The file name of answers to corrupted images in a variant's folder.
pub const CORRUPTED: &str = "corrupted.parquet";

/// Steps of a confidence: finer ones tell nothing, and would be most of a file.
const STEPS: f32 = 65_536.0;

/// What was answered to a split's images under one corruption at one severity. Logits are not kept: of 25 sets of images
/// they would outweigh all else that is known of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrupted {
    /// What became of the images.
    pub corruption: Corruption,
    /// How much of it, from 1 to 5.
    pub severity: u8,
    /// Which images.
    pub split: Split,
    /// Their numbers.
    pub image: Vec<u32>,
    /// Their labels.
    pub label: Vec<u32>,
    /// The classes answered.
    pub prediction: Vec<u32>,
    /// How sure it was, and its lead over the second class, to 2^-16.
    pub sure: Vec<[f32; 2]>,
}

impl Corrupted {
    /// Answers, with confidences at `temperature`, which was fitted on images that nothing had happened to.
    pub fn of(corruption: Corruption, severity: u8, part: &Part, temperature: f64) -> Self {
        Self {
            corruption,
            severity,
            split: part.split,
            image: part.image.clone(),
            label: part.label.iter().map(|&l| l.into()).collect(),
            prediction: part.rows().map(|(_, logits)| best(logits) as u32).collect(),
            sure: part.rows().map(|(_, logits)| confidence(logits, temperature).map(coarse)).collect(),
        }
    }

    /// What the table [`CORRUPTED`] in a folder says; nothing where there is none.
    ///
    /// # Errors
    /// A broken table.
    pub fn read(folder: &Path) -> Result<Vec<Self>, Problem> {
        let path = folder.join(CORRUPTED);
        if !path.is_file() {
            return Ok(Vec::new());
        }
        let table = Table::read(&path)?;
        let (kind, severity, split) = (table.str("corruption")?, table.u32("severity")?, table.str("split")?);
        let rows: Vec<usize> = (0..table.rows()).collect();
        let sets = rows.chunk_by(|&a, &b| (&kind[a], severity[a], &split[a]) == (&kind[b], severity[b], &split[b]));
        sets.map(|rows| Self::set(&table, rows).map_err(|p| p.in_file(&path))).collect()
    }

    /// Rows of one corruption, severity and split.
    fn set(table: &Table, rows: &[usize]) -> Result<Self, Problem> {
        let at = rows.first().copied().unwrap_or(0);
        let (kind, split) = (&table.str("corruption")?[at], &table.str("split")?[at]);
        let unknown = || Problem::new("an unknown corruption").received(format!("`{kind}`"));
        let those = |name: &str| {
            let column = table.u32(name)?;
            Ok::<Vec<u32>, Problem>(rows.iter().map(|&row| column[row]).collect())
        };
        let (confidence, margin) = (table.f32("confidence")?, table.f32("margin")?);
        Ok(Self {
            corruption: Corruption::named(kind).ok_or_else(unknown)?,
            severity: table.u32("severity")?[at] as u8,
            split: if *split == Split::Validation.name() { Split::Validation } else { Split::Test },
            image: those("image")?,
            label: those("label")?,
            prediction: those("prediction")?,
            sure: rows.iter().map(|&row| [confidence[row], margin[row]]).collect(),
        })
    }

    /// Image by image, whether the answer is right.
    pub fn right(&self) -> impl Iterator<Item = bool> + '_ {
        self.label.iter().zip(&self.prediction).map(|(label, prediction)| label == prediction)
    }

    /// The table [`CORRUPTED`]: `corruption`, `severity`, then the columns of `predictions.parquet` that are kept.
    pub fn columns(all: &[Self]) -> Columns {
        let each = |text: fn(&Self) -> &'static str| all.iter().flat_map(move |c| vec![text(c); c.image.len()]);
        let number = |of: fn(&Self) -> &Vec<u32>| all.iter().flat_map(of).copied().collect();
        let sure = |i: usize| all.iter().flat_map(|c| &c.sure).map(|s| s[i]).collect();
        let severities = all.iter().flat_map(|c| vec![u32::from(c.severity); c.image.len()]);
        Columns::new()
            .str("corruption", each(|c| c.corruption.name()))
            .u32("severity", severities.collect())
            .u32("image", number(|c| &c.image))
            .str("split", each(|c| c.split.name()))
            .u32("label", number(|c| &c.label))
            .u32("prediction", number(|c| &c.prediction))
            .f32("confidence", sure(0))
            .f32("margin", sure(1))
    }
}

fn coarse(confidence: f32) -> f32 {
    (confidence * STEPS).round() / STEPS
}

/// How often a network is right under one corruption at one severity.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// What became of the images.
    pub corruption: Corruption,
    /// How much of it.
    pub severity: u8,
    /// Over all images.
    pub all: Proportion,
    /// Over each class's images, by label.
    pub per_class: Vec<Proportion>,
}

/// How often the answers are right, overall and by each of so many classes.
pub fn kept(all: &[Corrupted], classes: usize) -> Vec<Kept> {
    let one = |c: &Corrupted| Kept {
        corruption: c.corruption,
        severity: c.severity,
        all: share(c, |_| true),
        per_class: (0..classes).map(|class| share(c, |label| label as usize == class)).collect(),
    };
    all.iter().map(one).collect()
}

fn share(corrupted: &Corrupted, among: impl Fn(u32) -> bool) -> Proportion {
    let asked = corrupted.label.iter().zip(corrupted.right()).filter(|(label, _)| among(**label));
    let (count, of) = asked.fold((0, 0), |(right, of), (_, is)| (right + u64::from(is), of + 1));
    proportion(count, of)
}

/// A row for each corruption, severity and class, and one for all classes together (`class` is then empty).
pub fn kept_columns(all: &[Kept], classes: &[String]) -> Columns {
    let of = |k: &Kept| {
        let each = k.per_class.iter().zip(classes).map(|(p, class)| (class.clone(), *p));
        std::iter::once((String::new(), k.all)).chain(each).collect::<Vec<_>>()
    };
    let rows: Vec<(&Kept, String, Proportion)> =
        all.iter().flat_map(|k| of(k).into_iter().map(move |(class, p)| (k, class, p))).collect();
    let figure = |part: fn(&Proportion) -> f64| rows.iter().map(|(_, _, p)| part(p)).collect();
    Columns::new()
        .str("corruption", rows.iter().map(|(k, ..)| k.corruption.name()))
        .u32("severity", rows.iter().map(|(k, ..)| k.severity.into()).collect())
        .str("class", rows.iter().map(|(_, class, _)| class.as_str()))
        .u64("right", rows.iter().map(|(_, _, p)| p.count).collect())
        .u64("images", rows.iter().map(|(_, _, p)| p.of).collect())
        .f64("accuracy", figure(|p| p.value))
        .f64("accuracy_low", figure(|p| p.low))
        .f64("accuracy_high", figure(|p| p.high))
}
