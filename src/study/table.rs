//! The results as text: a block for each point, a line for each policy.

use super::manifest::{Manifest, PointNote};
use super::tables::Row;
use super::text::{Scale, decimals, scale_for};
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
    let columns: Vec<Column<'_>> = COLUMNS.iter().map(|(metric, head)| Column::of(metric, head, rows)).collect();
    let mut text = String::new();
    for (index, point) in manifest.points.iter().enumerate() {
        let blank = if index > 0 { "\n" } else { "" };
        let _ = writeln!(text, "{blank}{}", heading(point));
        let lines: Vec<Vec<String>> =
            manifest.policies.iter().map(|policy| line(&columns, rows, index as u32, policy)).collect();
        text += &block(&columns, &lines);
    }
    text + &legend(manifest)
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

/// One quantity, in one unit for all lines.
struct Column<'a> {
    metric: &'a str,
    head: String,
    scale: Scale,
    decimals: usize,
}

impl<'a> Column<'a> {
    fn of(metric: &'a str, head: &str, rows: &[Row]) -> Self {
        let own: Vec<&Row> = rows.iter().filter(|row| row.metric == metric && row.value.mean.is_finite()).collect();
        let typical = middle(own.iter().map(|row| row.value.mean.abs()).collect());
        let half = middle(own.iter().map(|row| half(row)).filter(|half| *half > 0.0).collect());
        let unit = own.first().map_or("", |row| row.unit.as_str());
        let scale = scale_for(unit, typical);
        let decimals = decimals(typical * scale.factor, half * scale.factor);
        Self { metric, head: format!("{head} [{}]", scale.unit), scale, decimals }
    }

    fn cell(&self, row: &Row) -> String {
        let (n, factor) = (self.decimals, self.scale.factor);
        if !row.value.mean.is_finite() {
            return "-".into();
        }
        let mut text = format!("{:.n$}", row.value.mean * factor);
        if half(row) > 0.0 {
            let _ = write!(text, " ±{:.n$}", half(row) * factor);
        }
        if let Some((low, high)) = row.over_images {
            let _ = write!(text, " ±{:.n$}", (high - low) / 2.0 * factor);
        }
        text
    }
}

/// The farther end's distance; not a number without an interval.
fn half(row: &Row) -> f64 {
    (row.value.mean - row.value.low).max(row.value.high - row.value.mean)
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn line(columns: &[Column<'_>], rows: &[Row], point: u32, policy: &str) -> Vec<String> {
    let own: Vec<&Row> = rows.iter().filter(|row| row.point == point && row.policy == policy).collect();
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

/// Lines with aligned columns: the first to the left, the others to the right.
fn block(columns: &[Column<'_>], lines: &[Vec<String>]) -> String {
    let heads = columns.iter().map(|column| column.head.clone());
    let head: Vec<String> = std::iter::once("policy".to_owned()).chain(heads).chain(["busiest".to_owned()]).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&head).chain(lines).collect();
    let width = |k: usize| all.iter().map(|line| line[k].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    all.iter().map(|line| aligned(line, &widths)).collect()
}

fn aligned(line: &[String], widths: &[usize]) -> String {
    let cell = |(k, (text, width)): (usize, (&String, &usize))| match k {
        0 => format!("  {text:<width$}"),
        _ => format!("  {text:>width$}"),
    };
    let cells: String = line.iter().zip(widths).enumerate().map(cell).collect();
    cells.trim_end().to_owned() + "\n"
}
