//! Answers.

use super::rows::{Group, groups};
use crate::catalog::{INPUT, ModelTables, OutputTable, Split};
use crate::problem::{Problem, Problems};
use crate::store::parquet::Table;

/// What is read; logits are left where they are.
pub(super) const COLUMNS: [&str; 9] =
    ["image", "split", "cut", "tap", "codec", "label", "prediction", "confidence", "margin"];

/// The answers on a split, for raw images and for activations sent.
pub(super) fn read(table: &Table, split: Split) -> Result<ModelTables, Problems> {
    let groups = groups(table, split, &["cut", "tap", "codec"])?;
    let Some(first) = groups.iter().find(|group| group.key[0] == INPUT) else {
        return Err(table.problem(format!("has no answers to raw images ({} split)", split.name())).into());
    };
    let (image, label) = (table.u32("image")?, classes(table, "label")?);
    let tables = ModelTables { image: first.of(image), label: first.of(&label), ..ModelTables::default() };
    let mut problems = Problems::default();
    for group in &groups {
        problems.note(same(table, "image", group, &group.of(image), &tables.image));
        problems.note(same(table, "label", group, &group.of(&label), &tables.label));
    }
    let outputs = outputs(table, &groups)?;
    problems.or(ModelTables { outputs, ..tables })
}

fn outputs(table: &Table, groups: &[Group<'_>]) -> Result<Vec<OutputTable>, Problem> {
    let prediction = classes(table, "prediction")?;
    let (confidence, margin) = (table.f32("confidence")?, table.f32("margin")?);
    let output = |group: &Group<'_>| OutputTable {
        cut: group.key[0].into(),
        tap: group.key[1].into(),
        codec: group.key[2].into(),
        prediction: group.of(&prediction),
        confidence: group.of(confidence),
        margin: group.of(margin),
    };
    Ok(groups.iter().map(output).collect())
}

fn classes(table: &Table, name: &str) -> Result<Vec<u16>, Problem> {
    let wide = |value: &u32| {
        let what = format!("has a class beyond all numbering in `{name}`");
        u16::try_from(*value).map_err(|_| table.problem(what).received(value))
    };
    table.u32(name)?.iter().map(wide).collect()
}

/// All outputs speak about the same images, and call them by the same labels.
pub(super) fn same<T: PartialEq + std::fmt::Display>(
    table: &Table,
    what: &str,
    group: &Group<'_>,
    own: &[T],
    others: &[T],
) -> Result<(), Problem> {
    let differs = |received: String| {
        let remedy = "measure the variant again with `tierwise lab`";
        let what = format!("has another `{what}` column for {} than for its first output", group.told());
        Err(table.problem(what).received(received).remedy(remedy))
    };
    if own.len() != others.len() {
        return differs(format!("{} rows instead of {}", own.len(), others.len()));
    }
    match own.iter().zip(others).find(|(a, b)| a != b) {
        Some((a, b)) => differs(format!("{a} where the first has {b}")),
        None => Ok(()),
    }
}
