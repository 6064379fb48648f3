//! Sizes that differ by image.

use super::predictions::same;
use super::rows::groups;
use crate::catalog::{ModelTables, SizeTable, Split};
use crate::problem::Problems;
use crate::store::parquet::Table;

/// What is read.
pub(super) const COLUMNS: [&str; 5] = ["image", "split", "tap", "codec", "bytes"];

/// The tables with the sizes on this split.
pub(super) fn add(table: &Table, split: Split, tables: ModelTables) -> Result<ModelTables, Problems> {
    let (image, bytes) = (table.u32("image")?, table.u32("bytes")?);
    let groups = groups(table, split, &["tap", "codec"])?;
    let mut problems = Problems::default();
    for group in &groups {
        problems.note(same(table, "image", group, &group.of(image), &tables.image));
    }
    let size = |group: &super::rows::Group<'_>| SizeTable {
        tap: group.key[0].into(),
        codec: group.key[1].into(),
        bytes: group.of(bytes),
    };
    problems.or(ModelTables { sizes: groups.iter().map(size).collect(), ..tables })
}
