//! All networks of a recipe in one table.

use crate::catalog::ModelProfile;
use crate::lab::recipe::Instance;
use crate::problem::Problem;
use crate::store::atomic;
use crate::store::parquet::{Column, Columns};
use std::path::Path;

/// Its name, without an ending.
const VARIANTS: &str = "variants";

/// Writes the table into a folder as CSV and as Parquet, a row a network.
pub fn write(folder: &Path, profiles: &[(Instance, ModelProfile)]) -> Result<(), Problem> {
    let columns = columns(profiles);
    atomic::write(&folder.join(format!("{VARIANTS}.csv")), csv(&columns).as_bytes())?;
    columns.write(&folder.join(format!("{VARIANTS}.parquet")))
}

fn columns(all: &[(Instance, ModelProfile)]) -> Columns {
    let text = |part: fn(&Instance, &ModelProfile) -> String| all.iter().map(|(i, p)| part(i, p)).collect::<Vec<_>>();
    let number = |part: fn(&ModelProfile) -> u64| all.iter().map(|(_, p)| part(p)).collect::<Vec<_>>();
    let real = |part: fn(&ModelProfile) -> f64| all.iter().map(|(_, p)| part(p)).collect::<Vec<_>>();
    Columns::new()
        .str("name", text(|i, _| i.name.clone()))
        .str("variant", text(|i, _| i.variant.clone()))
        .u64("seed", all.iter().map(|(i, _)| i.seed).collect())
        .str("parent", text(|_, p| p.lineage.parent.as_ref().map_or(String::new(), |(name, _)| name.clone())))
        .str("method", text(|_, p| p.lineage.method.clone()))
        .str("architecture", text(|_, p| p.architecture.clone()))
        .str("precision", text(|_, p| p.file.precision.clone()))
        .u64("parameters", number(|p| p.parameters))
        .u64("macs", number(|p| p.macs))
        .u64("bytes", number(|p| p.file.bytes))
        .u64("peak_activation_bytes", number(|p| p.peak_activation_bytes))
        .f64("validation", real(|p| p.accuracy.validation.value))
        .f64("top1", real(|p| p.accuracy.test.value))
        .f64("top1_low", real(|p| p.accuracy.test.low))
        .f64("top1_high", real(|p| p.accuracy.test.high))
        .f64("ece_before", real(|p| p.calibration.ece_before))
        .f64("ece_after", real(|p| p.calibration.ece_after))
        .f64("nll_after", real(|p| p.calibration.nll_after))
        .u64("epochs", number(|p| p.lineage.epochs.into()))
        .f64("wall_s", real(|p| p.lineage.cost.wall_s))
        .f64("cpu_s", real(|p| p.lineage.cost.cpu_s))
        .f64("train_macs", real(|p| p.lineage.cost.macs))
}

/// Names hold no commas, so nothing is quoted; numbers in the shortest form that reads back.
fn csv(columns: &Columns) -> String {
    let names: Vec<&str> = columns.names().collect();
    let all: Vec<Vec<String>> = columns.iter().map(|(_, column)| written(column)).collect();
    let row = |i: usize| all.iter().map(|c| c[i].as_str()).collect::<Vec<_>>().join(",");
    std::iter::once(names.join(",")).chain((0..columns.rows()).map(row)).map(|line| line + "\n").collect()
}

fn written(column: &Column) -> Vec<String> {
    match column {
        Column::Str(values) => values.clone(),
        Column::U64(values) => values.iter().map(u64::to_string).collect(),
        Column::F64(values) => values.iter().map(f64::to_string).collect(),
        other => vec![String::new(); other.len()],
    }
}
