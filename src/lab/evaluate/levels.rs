//! `levels`: how often each network is right at both levels of each partition, a row a network, partition, split and level.

use super::Field;
use crate::catalog::Proportion;
use crate::problem::Problem;
use crate::store::parquet::Columns;

struct Row<'a> {
    who: &'a super::Subject,
    partition: &'a str,
    split: &'static str,
    level: &'static str,
    right: Proportion,
}

pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    let mut rows = Vec::new();
    for (at, who) in field.told.subjects.iter().enumerate() {
        for (partition, groups) in field.partitions(who) {
            for (split, validation) in [("validation", true), ("test", false)] {
                let Some(levels) = field.levels(at, partition, groups, validation) else { continue };
                let subclass = levels.subclass.map(|right| ("subclass", right));
                let both = std::iter::once(("superclass", levels.superclass)).chain(subclass);
                rows.extend(both.map(|(level, right)| Row { who, partition, split, level, right }));
            }
        }
    }
    Ok(table(&rows))
}

fn table(rows: &[Row]) -> Columns {
    Columns::new()
        .str("name", rows.iter().map(|r| r.who.name.as_str()))
        .str("variant", rows.iter().map(|r| r.who.variant.as_str()))
        .u64("seed", rows.iter().map(|r| r.who.seed).collect())
        .str("partition", rows.iter().map(|r| r.partition))
        .str("split", rows.iter().map(|r| r.split))
        .str("level", rows.iter().map(|r| r.level))
        .u64("right", rows.iter().map(|r| r.right.count).collect())
        .u64("images", rows.iter().map(|r| r.right.of).collect())
        .f64("accuracy", rows.iter().map(|r| r.right.value).collect())
        .f64("accuracy_low", rows.iter().map(|r| r.right.low).collect())
        .f64("accuracy_high", rows.iter().map(|r| r.right.high).collect())
}
