//! `corruption`: accuracy on corrupted test images, a row a network, corruption, severity and class, and one for all
//! classes together.

use super::Field;
use crate::lab::corrupt::kept_columns;
use crate::problem::Problem;
use crate::store::parquet::{Column, Columns};

pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    let mut all: Option<Columns> = None;
    for (subject, seen) in field.all().filter(|(_, seen)| !seen.kept.is_empty()) {
        let kept = kept_columns(&seen.kept, &subject.profile.classes);
        let rows = kept.rows();
        let named = Columns::new()
            .str("name", vec![subject.name.as_str(); rows])
            .str("variant", vec![subject.variant.as_str(); rows])
            .u64("seed", vec![subject.seed; rows]);
        let own = kept.iter().fold(named, |table, (name, column)| table.with(name, column.clone()));
        all = Some(all.map_or_else(|| own.clone(), |all| below(&all, &own)));
    }
    Ok(all.unwrap_or_default())
}

/// One table below another with the same columns.
fn below(above: &Columns, below: &Columns) -> Columns {
    let join = |(name, a): (&str, &Column)| match (a, below.get(name)) {
        (Column::Str(a), Some(Column::Str(b))) => (name.to_string(), Column::Str([&a[..], &b[..]].concat())),
        (Column::U32(a), Some(Column::U32(b))) => (name.to_string(), Column::U32([&a[..], &b[..]].concat())),
        (Column::U64(a), Some(Column::U64(b))) => (name.to_string(), Column::U64([&a[..], &b[..]].concat())),
        (Column::F64(a), Some(Column::F64(b))) => (name.to_string(), Column::F64([&a[..], &b[..]].concat())),
        (a, _) => (name.to_string(), a.clone()),
    };
    above.iter().map(join).fold(Columns::new(), |table, (name, column)| table.with(name, column))
}
