//! What the pictures are made of: the table of networks, and the tables in their folders.

use super::seeds::joined;
use crate::problem::{Problem, Problems, remedy_for_name};
use crate::stats::{Interval, student};
use crate::store::parquet::Table;
use std::path::Path;

/// Everything read.
#[derive(Clone, Debug, Default)]
pub struct Lab {
    /// In the table's order.
    pub made: Vec<Made>,
    /// By variant, the variant that it is compared with, partition and class.
    pub gains: Vec<Gain>,
}

/// How much more of a class one variant finds than another, on the test images.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gain {
    pub variant: String,
    pub control: String,
    pub partition: String,
    /// The class's name.
    pub name: String,
    pub superclass: String,
    /// Difference of recall: the mean over seeds, and its interval's ends; NaN where there is none.
    pub class: [f64; 3],
    /// The same of the class's superclass.
    pub superclass_gain: [f64; 3],
}

/// One network.
#[derive(Clone, Debug, Default)]
pub struct Made {
    pub name: String,
    /// The variant, of which there may be several seeds.
    pub variant: String,
    pub architecture: String,
    /// How many networks it stands for.
    pub seeds: usize,
    pub macs: f64,
    pub bytes: f64,
    /// Test accuracy and the ends of its interval.
    pub accuracy: [f64; 3],
    /// By epoch: training loss, validation accuracy.
    pub epochs: Vec<[f64; 2]>,
    /// Answers to the test images: label, prediction, confidence.
    pub answers: Vec<(u32, u32, f32)>,
    /// By layer: name, accuracy lost where it alone is in integers.
    pub sensitivity: Vec<(String, f64)>,
    /// Corruption, severity, accuracy; severities rise within a corruption.
    pub corrupted: Vec<(String, u32, f64)>,
    /// Expected calibration error, negative log-likelihood, Brier score: before and after temperature scaling.
    pub calibration: Option<[[f64; 2]; 3]>,
    /// Of an inference, on the devices that it fits.
    pub energy: Vec<Spent>,
}

/// What an inference costs on a device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spent {
    /// The preset's name.
    pub device: String,
    pub joules: f64,
    /// Outside the range that the preset's figures were fitted on.
    pub extrapolated: bool,
}

/// Reads a table of networks and their folders in `models`, seeds joined; only some variants of it, or all if none is
/// named.
///
/// # Errors
/// Everything that is missing or broken, at once; names of no variant.
pub fn read(table: &Path, models: &Path, only: &[String]) -> Result<Lab, Problems> {
    let is = |variant: &String| only.is_empty() || only.contains(variant);
    let mut rows = rows(&Table::read(table)?)?;
    let told = |name: &&String| !rows.iter().any(|made| made.variant == **name);
    if let Some(name) = only.iter().find(told) {
        let known = rows.iter().map(|made| made.variant.as_str());
        let problem = Problem::new("the table has no such variant").in_file(table).received(format!("`{name}`"));
        return Err(problem.remedy(remedy_for_name(name, known)).into());
    }
    rows.retain(|made| is(&made.variant));
    let mut problems = Problems::default();
    let beside = table.with_file_name("energy.parquet");
    let spent = if beside.is_file() { Table::read(&beside).and_then(|t| spent(&t)) } else { Ok(Vec::new()) };
    let spent = problems.note(spent).unwrap_or_default();
    let made = rows.into_iter().filter_map(|mut made| {
        let folder = models.join(&made.name);
        made.energy = spent.iter().filter(|(name, _)| *name == made.name).map(|(_, spent)| spent.clone()).collect();
        problems.note(filled(made, &folder))
    });
    let made = joined(made.collect());
    let beside = table.with_file_name("subclass.parquet");
    let gains = if beside.is_file() { Table::read(&beside).and_then(|t| gains(&t)) } else { Ok(Vec::new()) };
    let mut gains = problems.note(gains).unwrap_or_default();
    gains.retain(|gain: &Gain| is(&gain.variant) && is(&gain.control));
    problems.or(Lab { made, gains })
}

fn rows(table: &Table) -> Result<Vec<Made>, Problem> {
    let (name, variant, architecture) = (table.str("name")?, table.str("variant")?, table.str("architecture")?);
    let (macs, bytes) = (table.u64("macs")?, table.u64("bytes")?);
    let (top1, low, high) = (table.f64("top1")?, table.f64("top1_low")?, table.f64("top1_high")?);
    let score = |name: &str| -> Result<_, Problem> {
        Ok((table.f64(&format!("{name}_before"))?, table.f64(&format!("{name}_after"))?))
    };
    let scores = [score("ece")?, score("nll")?, score("brier")?];
    let row = |i: usize| Made {
        name: name[i].clone(),
        variant: variant[i].clone(),
        architecture: architecture[i].clone(),
        seeds: 1,
        macs: macs[i] as f64,
        bytes: bytes[i] as f64,
        accuracy: [top1[i], low[i], high[i]],
        calibration: Some(scores.map(|(before, after)| [before[i], after[i]])),
        ..Made::default()
    };
    Ok((0..table.rows()).map(row).collect())
}

