//! What a variant's folder tells of every image, read back: answers by what crossed, and bytes.

use crate::catalog::{BYTES, PREDICTIONS, Split};
use crate::lab::answers::{Part, has_logits};
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

/// All answers of a folder, one among so many classes each, in the order of its table; and whether it has logits: if not,
/// they are 1 for the answer and 0 for all others.
///
/// # Errors
/// A table that is missing or broken.
pub fn outputs(folder: &Path, classes: usize) -> Result<(Vec<Output>, bool), Problem> {
    let table = Table::read(&folder.join(PREDICTIONS))?;
    let (split, cut, tap, codec) = (table.str("split")?, table.str("cut")?, table.str("tap")?, table.str("codec")?);
    let answers = Answers::of(&table, classes)?;
    let one = |rows: Range<usize>| {
        let at = rows.start;
        let text = |column: &[String]| column[at].clone();
        Output { cut: text(cut), tap: text(tap), codec: text(codec), part: answers.part(split_of(&split[at]), rows) }
    };
    let key = |row: usize| (&split[row], &cut[row], &tap[row], &codec[row]);
    Ok((runs(table.rows(), |a, b| key(a) == key(b)).into_iter().map(one).collect(), has_logits(&table)))
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

/// The columns of answers.
struct Answers<'a> {
    image: &'a [u32],
    label: &'a [u32],
    prediction: &'a [u32],
    logits: Vec<&'a [f32]>,
    classes: usize,
}

impl<'a> Answers<'a> {
    fn of(table: &'a Table, classes: usize) -> Result<Self, Problem> {
        let there = if has_logits(table) { classes } else { 0 };
        let logits = (0..there).map(|k| table.f32(&format!("logit_{k}"))).collect::<Result<_, _>>()?;
        let [image, label, prediction] = ["image", "label", "prediction"].map(|name| table.u32(name));
        Ok(Self { image: image?, label: label?, prediction: prediction?, logits, classes })
    }

    fn part(&self, split: Split, rows: Range<usize>) -> Part {
        let part = Part {
            split,
            image: self.image[rows.clone()].to_vec(),
            label: self.label[rows.clone()].iter().map(|&l| l as u16).collect(),
            logits: rows.clone().flat_map(|row| self.logits.iter().map(move |column| column[row])).collect(),
        };
        if self.logits.is_empty() { part.answered(&self.prediction[rows], self.classes) } else { part }
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
    use crate::lab::train::best;

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
        let all =
            [raw.outputs(["input", "answer", "raw"], 1.3), sent.outputs(["stem", "answer", "int8"], 1.3)].concat();
        answers::Output::columns(&all, true).write(&home.path().join(PREDICTIONS)).unwrap();
        let (found, logits) = outputs(home.path(), 3).unwrap();
        assert!(logits);
        assert_eq!(found.len(), all.len());
        for (found, right) in found.iter().zip(&all) {
            assert_eq!((found.cut.as_str(), found.codec.as_str(), &found.part), (right.cut, right.codec, right.part));
        }
        answers::Output::columns(&all, false).write(&home.path().join(PREDICTIONS)).unwrap();
        let (brief, logits) = outputs(home.path(), 3).unwrap();
        assert!(!logits && brief.len() == all.len());
        let answer = |part: &Part| part.rows().map(|(label, row)| (label, best(row))).collect::<Vec<_>>();
        assert!(brief.iter().zip(&all).all(|(brief, right)| answer(&brief.part) == answer(right.part)));
    }
}
