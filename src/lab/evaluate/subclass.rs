//! `subclass`: a row a network, partition, split, class and control: how many of the class's images are taken for it, for
//! its superclass, and how many more than by the network that the recipe compares it with. Where there is no partition,
//! a row says nothing of superclasses.

use super::{Field, Subject, or_nan};
use crate::catalog::Proportion;
use crate::lab::distil::subclass::Partition;
use crate::lab::measure::transfer::Levels;
use crate::problem::Problem;
use crate::store::parquet::Columns;

struct Row<'a> {
    who: &'a Subject,
    partition: &'a str,
    split: &'static str,
    class: &'a str,
    superclass: &'a str,
    control: Option<&'a Subject>,
    /// Of the class, of its superclass; and the control's.
    recall: [Option<Proportion>; 2],
    control_recall: [Option<Proportion>; 2],
}

pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    let none = undivided(field.told.data.classes.len());
    let mut all = Vec::new();
    for (at, who) in field.told.subjects.iter().enumerate() {
        let mut partitions: Vec<_> = field.partitions(who).collect();
        if partitions.is_empty() {
            partitions.push(("", &none));
        }
        all.extend(partitions.into_iter().flat_map(|(name, partition)| rows(field, at, name, partition)));
    }
    Ok(table(&all))
}

/// Every class on its own, in superclasses without a name.
fn undivided(classes: usize) -> Partition {
    Partition { names: vec![String::new(); classes], groups: (0..classes).map(|k| vec![k]).collect() }
}

fn rows<'a>(field: &'a Field, at: usize, name: &'a str, partition: &'a Partition) -> Vec<Row<'a>> {
    let who = &field.told.subjects[at];
    let controls = || who.controls.iter().copied().map(Some).chain(who.controls.is_empty().then_some(None));
    let mut all = Vec::new();
    for (split, validation) in [("validation", true), ("test", false)] {
        let levels = |at| field.levels(at, name, partition, validation);
        let Some(own) = levels(at) else { continue };
        for control in controls() {
            let other = control.and_then(levels);
            let control = control.map(|at| &field.told.subjects[at]);
            let row = |(class, label): (&'a String, usize)| Row {
                who,
                partition: name,
                split,
                class,
                superclass: &partition.names[partition.group_of(label)],
                control,
                recall: recalls(&own, label, name),
                control_recall: other.as_ref().map_or([None; 2], |other| recalls(other, label, name)),
            };
            all.extend(field.told.data.classes.iter().zip(0..).map(row));
        }
    }
    all
}

fn recalls(levels: &Levels, label: usize, partition: &str) -> [Option<Proportion>; 2] {
    [levels.recall[label], levels.superclass_recall[label].filter(|_| !partition.is_empty())]
}

impl Row<'_> {
    /// Of the class, or of its superclass.
    fn gain(&self, level: usize) -> f64 {
        let both = self.recall[level].zip(self.control_recall[level]);
        or_nan(both.map(|(own, control)| own.value - control.value))
    }

    fn images(&self) -> u64 {
        self.recall[0].or(self.recall[1]).map_or(0, |p| p.of)
    }
}

fn table(rows: &[Row]) -> Columns {
    let value = |of: fn(&Row) -> Option<Proportion>| rows.iter().map(|r| or_nan(of(r).map(|p| p.value))).collect();
    Columns::new()
        .str("name", rows.iter().map(|r| r.who.name.as_str()))
        .str("variant", rows.iter().map(|r| r.who.variant.as_str()))
        .u64("seed", rows.iter().map(|r| r.who.seed).collect())
        .str("partition", rows.iter().map(|r| r.partition))
        .str("split", rows.iter().map(|r| r.split))
        .str("subclass", rows.iter().map(|r| r.class))
        .str("superclass", rows.iter().map(|r| r.superclass))
        .u64("images", rows.iter().map(Row::images).collect())
        .f64("recall", value(|r| r.recall[0]))
        .f64("superclass_recall", value(|r| r.recall[1]))
        .str("control", rows.iter().map(|r| r.control.map_or("", |c| c.name.as_str())))
        .str("control_variant", rows.iter().map(|r| r.control.map_or("", |c| c.variant.as_str())))
        .f64("control_recall", value(|r| r.control_recall[0]))
        .f64("control_superclass_recall", value(|r| r.control_recall[1]))
        .f64("gain", rows.iter().map(|r| r.gain(0)).collect())
        .f64("superclass_gain", rows.iter().map(|r| r.gain(1)).collect())
}
