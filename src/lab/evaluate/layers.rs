//! `layers`: a row a network and layer: what it computes, holds and writes, and how long it takes on this machine.

use super::{Field, Subject, or_nan};
use crate::catalog::LayerProfile;
use crate::lab::measure::{Latency, Spread};
use crate::problem::Problem;
use crate::store::parquet::Columns;

struct Row<'a> {
    who: &'a Subject,
    layer: &'a LayerProfile,
    latency: Option<&'a Latency>,
    spread: Option<Spread>,
}

pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    let rows: Vec<Row> = field
        .all()
        .flat_map(|(who, seen)| {
            let spread = |i| seen.latency.as_ref().and_then(|l: &Latency| l.layers.get(i).copied());
            let layers = who.profile.layers.iter().enumerate();
            layers.map(move |(i, layer)| Row { who, layer, latency: seen.latency.as_ref(), spread: spread(i) })
        })
        .collect();
    Ok(times(&rows, counts(&rows)))
}

fn counts(rows: &[Row]) -> Columns {
    Columns::new()
        .str("name", rows.iter().map(|r| r.who.name.as_str()))
        .str("variant", rows.iter().map(|r| r.who.variant.as_str()))
        .u64("seed", rows.iter().map(|r| r.who.seed).collect())
        .str("layer", rows.iter().map(|r| r.layer.name.as_str()))
        .str("kind", rows.iter().map(|r| r.layer.kind.as_str()))
        .u64("parameters", rows.iter().map(|r| r.layer.parameters).collect())
        .u64("macs", rows.iter().map(|r| r.layer.macs).collect())
        .u64("weight_bytes", rows.iter().map(|r| r.layer.weight_bytes).collect())
        .u64("output_bytes", rows.iter().map(|r| r.layer.output_bytes).collect())
}

fn times(rows: &[Row], table: Columns) -> Columns {
    table
        .f64("latency_median_s", rows.iter().map(|r| or_nan(r.spread.map(|s| s.median_s))).collect())
        .f64("latency_p90_s", rows.iter().map(|r| or_nan(r.spread.map(|s| s.p90_s))).collect())
        .f64("host_load", rows.iter().map(|r| or_nan(r.latency.and_then(|l| l.load))).collect())
        .str("host_pinned", rows.iter().map(|r| r.latency.map_or("", |l| if l.pinned { "true" } else { "false" })))
}
