//! `variants`: a row a network.

use super::{Field, Finest, or_nan};
use crate::lab::measure::transfer::{Matched, matched};
use crate::lab::train::best;
use crate::problem::Problem;
use crate::stats::Scores;
use crate::store::parquet::Columns;

/// Who it is, what it costs, how well it answers, and what its making cost.
pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    Ok(making(field, answers(field, costs(field, names(field)))))
}

fn names(field: &Field) -> Columns {
    let all = &field.told.subjects;
    let parent = |p: &Option<(String, String)>| p.as_ref().map_or(String::new(), |(name, _)| name.clone());
    Columns::new()
        .str("name", all.iter().map(|s| s.name.as_str()))
        .str("variant", all.iter().map(|s| s.variant.as_str()))
        .u64("seed", all.iter().map(|s| s.seed).collect())
        .str("parent", all.iter().map(|s| parent(&s.profile.lineage.parent)))
        .str("method", all.iter().map(|s| s.profile.lineage.method.as_str()))
        .str("architecture", all.iter().map(|s| s.profile.architecture.as_str()))
        .str("precision", all.iter().map(|s| s.profile.file.precision.as_str()))
        .str("labels", all.iter().map(|s| s.labels.clone().unwrap_or_default()))
}

fn costs(field: &Field, table: Columns) -> Columns {
    let profiles = || field.told.subjects.iter().map(|s| &s.profile);
    let latency = || field.seen.iter().map(|s| s.latency.as_ref());
    table
        .u64("parameters", profiles().map(|p| p.parameters).collect())
        .u64("macs", profiles().map(|p| p.macs).collect())
        .u64("bytes", profiles().map(|p| p.file.bytes).collect())
        .u64("peak_activation_bytes", profiles().map(|p| p.peak_activation_bytes).collect())
        .f64("latency_median_s", latency().map(|l| or_nan(l.map(|l| l.whole.median_s))).collect())
        .f64("latency_p90_s", latency().map(|l| or_nan(l.map(|l| l.whole.p90_s))).collect())
        .f64("host_load", latency().map(|l| or_nan(l.and_then(|l| l.load))).collect())
        .str("host_pinned", latency().map(|l| l.map_or("", |l| if l.pinned { "true" } else { "false" })))
}

fn answers(field: &Field, table: Columns) -> Columns {
    let profiles = || field.told.subjects.iter().map(|s| &s.profile);
    let table = table
        .f64("validation", profiles().map(|p| p.accuracy.validation.value).collect())
        .f64("top1", profiles().map(|p| p.accuracy.test.value).collect())
        .f64("top1_low", profiles().map(|p| p.accuracy.test.low).collect())
        .f64("top1_high", profiles().map(|p| p.accuracy.test.high).collect());
    calibration(field, invented(field, robust(field, above(field, table))))
}

/// Of the partition that a network is about.
fn above(field: &Field, table: Columns) -> Columns {
    let one = |(at, subject)| {
        let (name, partition) = field.about(subject)?;
        Some((name, field.levels(at, name, partition, false)?.superclass))
    };
    let all: Vec<_> = field.told.subjects.iter().enumerate().map(one).collect();
    table
        .str("partition", all.iter().map(|a| a.map_or("", |(name, _)| name)))
        .f64("superclass", all.iter().map(|a| or_nan(a.map(|(_, p)| p.value))).collect())
        .f64("superclass_low", all.iter().map(|a| or_nan(a.map(|(_, p)| p.low))).collect())
        .f64("superclass_high", all.iter().map(|a| or_nan(a.map(|(_, p)| p.high))).collect())
}

fn robust(field: &Field, table: Columns) -> Columns {
    let all: Vec<_> = field.seen.iter().map(|s| s.robust).collect();
    table
        .f64("corrupted", all.iter().map(|a| or_nan(a.map(|i| i.mean))).collect())
        .f64("corrupted_low", all.iter().map(|a| or_nan(a.map(|i| i.low))).collect())
        .f64("corrupted_high", all.iter().map(|a| or_nan(a.map(|i| i.high))).collect())
}

/// Invented subclasses against the classes, on the test images.
fn invented(field: &Field, table: Columns) -> Columns {
    let classes = field.told.data.classes.len();
    let one = |(subject, seen): (&super::Subject, &super::Seen)| -> Option<Matched> {
        let test = &seen.finest.as_ref().filter(|_| subject.finest == Finest::Invented)?.test;
        let (class, subclass): (Vec<usize>, Vec<usize>) = test.rows().map(|(l, row)| (l, best(row))).unzip();
        Some(matched(&subclass, &class, test.classes(), classes))
    };
    let all: Vec<_> = field.all().map(one).collect();
    table
        .f64("matched_accuracy", all.iter().map(|a| or_nan(a.as_ref().map(|m| m.accuracy))).collect())
        .f64("nmi", all.iter().map(|a| or_nan(a.as_ref().map(|m| m.nmi))).collect())
}

fn calibration(field: &Field, table: Columns) -> Columns {
    let calibrations = || field.told.subjects.iter().map(|s| &s.profile.calibration);
    let brier = |scaled: bool| {
        let one = |(subject, seen): (&super::Subject, &super::Seen)| {
            let test = &seen.own.test;
            let temperature = if scaled { subject.profile.calibration.temperature } else { 1.0 };
            or_nan(Scores::new(&test.logits, &test.label, test.classes()).map(|s| s.brier(temperature)))
        };
        field.all().map(one).collect()
    };
    table
        .f64("temperature", calibrations().map(|c| c.temperature).collect())
        .f64("ece_before", calibrations().map(|c| c.ece_before).collect())
        .f64("ece_after", calibrations().map(|c| c.ece_after).collect())
        .f64("nll_before", calibrations().map(|c| c.nll_before).collect())
        .f64("nll_after", calibrations().map(|c| c.nll_after).collect())
        .f64("brier_before", brier(false))
        .f64("brier_after", brier(true))
}

fn making(field: &Field, table: Columns) -> Columns {
    let lineages = || field.told.subjects.iter().map(|s| &s.profile.lineage);
    table
        .u64("epochs", lineages().map(|l| l.epochs.into()).collect())
        .f64("wall_s", lineages().map(|l| l.cost.wall_s).collect())
        .f64("cpu_s", lineages().map(|l| l.cost.cpu_s).collect())
        .f64("train_macs", lineages().map(|l| l.cost.macs).collect())
        .f64("train_energy_estimated_j", lineages().map(|l| field.making_j(l)).collect())
}
