//! What a variant's folder tells of every image, read back: answers by what crossed, bytes, answers to corrupted images.

use crate::catalog::{BYTES, PREDICTIONS, Split};
use crate::lab::answers::Part;
use crate::lab::corrupt::{CORRUPTED, Corrupted, Corruption};
use crate::problem::Problem;
use crate::store::parquet::Table;
use std::ops::Range;
use std::path::Path;

/// Answers of one exit to one split, when something had crossed one tap.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The tap that was crossed.
    pub cut: String,
    /// The exit that answered.
    pub tap: String,
    /// How what crossed was written.
    pub codec: String,
    /// The answers.
    pub part: Part,
}

/// All answers of a folder, in the order of its table.
///
/// # Errors
/// A table that is missing or broken.
pub fn outputs(folder: &Path) -> Result<Vec<Output>, Problem> {
    let table = Table::read(&folder.join(PREDICTIONS))?;
    let (split, cut, tap, codec) = (table.str("split")?, table.str("cut")?, table.str("tap")?, table.str("codec")?);
    let answers = Answers::of(&table)?;
    let one = |rows: Range<usize>| {
        let at = rows.start;
        let text = |column: &[String]| column[at].clone();
        Output { cut: text(cut), tap: text(tap), codec: text(codec), part: answers.part(split_of(&split[at]), rows) }
    };
    let key = |row: usize| (&split[row], &cut[row], &tap[row], &codec[row]);
    Ok(runs(table.rows(), |a, b| key(a) == key(b)).into_iter().map(one).collect())
}

/// Bytes of each test image, by tap and codec, where they differ by image.
///
/// # Errors
/// A table that is missing or broken.
pub fn sizes(folder: &Path) -> Result<Vec<(String, String, Vec<u32>)>, Problem> {
    let table = Table::read(&folder.join(BYTES))?;
    let (split, tap, codec, bytes) = (table.str("split")?, table.str("tap")?, table.str("codec")?, table.u32("bytes")?);
    let key = |row: usize| (&split[row], &tap[row], &codec[row]);
    let all = runs(table.rows(), |a, b| key(a) == key(b)).into_iter();
    let of_test = all.filter(|rows| split_of(&split[rows.start]) == Split::Test);
    Ok(of_test.map(|rows| (tap[rows.start].clone(), codec[rows.start].clone(), bytes[rows].to_vec())).collect())
}

/// Answers to corrupted images; nothing where they were not measured.
///
/// # Errors
/// A broken table.
pub fn corrupted(folder: &Path) -> Result<Vec<Corrupted>, Problem> {
    let path = folder.join(CORRUPTED);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let table = Table::read(&path)?;
    let (kind, severity, split) = (table.str("corruption")?, table.u32("severity")?, table.str("split")?);
    let answers = Answers::of(&table)?;
    let one = |rows: Range<usize>| {
        let at = rows.start;
        let unknown = || Problem::new("an unknown corruption").received(format!("`{}`", kind[at])).in_file(&path);
        let corruption = Corruption::named(&kind[at]).ok_or_else(unknown)?;
        let part = answers.part(split_of(&split[at]), rows);
        Ok(Corrupted { corruption, severity: severity[at] as u8, part })
    };
    let all = runs(table.rows(), |a, b| (&kind[a], severity[a], &split[a]) == (&kind[b], severity[b], &split[b]));
    all.into_iter().map(one).collect()
}

/// The columns of answers.
struct Answers<'a> {
    image: &'a [u32],
    label: &'a [u32],
    logits: Vec<&'a [f32]>,
}

impl<'a> Answers<'a> {
    fn of(table: &'a Table) -> Result<Self, Problem> {
        let classes = table.columns().names().filter(|name| name.starts_with("logit_")).count();
        let logits = (0..classes).map(|k| table.f32(&format!("logit_{k}"))).collect::<Result<_, _>>()?;
        Ok(Self { image: table.u32("image")?, label: table.u32("label")?, logits })
    }

    fn part(&self, split: Split, rows: Range<usize>) -> Part {
        Part {
            split,
            image: self.image[rows.clone()].to_vec(),
            label: self.label[rows.clone()].iter().map(|&l| l as u16).collect(),
            logits: rows.flat_map(|row| self.logits.iter().map(move |column| column[row])).collect(),
        }
    }
}

fn split_of(name: &str) -> Split {
    if name == Split::Validation.name() { Split::Validation } else { Split::Test }
}

/// Rows after one another that are alike.
fn runs(rows: usize, alike: impl Fn(usize, usize) -> bool) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for row in 0..rows {
        match all.last_mut().filter(|run| alike(run.start, row)) {
            Some(run) => run.end = row + 1,
            None => all.push(row..row + 1),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::answers;

    fn part(split: Split, seed: u32) -> Part {
        let logits = (0..12).map(|i| ((i * 7 + seed) % 11) as f32).collect();
        Part { split, image: vec![3, 5, 8, 9], label: vec![0, 2, 1, 0], logits }
    }

    #[test]
    fn answers_come_back_as_they_were_written() {
        let home = tempfile::tempdir().unwrap();
        let [raw, sent] = [0, 4].map(|seed| answers::Answers {
            validation: part(Split::Validation, seed),
            test: part(Split::Test, seed + 1),
        });
        let all = [raw.outputs("input", "answer", "raw"), sent.outputs("stem", "answer", "int8")].concat();
        answers::Output::columns(&all, 1.3).write(&home.path().join(PREDICTIONS)).unwrap();
        let found = outputs(home.path()).unwrap();
        assert_eq!(found.len(), all.len());
        for (found, right) in found.iter().zip(&all) {
            assert_eq!((found.cut.as_str(), found.codec.as_str(), &found.part), (right.cut, right.codec, right.part));
        }
    }

    #[test]
    fn corrupted_answers_come_back_as_they_were_written() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(corrupted(home.path()).unwrap(), []);
        let all: Vec<Corrupted> = [(Corruption::Blur, 1), (Corruption::Blur, 2), (Corruption::Shift, 2)]
            .map(|(corruption, severity)| Corrupted { corruption, severity, part: part(Split::Test, severity.into()) })
            .into();
        Corrupted::columns(&all, 1.0).write(&home.path().join(CORRUPTED)).unwrap();
        assert_eq!(corrupted(home.path()).unwrap(), all);
    }
}
