use super::summary::{ends, images, intervals};
use super::{Placed, at};
use crate::problem::Problem;
use crate::stats::Interval;
use crate::store::parquet::{Columns, Table};
use crate::study::CONFIDENCE;
use crate::study::metric;

/// A quantity of one policy less the same of another, at one point: paired, as all policies meet the same requests.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The point's number.
    pub point: u32,
    /// The quantity.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// The policy.
    pub policy: String,
    /// The other, whose value is taken off.
    pub other: String,
    /// The difference with its interval over replications.
    pub value: Interval,
    /// Its interval over images, if the quantity is an accuracy.
    pub over_images: Option<(f64, f64)>,
}

/// The differences of all pairs of policies in all metrics, point by point.
pub fn differences(cells: &[Placed<'_>]) -> Vec<Difference> {
    let pair = |(i, a): (usize, &Placed<'_>)| {
        let a = *a;
        let others = cells[i + 1..].iter().filter(move |b| b.point.index == a.point.index);
        others.flat_map(move |b| (0..metric::ALL.len()).map(move |k| difference(&a, b, k))).collect::<Vec<_>>()
    };
    cells.iter().enumerate().flat_map(pair).collect()
}

fn difference(a: &Placed<'_>, b: &Placed<'_>, k: usize) -> Difference {
    Difference {
        point: a.point.index,
        metric: metric::ALL[k].name.into(),
        unit: metric::ALL[k].unit.into(),
        policy: a.policy.into(),
        other: b.policy.into(),
        value: a.cell.quantities[k].less(&b.cell.quantities[k], CONFIDENCE),
        over_images: a.cell.difference_over_images(b.cell, k),
    }
}

impl Difference {
    /// The same seen from the other policy.
    pub fn reversed(&self) -> Self {
        let Interval { mean, low, high } = self.value;
        Self {
            policy: self.other.clone(),
            other: self.policy.clone(),
            value: Interval { mean: -mean, low: -high, high: -low },
            over_images: self.over_images.map(|(low, high)| (-high, -low)),
            ..self.clone()
        }
    }

    /// Whether its sign is certain: over replications, and over images if it is an accuracy.
    pub fn resolved(&self) -> bool {
        let over_images = self.over_images.is_none_or(|(low, high)| low > 0.0 || high < 0.0);
        self.value.excludes_zero() && over_images
    }

    /// `differences.parquet`.
    pub fn columns(rows: &[Self], cells: &[Placed<'_>]) -> Columns {
        let point = |row: &Self| cells.iter().map(|p| p.point).find(|p| p.index == row.point);
        let (low, high) = ends(rows.iter().map(|row| row.over_images));
        at(rows.iter().filter_map(point).collect::<Vec<_>>().into_iter())
            .str("metric", rows.iter().map(|row| row.metric.as_str()))
            .str("unit", rows.iter().map(|row| row.unit.as_str()))
            .str("policy", rows.iter().map(|row| row.policy.as_str()))
            .str("other", rows.iter().map(|row| row.other.as_str()))
            .f64("mean", rows.iter().map(|row| row.value.mean).collect())
            .f64("low", rows.iter().map(|row| row.value.low).collect())
            .f64("high", rows.iter().map(|row| row.value.high).collect())
            .f64("image_low", low)
            .f64("image_high", high)
    }

    /// The rows of a stored table.
    ///
    /// # Errors
    /// A column is missing or ill-typed.
    pub fn of_table(table: &Table) -> Result<Vec<Self>, Problem> {
        let (point, metric, unit) = (table.u32("point")?, table.str("metric")?, table.str("unit")?);
        let (policy, other) = (table.str("policy")?, table.str("other")?);
        let (value, over_images) = (intervals(table)?, images(table)?);
        let row = |i: usize| Self {
            point: point[i],
            metric: metric[i].clone(),
            unit: unit[i].clone(),
            policy: policy[i].clone(),
            other: other[i].clone(),
            value: value[i],
            over_images: over_images[i],
        };
        Ok((0..table.rows()).map(row).collect())
    }
}
