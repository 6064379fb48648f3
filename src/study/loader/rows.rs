//! Rows of a long table, sorted out: those of one split, by what they belong to, in the order of their images.

use crate::catalog::Split;
use crate::problem::Problem;
use crate::store::parquet::Table;

/// Rows that share all of `key`, in the order of their images.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) key: Vec<&'a str>,
    rows: Vec<usize>,
}

impl Group<'_> {
    /// These rows of a column.
    pub(super) fn of<T: Copy>(&self, column: &[T]) -> Vec<T> {
        self.rows.iter().map(|row| column[*row]).collect()
    }

    /// `tap` under `codec`, or whatever the key is, in words.
    pub(super) fn told(&self) -> String {
        let words: Vec<String> = self.key.iter().map(|word| format!("`{word}`")).collect();
        words.join(", ")
    }
}

/// The rows of a split, grouped by the columns `by` in the order in which groups begin.
pub(super) fn groups<'a>(table: &'a Table, split: Split, by: &[&str]) -> Result<Vec<Group<'a>>, Problem> {
    let splits = table.str("split")?;
    known(table, splits)?;
    let keys: Vec<&[String]> = by.iter().map(|name| table.str(name)).collect::<Result<_, _>>()?;
    let mut groups: Vec<Group<'a>> = Vec::new();
    for row in (0..table.rows()).filter(|row| splits[*row] == split.name()) {
        match groups.iter_mut().rev().find(|group| group.key.iter().zip(&keys).all(|(word, key)| *word == key[row])) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { key: keys.iter().map(|key| key[row].as_str()).collect(), rows: vec![row] }),
        }
    }
    let image = table.u32("image")?;
    groups.iter_mut().try_for_each(|group| sort(table, image, group))?;
    Ok(groups)
}

fn known(table: &Table, splits: &[String]) -> Result<(), Problem> {
    let names = [Split::Validation, Split::Test].map(Split::name);
    match splits.iter().find(|split| !names.contains(&split.as_str())) {
        Some(split) => {
            let remedy = format!("known: {}", names.join(", "));
            Err(table.problem("has rows of an unknown split").received(format!("`{split}`")).remedy(remedy))
        }
        None => Ok(()),
    }
}

/// Sorts by image, of which each may occur once.
fn sort(table: &Table, image: &[u32], group: &mut Group<'_>) -> Result<(), Problem> {
    group.rows.sort_by_key(|row| image[*row]);
    match group.rows.windows(2).find(|pair| image[pair[0]] == image[pair[1]]) {
        Some(pair) => {
            let what = format!("has an image twice for {}", group.told());
            Err(table.problem(what).received(format!("image {}", image[pair[0]])))
        }
        None => Ok(()),
    }
}
