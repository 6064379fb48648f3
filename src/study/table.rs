//! The results as text: a block for each point, a line for each policy.

use super::manifest::{Manifest, PointNote};
use super::tables::Row;
use super::text::{Scale, decimals, scale_for};
use crate::stats::Interval;
use std::fmt::Write as _;

/// Columns: quantity and heading.
const COLUMNS: &[(&str, &str)] = &[
    ("latency_p50_s", "p50"),
    ("latency_p95_s", "p95"),
    ("latency_p99_s", "p99"),
    ("marginal_j_per_request", "marginal/req"),
    ("system_j_per_request", "system/req"),
    ("accuracy_answered", "right/answered"),
    ("accuracy_all", "right/all"),
    ("accuracy_on_time", "right in time/all"),
    ("miss_rate", "missed"),
];

/// The table, without a line break at its end.
pub fn render(manifest: &Manifest, rows: &[Row]) -> String {
    let block = |(index, point): (usize, &PointNote)| {
        let own: Vec<&Row> = rows.iter().filter(|row| row.point == index as u32).collect();
        format!("{}\n{}\n", heading(point), block(manifest, &own))
    };
    let blocks: String = manifest.points.iter().enumerate().map(block).collect();
    blocks + &legend(manifest)
}

fn heading(point: &PointNote) -> String {
    match point.parameter.as_str() {
        "" => "All runs".into(),
        parameter => format!("{parameter} = {}", point.value),
    }
}

fn legend(manifest: &Manifest) -> String {
    let replications = manifest.replications;
    let mut text = match replications {
        1 => "One replication: no intervals over replications; the ± of accuracies is over images.".into(),
        n => format!("± 95 % over {n} replications; the second ± of accuracies: 95 % over images."),
    };
    for note in &manifest.notes {
        let _ = write!(text, "\nNote: {note}.");
    }
    text
}

/// One quantity at one point.
struct Column<'a> {
    metric: &'a str,
    head: String,
    /// Unit and decimals of all cells; nothing where they differ too much for one unit.
    common: Option<(Scale, usize)>,
}

/// Cells further apart than this have units of their own.
const FAR: f64 = 2000.0;

impl<'a> Column<'a> {
    fn of(metric: &'a str, head: &str, rows: &[&Row]) -> Self {
        let own: Vec<&&Row> = rows.iter().filter(|row| row.metric == metric && row.value.mean.is_finite()).collect();
        let unit = own.first().map_or("", |row| row.unit.as_str());
        let sizes = own.iter().map(|row| row.value.mean.abs()).filter(|size| *size > 0.0);
        let (least, most) = (sizes.clone().fold(f64::MAX, f64::min), sizes.fold(0.0, f64::max));
        if unit != "1" && most > FAR * least {
            return Self { metric, head: head.into(), common: None };
        }
        let scale = scale_for(unit, least.min(most));
        let half = own.iter().filter_map(|row| half(row)).fold(0.0, f64::max);
        let decimals = decimals(least.min(most) * scale.factor, half * scale.factor);
        Self { metric, head: format!("{head} [{}]", scale.unit), common: Some((scale, decimals)) }
    }

    fn cell(&self, row: &Row) -> String {
        let mean = row.value.mean;
        if !mean.is_finite() {
            return "-".into();
        }
        let own = || {
            let scale = scale_for(&row.unit, mean);
            (scale, decimals(mean * scale.factor, half(row).unwrap_or(0.0) * scale.factor))
        };
        let (Scale { factor, unit }, n) = self.common.unwrap_or_else(own);
        let over_images = row.over_images.map(|(low, high)| (high - low) / 2.0);
        let halves = [half(row), over_images].into_iter().flatten();
        let spread = |half: f64| if over_images.is_some() { format!(" ±{half:.n$}") } else { spread(half, n) };
        let halves: String = halves.map(|half| spread(half * factor)).collect();
        let unit = if self.common.is_some() { String::new() } else { format!(" {unit}") };
        format!("{:.n$}{halves}{unit}", mean * factor)
    }
}

/// ` ±0.3`; nothing where these decimals would show a zero.
fn spread(half: f64, n: usize) -> String {
    let text = format!("{half:.n$}");
    if text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { format!(" ±{text}") } else { String::new() }
}

/// The farther end's distance; nothing without an interval, or where rounding alone makes one.
fn half(row: &Row) -> Option<f64> {
    let Interval { mean, low, high } = row.value;
    let half = (mean - low).max(high - mean);
    (half > 1e-9 * mean.abs()).then_some(half)
}

/// Lines with aligned columns.
fn block(manifest: &Manifest, rows: &[&Row]) -> String {
    let columns: Vec<Column<'_>> = COLUMNS.iter().map(|(metric, head)| Column::of(metric, head, rows)).collect();
    let heads = columns.iter().map(|column| column.head.clone());
    let head: Vec<String> = std::iter::once("policy".to_owned()).chain(heads).chain(["busiest".to_owned()]).collect();
    let lines = manifest.policies.iter().map(|policy| line(&columns, rows, policy));
    align(&std::iter::once(head).chain(lines).collect::<Vec<_>>())
}

fn line(columns: &[Column<'_>], rows: &[&Row], policy: &str) -> Vec<String> {
    let own: Vec<&Row> = rows.iter().copied().filter(|row| row.policy == policy).collect();
    let cell = |column: &Column<'_>| {
        own.iter().find(|row| row.metric == column.metric).map_or_else(|| "-".into(), |row| column.cell(row))
    };
    let first = std::iter::once(policy.to_owned());
    first.chain(columns.iter().map(cell)).chain([busiest(&own)]).collect()
}

/// The place that is used most, and how much.
fn busiest(rows: &[&Row]) -> String {
    let places = rows.iter().filter_map(|row| Some((row.metric.strip_prefix("utilisation_")?, row.value.mean)));
    let most = places.filter(|(_, share)| share.is_finite()).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0)));
    most.map_or_else(|| "-".into(), |(place, share)| format!("{} {:.0} %", place.replace('_', " "), share * 100.0))
}

/// The first column to the left, the others to the right.
fn align(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |k: usize| lines.iter().map(|line| line[k].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    lines.iter().map(|line| aligned(line, &widths)).collect()
}

fn aligned(line: &[String], widths: &[usize]) -> String {
    let cell = |(k, (text, width)): (usize, (&String, &usize))| match k {
        0 => format!("  {text:<width$}"),
        _ => format!("  {text:>width$}"),
    };
    let cells: String = line.iter().zip(widths).enumerate().map(cell).collect();
    cells.trim_end().to_owned() + "\n"
}