/// By network, what an inference costs where the network fits.
fn spent(table: &Table) -> Result<Vec<(String, Spent)>, Problem> {
    let (name, preset, extrapolated) = (table.str("name")?, table.str("preset")?, table.str("extrapolated")?);
    let joules = table.f64("energy_j")?;
    let one = |i: usize| {
        let spent = Spent { device: preset[i].clone(), joules: joules[i], extrapolated: extrapolated[i] == "true" };
        (name[i].clone(), spent)
    };
    let fits = |i: &usize| joules[*i].is_finite();
    Ok((0..table.rows()).filter(fits).map(one).collect())
}

fn filled(mut made: Made, folder: &Path) -> Result<Made, Problem> {
    let there = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
    made.answers = answers(&Table::read(&folder.join("predictions.parquet"))?)?;
    if let Some(path) = there("training.parquet") {
        let table = Table::read(&path)?;
        let (loss, accuracy) = (table.f64("loss")?, table.f64("validation_accuracy")?);
        made.epochs = loss.iter().zip(accuracy).map(|(l, a)| [*l, *a]).collect();
    }
    if let Some(path) = there("sensitivity.parquet") {
        let table = Table::read(&path)?;
        let both = table.str("layer")?.iter().zip(table.f64("drop")?);
        made.sensitivity = both.map(|(layer, drop)| (layer.clone(), *drop)).collect();
    }
    if let Some(path) = there("corrupted.parquet") {
        made.corrupted = corrupted(&Table::read(&path)?)?;
    }
    Ok(made)
}

/// The network's own answers to the raw test images.
fn answers(table: &Table) -> Result<Vec<(u32, u32, f32)>, Problem> {
    let (split, cut, tap, codec) = (table.str("split")?, table.str("cut")?, table.str("tap")?, table.str("codec")?);
    let own = |i: &usize| {
        [&split[*i], &cut[*i], &tap[*i], &codec[*i]].map(String::as_str) == ["test", "input", "answer", "raw"]
    };
    let (label, prediction, confidence) = (table.u32("label")?, table.u32("prediction")?, table.f32("confidence")?);
    Ok((0..table.rows()).filter(own).map(|i| (label[i], prediction[i], confidence[i])).collect())
}

/// Rows of equal variants are of one seed each.
pub(super) fn gains(table: &Table) -> Result<Vec<Gain>, Problem> {
    let text = |name: &str| table.str(name);
    let (variant, control, partition) = (text("variant")?, text("control_variant")?, text("partition")?);
    let (split, name, superclass) = (text("split")?, text("subclass")?, text("superclass")?);
    let (class, above) = (table.f64("gain")?, table.f64("superclass_gain")?);
    let mut found: Vec<(Gain, [Vec<f64>; 2])> = Vec::new();
    for i in (0..table.rows()).filter(|&i| split[i] == "test" && !control[i].is_empty()) {
        let key = |g: &Gain| [&g.variant, &g.control, &g.partition, &g.name].map(String::clone);
        let own = [&variant[i], &control[i], &partition[i], &name[i]].map(String::clone);
        if !found.iter().any(|(g, _)| key(g) == own) {
            let [variant, control, partition, name] = own.clone();
            let superclass = superclass[i].clone();
            found.push((Gain { variant, control, partition, name, superclass, ..Gain::default() }, Default::default()));
        }
        if let Some((_, [a, b])) = found.iter_mut().find(|(g, _)| key(g) == own) {
            a.push(class[i]);
            b.push(above[i]);
        }
    }
    let over_seeds = |values: &[f64]| {
        let Interval { mean, low, high } = student(values, 0.95);
        [mean, low, high]
    };
    let one =
        |(gain, [a, b]): (Gain, [Vec<f64>; 2])| Gain { class: over_seeds(&a), superclass_gain: over_seeds(&b), ..gain };
    Ok(found.into_iter().map(one).collect())
}

fn corrupted(table: &Table) -> Result<Vec<(String, u32, f64)>, Problem> {
    let (corruption, severity) = (table.str("corruption")?, table.u32("severity")?);
    let (label, prediction) = (table.u32("label")?, table.u32("prediction")?);
    let mut found: Vec<(String, u32, [u32; 2])> = Vec::new();
    for i in 0..table.rows() {
        let right = u32::from(label[i] == prediction[i]);
        match found.last_mut().filter(|(c, s, _)| *c == corruption[i] && *s == severity[i]) {
            Some((_, _, counts)) => *counts = [counts[0] + right, counts[1] + 1],
            None => found.push((corruption[i].clone(), severity[i], [right, 1])),
        }
    }
    Ok(found.into_iter().map(|(c, s, [right, of])| (c, s, f64::from(right) / f64::from(of))).collect())
}

impl Made {
    /// Classes that occur as labels or answers.
    pub fn classes(&self) -> usize {
        self.answers.iter().map(|(label, answer, _)| label.max(answer) + 1).max().unwrap_or(0) as usize
    }
}
