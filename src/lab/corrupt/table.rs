//! Answers to corrupted images as tables.

use super::Corruption;
use crate::catalog::Proportion;
use crate::lab::answers::{Output, Part, right};
use crate::lab::architecture::{ANSWER, INPUT};
use crate::store::parquet::Columns;

/// The file name of answers to corrupted images in a variant's folder.
pub const CORRUPTED: &str = "corrupted.parquet";

/// What was answered to a split's images under one corruption at one severity.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrupted {
    /// What became of the images.
    pub corruption: Corruption,
    /// How much of it, from 1 to 5.
    pub severity: u8,
    /// The answers.
    pub part: Part,
}

impl Corrupted {
    /// The table [`CORRUPTED`]: `corruption`, `severity`, then the columns of `predictions.parquet`, for raw images;
    /// confidences at `temperature`, which was fitted on images that nothing had happened to.
    pub fn columns(all: &[Self], temperature: f64) -> Columns {
        let each = |text: fn(&Self) -> &'static str| all.iter().flat_map(move |c| vec![text(c); c.part.image.len()]);
        let severities = all.iter().flat_map(|c| vec![u32::from(c.severity); c.part.image.len()]);
        let first =
            Columns::new().str("corruption", each(|c| c.corruption.name())).u32("severity", severities.collect());
        let outputs: Vec<Output> =
            all.iter().map(|c| Output { cut: INPUT, tap: ANSWER, codec: "raw", part: &c.part }).collect();
        let answers = Output::columns(&outputs, temperature);
        answers.iter().fold(first, |table, (name, column)| table.with(name, column.clone()))
    }
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

/// How often the answers are right, overall and by class.
pub fn kept(all: &[Corrupted]) -> Vec<Kept> {
    let one = |c: &Corrupted| Kept {
        corruption: c.corruption,
        severity: c.severity,
        all: right(&c.part, |_| true),
        per_class: (0..c.part.classes()).map(|class| right(&c.part, |label| label == class)).collect(),
    };
    all.iter().map(one).collect()
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
