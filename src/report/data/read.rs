//! Reading a study's folder.

use super::{Latency, Study, Summary, manifest};
use crate::{
    problem::{Problem, Problems},
    store::parquet::Table,
};
use std::path::Path;

/// Reads `manifest.json`, `summary.parquet`, `latency.parquet` and, if it is there, `series.parquet` of a study's folder.
///
/// # Errors
/// All files that are missing, cannot be read or lack a column, at once.
pub fn read(folder: &Path) -> Result<Study, Problems> {
    let mut problems = Problems::default();
    let manifest = problems.note(manifest::read(&folder.join("manifest.json")));
    let summary = problems.note(table(&folder.join("summary.parquet"), summary));
    let latency = problems.note(table(&folder.join("latency.parquet"), latency));
    let courses = problems.note(super::over_time::read(&folder.join("series.parquet")));
    match (manifest, summary, latency, courses) {
        (Some(manifest), Some(summary), Some(latency), Some(courses)) => {
            Ok(Study { courses, ..Study::new(manifest, summary, latency) })
        }
        _ => Err(with_remedy(problems)),
    }
}

fn with_remedy(mut problems: Problems) -> Problems {
    for problem in problems.0.iter_mut().filter(|p| p.remedy.is_none()) {
        problem.remedy = Some("run the scenario again".into());
    }
    problems
}

/// The rows of a table.
fn table<T>(path: &Path, rows: fn(&Table) -> Result<Vec<T>, Problem>) -> Result<Vec<T>, Problem> {
    rows(&Table::read(path)?)
}

fn summary(table: &Table) -> Result<Vec<Summary>, Problem> {
    if table.rows() == 0 {
        return Err(table.problem("a table without rows"));
    }
    let (point, replications) = (table.u32("point")?, table.u32("replications")?);
    let (parameter, value, value_base) = (table.str("parameter")?, table.str("value")?, table.f64("value_base")?);
    let (policy, metric, unit, flags) =
        (table.str("policy")?, table.str("metric")?, table.str("unit")?, table.str("flags")?);
    let (mean, low, high) = (table.f64("mean")?, table.f64("low")?, table.f64("high")?);
    let (image_low, image_high) = (table.f64("image_low")?, table.f64("image_high")?);
    let row = |i: usize| Summary {
        point: point[i],
        parameter: parameter[i].clone(),
        value: value[i].clone(),
        value_base: value_base[i],
        policy: policy[i].clone(),
        metric: metric[i].clone(),
        unit: unit[i].clone(),
        mean: mean[i],
        low: low[i],
        high: high[i],
        image_low: image_low[i],
        image_high: image_high[i],
        replications: replications[i],
        flags: flags[i].clone(),
    };
    Ok((0..table.rows()).map(row).collect())
}

fn latency(table: &Table) -> Result<Vec<Latency>, Problem> {
    let (point, policy) = (table.u32("point")?, table.str("policy")?);
    let (latency_s, cumulative) = (table.f64("latency_s")?, table.f64("cumulative")?);
    let row = |i: usize| Latency {
        point: point[i],
        policy: policy[i].clone(),
        latency_s: latency_s[i],
        cumulative: cumulative[i],
    };
    Ok((0..table.rows()).map(row).collect())
}
