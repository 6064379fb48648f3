//! The table of results: a row a policy, a block a point, both intervals.

use crate::report::{
    data::{Study, Summary, metric},
    draw::unit::{Display, fixed, three},
};
use serde::Serialize;

/// Columns shown, and whether more (`Some(true)`), less (`Some(false)`) or neither is better.
const SHOWN: [(&str, Option<bool>); 10] = [
    ("latency_p50_s", Some(false)),
    ("latency_p95_s", Some(false)),
    ("latency_p99_s", Some(false)),
    ("marginal_j_per_request", Some(false)),
    ("system_j_per_request", Some(false)),
    ("accuracy_answered", Some(true)),
    ("accuracy_all", Some(true)),
    ("accuracy_on_time", Some(true)),
    ("miss_rate", Some(false)),
    ("offloaded", None),
];

#[derive(Serialize)]
pub(super) struct Table {
    legend: String,
    columns: Vec<Head>,
    points: Vec<Block>,
}

#[derive(Serialize)]
struct Head {
    title: String,
    unit: String,
}

#[derive(Serialize)]
struct Block {
    name: String,
    open: bool,
    /// What all of its rows carry.
    shared: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    policy: String,
    cells: Vec<Cell>,
    flags: Vec<String>,
}

#[derive(Serialize)]
struct Cell {
    mean: String,
    best: bool,
    runs: Option<String>,
    images: Option<String>,
}

/// A column with the unit it is shown in.
struct Column {
    metric: &'static str,
    better: Option<bool>,
    display: Display,
}

/// The table of a study.
pub(super) fn of(study: &Study) -> Table {
    let columns: Vec<Column> = SHOWN.into_iter().filter_map(|(m, better)| column(study, m, better)).collect();
    let head = |c: &Column| Head { title: metric::title(c.metric), unit: c.display.symbol.clone() };
    Table {
        legend: legend(study),
        points: study.points.iter().map(|p| block(study, p.index, &columns)).collect(),
        columns: columns.iter().map(head).collect(),
    }
}

fn legend(study: &Study) -> String {
    let images = "{a, b}, for accuracies: the 95 % bootstrap interval over images.";
    let best = "Bold: the best mean of its column; read the intervals before calling it better.";
    match study.replications() {
        0 | 1 => format!("One replication, so there is no interval over replications. {images} {best}"),
        n => format!("Means over {n} replications. [a, b]: the 95 % t-interval over replications. {images} {best}"),
    }
}

/// A column if the study has it, in the unit that suits the middle of its range.
fn column(study: &Study, metric: &'static str, better: Option<bool>) -> Option<Column> {
    let rows = || study.summary.iter().filter(|r| r.metric == metric);
    rows().next()?;
    let sizes = || rows().map(|r| r.mean.abs()).filter(|m| m.is_finite() && *m > 0.0);
    let (least, most) = (sizes().fold(f64::MAX, f64::min), sizes().fold(0.0, f64::max));
    let size = if most > 0.0 { libm::sqrt(least * most) } else { 0.0 };
    Some(Column { metric, better, display: Display::of(study.unit(metric), size) })
}

fn block(study: &Study, point: u32, columns: &[Column]) -> Block {
    let name = study.points.iter().find(|p| p.index == point).map(|p| p.name()).unwrap_or_default();
    let open = study.middle().is_some_and(|p| p.index == point);
    let best: Vec<Option<f64>> = columns.iter().map(|c| best(study, point, c)).collect();
    let shared = shared(study, point);
    let row = |policy: &String| Row {
        cells: columns.iter().zip(&best).map(|(c, b)| cell(study.row(point, policy, c.metric), c, *b)).collect(),
        flags: flags(study, point, policy).into_iter().filter(|f| !shared.contains(f)).collect(),
        policy: policy.clone(),
    };
    Block { name, open, rows: study.policies.iter().map(row).collect(), shared }
}

/// The best mean of a column at a point, if they differ.
fn best(study: &Study, point: u32, column: &Column) -> Option<f64> {
    let more = column.better?;
    let means = study.policies.iter().filter_map(|p| study.row(point, p, column.metric)).map(|r| r.mean);
    let finite: Vec<f64> = means.filter(|m| m.is_finite()).collect();
    let (most, least) = (finite.iter().copied().reduce(f64::max)?, finite.iter().copied().reduce(f64::min)?);
    let differ = least < most;
    differ.then_some(if more { most } else { least })
}

/// Flags that every policy of several carries at a point.
fn shared(study: &Study, point: u32) -> Vec<String> {
    let mut each = study.policies.iter().map(|p| flags(study, point, p));
    let first = if study.policies.len() > 1 { each.next() } else { None };
    each.fold(first.unwrap_or_default(), |all, some| all.into_iter().filter(|f| some.contains(f)).collect())
}

fn flags(study: &Study, point: u32, policy: &str) -> Vec<String> {
    let mine = study.summary.iter().filter(|r| r.point == point && r.policy == policy);
    let mut all: Vec<String> = mine.flat_map(Summary::flags).map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}

fn cell(row: Option<&Summary>, column: &Column, best: Option<f64>) -> Cell {
    let Some(row) = row.filter(|r| r.mean.is_finite()) else {
        return Cell { mean: "–".into(), best: false, runs: None, images: None };
    };
    Cell {
        mean: written(row.mean, column),
        best: best == Some(row.mean),
        runs: interval(row.low, row.high, column).map(|ends| format!("[{ends}]")),
        images: interval(row.image_low, row.image_high, column).map(|ends| format!("{{{ends}}}")),
    }
}

fn interval(low: f64, high: f64, column: &Column) -> Option<String> {
    let known = low.is_finite() && high.is_finite();
    known.then(|| format!("{}, {}", written(low, column), written(high, column)))
}

/// Accuracies with two decimals of a per cent, other shares with one, all else with three digits.
fn written(value: f64, column: &Column) -> String {
    let shown = value * column.display.factor;
    match column.display.symbol.as_str() {
        "%" if column.better == Some(true) => fixed(shown, 2),
        "%" => fixed(shown, 1),
        _ => three(shown),
    }
}
