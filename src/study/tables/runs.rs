use super::{Placed, at};
use crate::store::parquet::Columns;
use crate::study::cell::{COUNTS, Run};

/// `runs.parquet`: counts and quantities of each replication.
pub fn runs(cells: &[Placed<'_>]) -> Columns {
    let rows: Vec<(Placed<'_>, &Run)> = cells.iter().flat_map(|p| p.cell.runs.iter().map(|run| (*p, run))).collect();
    let replications = cells.iter().flat_map(|p| 0..p.cell.runs.len() as u32);
    let mut columns = at(rows.iter().map(|(p, _)| p.point))
        .str("policy", rows.iter().map(|(p, _)| p.policy))
        .u32("replication", replications.collect());
    for (k, name) in COUNTS.iter().enumerate() {
        columns = columns.u64(*name, rows.iter().map(|(_, run)| run.counts[k]).collect());
    }
    for name in names(cells) {
        columns = columns.f64(name, rows.iter().map(|(p, run)| value(p, run, name)).collect());
    }
    columns
}

/// Names of all quantities, in the order in which cells have them first.
fn names<'a>(cells: &[Placed<'a>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in cells.iter().flat_map(|p| &p.cell.names) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

fn value(placed: &Placed<'_>, run: &Run, name: &str) -> f64 {
    let at = placed.cell.names.iter().position(|(own, _)| own == name);
    at.map_or(f64::NAN, |k| run.ratios[k].value())
}
