//! The lab's committed tables: every number that answers tell is counted again from the committed answers.

mod corruption;
mod energy;
mod layers;
mod levels;
mod searches;
mod subclass;
mod transfer;
mod transmission;
mod variants;

use super::command::root;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tierwise::catalog::{ModelProfile, PREDICTIONS};
use tierwise::lab::distil::subclass::{Partition, find};
use tierwise::stats::wilson;
use tierwise::store::parquet::{Column, Table};

type Row = BTreeMap<String, String>;

/// The folder of a network.
fn folder(name: &str) -> PathBuf {
    root().join("results/models").join(name)
}

/// A partition that recipes know by name, of Fashion-MNIST's classes.
fn partition(name: &str) -> Partition {
    let classes = ModelProfile::load(&folder("teacher")).unwrap().classes;
    Partition::new(&find(&Default::default(), name).unwrap(), &classes).map_err(|_| "no partition").unwrap()
}

/// A table as text: a map for each row.
fn csv(name: &str) -> Vec<Row> {
    let path = root().join("results/lab").join(name).with_extension("csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(String::from).collect::<Vec<_>>());
    let head = lines.next().unwrap();
    lines.map(|row| head.iter().cloned().zip(row).collect()).collect()
}

/// A table of which only the Parquet file is committed, as text: what does not apply is empty.
fn parquet(name: &str) -> Vec<Row> {
    let table = Table::read(&root().join("results/lab").join(name).with_extension("parquet")).unwrap();
    let mut rows = vec![Row::new(); table.rows()];
    for (name, column) in table.columns().iter() {
        let texts: Vec<String> = match column {
            Column::Str(all) => all.clone(),
            Column::U32(all) => all.iter().map(u32::to_string).collect(),
            Column::U64(all) => all.iter().map(u64::to_string).collect(),
            Column::Bool(all) => all.iter().map(bool::to_string).collect(),
            Column::F32(all) => all.iter().map(f32::to_string).collect(),
            Column::F64(all) => {
                all.iter().map(|one| if one.is_nan() { String::new() } else { one.to_string() }).collect()
            }
        };
        rows.iter_mut().zip(texts).for_each(|(row, text)| drop(row.insert(name.into(), text)));
    }
    rows
}

/// A network's answers to one split's raw images.
struct Answers {
    profile: ModelProfile,
    image: Vec<u32>,
    label: Vec<u32>,
    prediction: Vec<u32>,
    /// Columns; none where they are not kept.
    logits: Vec<Vec<f32>>,
}

impl Answers {
    fn read(name: &str, split: &str) -> Self {
        let folder = folder(name);
        let table = Table::read(&folder.join(PREDICTIONS)).unwrap();
        let text = |column: &str| table.str(column).unwrap();
        let (splits, cut, tap, codec) = (text("split"), text("cut"), text("tap"), text("codec"));
        let raw = |i: &usize| (&*splits[*i], &*cut[*i], &*tap[*i], &*codec[*i]) == (split, "input", "answer", "raw");
        let rows: Vec<usize> = (0..table.rows()).filter(raw).collect();
        let number = |column: &str| rows.iter().map(|&i| table.u32(column).unwrap()[i]).collect();
        let logits = (0..).map_while(|k| table.f32(&format!("logit_{k}")).ok());
        let logits = logits.map(|column| rows.iter().map(|&i| column[i]).collect()).collect();
        let [image, label, prediction] = ["image", "label", "prediction"].map(number);
        Self { profile: ModelProfile::load(&folder).unwrap(), image, label, prediction, logits }
    }

    fn right(&self) -> usize {
        self.label.iter().zip(&self.prediction).filter(|(label, prediction)| label == prediction).count()
    }

    /// Whether its labels are superclasses.
    fn is_coarse(&self) -> bool {
        self.profile.lineage.data.superclasses.is_some()
    }

    /// The superclass that each image is taken for, if that is known.
    fn superclasses(&self, partition: &Partition) -> Option<Vec<usize>> {
        if self.is_coarse() {
            return Some(self.prediction.iter().map(|&p| p as usize).collect());
        }
        let sum = |group: &[usize], i: usize| group.iter().map(|&k| f64::from(self.logits[k][i]).exp()).sum::<f64>();
        let best = |i| {
            let sums: Vec<f64> = partition.groups.iter().map(|g| sum(g, i)).collect();
            (0..sums.len()).max_by(|&a, &b| sums[a].total_cmp(&sums[b]).then(b.cmp(&a))).unwrap()
        };
        (!self.logits.is_empty()).then(|| (0..self.image.len()).map(best).collect())
    }
}

fn value(row: &Row, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

fn agrees(row: &Row, column: &str, right: f64) {
    let told = value(row, column).unwrap_or(f64::NAN);
    assert!((told - right).abs() < 1e-9, "{}: `{column}` is {told}, counted {right}", row["name"]);
}

fn share(right: usize, of: usize) -> f64 {
    right as f64 / of as f64
}

/// What is said of so many right answers.
fn agrees_with_count(row: &Row, [right, of]: [usize; 2]) {
    agrees(row, "right", right as f64);
    agrees(row, "images", of as f64);
    agrees_with_share(row, [right, of]);
}

/// The same, where counts are not told.
fn agrees_with_share(row: &Row, [right, of]: [usize; 2]) {
    let (low, high) = wilson(right as u64, of as u64, 0.95);
    agrees(row, "accuracy", share(right, of));
    agrees(row, "accuracy_low", low);
    agrees(row, "accuracy_high", high);
}
