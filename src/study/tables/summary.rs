use super::{Placed, at};
use crate::problem::Problem;
use crate::sim::World;
use crate::stats::Interval;
use crate::store::parquet::{Columns, Table};
use crate::study::flags;

/// One quantity of one policy at one point, over all replications.
#[derive(Clone, Debug)]
pub struct Row {
    /// The point's number.
    pub point: u32,
    /// The policy's name.
    pub policy: String,
    /// The quantity: a metric's name, or `utilisation_` and a place.
    pub metric: String,
    /// Its unit; `1` for shares.
    pub unit: String,
    /// Its value over all replications, with its interval over them.
    pub value: Interval,
    /// Its interval over images, if it is an accuracy.
    pub over_images: Option<(f64, f64)>,
    /// How many replications have it.
    pub replications: u32,
    /// What a reader must know, separated by commas.
    pub flags: String,
}

/// The rows of all cells; `worlds` by point.
pub fn summary(cells: &[Placed<'_>], worlds: &[World]) -> Vec<Row> {
    let of = |p: &Placed<'_>| {
        let (p, world) = (*p, &worlds[p.point.index as usize]);
        (0..p.cell.names.len()).map(|k| row(&p, k, world)).collect::<Vec<_>>()
    };
    cells.iter().flat_map(of).collect()
}

fn row(placed: &Placed<'_>, k: usize, world: &World) -> Row {
    let (cell, (metric, unit)) = (placed.cell, &placed.cell.names[k]);
    let mut flags = cell.flags.clone();
    flags.extend(flags::of_metric(world, metric));
    Row {
        point: placed.point.index,
        policy: placed.policy.into(),
        metric: metric.clone(),
        unit: (*unit).into(),
        value: cell.interval(k),
        over_images: cell.over_images(k),
        replications: cell.quantities[k].replications() as u32,
        flags: flags.into_iter().collect::<Vec<_>>().join(","),
    }
}

impl Row {
    /// `summary.parquet`.
    pub fn columns(rows: &[Self], cells: &[Placed<'_>]) -> Columns {
        let point = |row: &Self| cells.iter().map(|p| p.point).find(|p| p.index == row.point);
        let (low, high) = ends(rows.iter().map(|row| row.over_images));
        at(rows.iter().filter_map(point).collect::<Vec<_>>().into_iter())
            .str("policy", rows.iter().map(|row| row.policy.as_str()))
            .str("metric", rows.iter().map(|row| row.metric.as_str()))
            .str("unit", rows.iter().map(|row| row.unit.as_str()))
            .f64("mean", rows.iter().map(|row| row.value.mean).collect())
            .f64("low", rows.iter().map(|row| row.value.low).collect())
            .f64("high", rows.iter().map(|row| row.value.high).collect())
            .f64("image_low", low)
            .f64("image_high", high)
            .u32("replications", rows.iter().map(|row| row.replications).collect())
            .str("flags", rows.iter().map(|row| row.flags.as_str()))
    }

    /// The rows of a stored table.
    ///
    /// # Errors
    /// A column is missing or ill-typed.
    pub fn of_table(table: &Table) -> Result<Vec<Self>, Problem> {
        let (point, replications) = (table.u32("point")?, table.u32("replications")?);
        let (policy, metric) = (table.str("policy")?, table.str("metric")?);
        let (unit, flags) = (table.str("unit")?, table.str("flags")?);
        let (value, over_images) = (intervals(table)?, images(table)?);
        let row = |i: usize| Self {
            point: point[i],
            policy: policy[i].clone(),
            metric: metric[i].clone(),
            unit: unit[i].clone(),
            value: value[i],
            over_images: over_images[i],
            replications: replications[i],
            flags: flags[i].clone(),
        };
        Ok((0..table.rows()).map(row).collect())
    }
}

/// Lower and upper ends, not numbers where there are none.
pub(super) fn ends(intervals: impl Iterator<Item = Option<(f64, f64)>>) -> (Vec<f64>, Vec<f64>) {
    intervals.map(|ends| ends.unwrap_or((f64::NAN, f64::NAN))).unzip()
}

/// `mean`, `low`, `high` of a table.
pub(super) fn intervals(table: &Table) -> Result<Vec<Interval>, Problem> {
    let (mean, low, high) = (table.f64("mean")?, table.f64("low")?, table.f64("high")?);
    Ok((0..table.rows()).map(|i| Interval { mean: mean[i], low: low[i], high: high[i] }).collect())
}

/// `image_low`, `image_high` of a table.
pub(super) fn images(table: &Table) -> Result<Vec<Option<(f64, f64)>>, Problem> {
    let (low, high) = (table.f64("image_low")?, table.f64("image_high")?);
    Ok(low.iter().zip(high).map(|(low, high)| (!low.is_nan()).then_some((*low, *high))).collect())
}
