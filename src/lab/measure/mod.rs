//! Measuring: what is shipped is read back from its file and run on every validation and test image.
//!
//! A variant's folder holds `profile.json`, `weights.safetensors` (shipped: norms folded), `trained.safetensors` (what
//! later steps start from), `predictions.parquet`, `bytes.parquet` and `training.parquet` (one row an epoch).

mod answers;
mod bytes;
mod figures;
mod profile;
mod timing;
mod verify;

pub use answers::{Answers, Output, Part};
pub use figures::proportion;
pub use verify::verify;

use super::data::Dataset;
use super::network::{Executor, Kind, Weights};
use super::train::Trained;
use crate::catalog::{BYTES, Lineage, ModelProfile, PREDICTIONS, PROFILE};
use crate::problem::{Problem, Problems};
use crate::store::atomic::{self, Batch};
use crate::store::parquet::Columns;
use std::path::Path;

/// The shipped file's name.
pub const WEIGHTS: &str = "weights.safetensors";
/// The trained file's name.
pub const TRAINED: &str = "trained.safetensors";
/// The table of epochs' name.
pub const TRAINING: &str = "training.parquet";

/// Measures a trained variant and writes its folder, whole or not at all.
///
/// # Errors
/// Output errors, and whatever is wrong with what was read back.
pub fn measure(
    folder: &Path,
    architecture: &str,
    trained: &Trained,
    data: &Dataset,
    lineage: Lineage,
) -> Result<ModelProfile, Problems> {
    let batch = Batch::create(folder)?;
    for (name, kind) in [(WEIGHTS, Kind::Shipped), (TRAINED, Kind::Trained)] {
        let bytes = Weights::of(&trained.trainee, data.scaling.clone(), kind)?.encode()?;
        atomic::write(&batch.path(name), &bytes)?;
    }
    let (executor, file) = shipped(&batch.path(""))?;
    let answers = Answers::of(&executor, data);
    let sizes = bytes::deflated(data)?;
    let id = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let times = timing::layers(&executor, data);
    let profile = profile::assemble(&id, architecture, &executor, &answers, &sizes, times, file, data, lineage)?;
    answers.columns(profile.calibration.temperature).write(&batch.path(PREDICTIONS))?;
    sizes.columns().write(&batch.path(BYTES))?;
    epochs(trained).write(&batch.path(TRAINING))?;
    atomic::write(&batch.path(PROFILE), profile::text(&profile)?.as_bytes())?;
    batch.commit(PROFILE)?;
    Ok(profile)
}

/// The network of a folder's shipped file, and the file's bytes.
fn shipped(folder: &Path) -> Result<(Executor, Vec<u8>), Problem> {
    let path = folder.join(WEIGHTS);
    let bytes = std::fs::read(&path).map_err(|e| Problem::io("read the weights", &path, &e))?;
    let read = || Executor::new(Weights::decode(&bytes)?.folded()?);
    Ok((read().map_err(|p| p.in_file(&path))?, bytes))
}

/// The network of a measured variant.
///
/// # Errors
/// What is wrong with its shipped file.
pub fn load(folder: &Path) -> Result<Executor, Problem> {
    Ok(shipped(folder)?.0)
}

/// The network of a measured variant as it was trained: what later steps begin from.
///
/// # Errors
/// What is wrong with its file.
pub fn load_trained(folder: &Path) -> Result<Weights, Problem> {
    let path = folder.join(TRAINED);
    let bytes = std::fs::read(&path).map_err(|e| Problem::io("read the weights", &path, &e))?;
    Weights::decode(&bytes).map_err(|p| p.in_file(&path))
}

fn epochs(trained: &Trained) -> Columns {
    let history = &trained.history;
    Columns::new()
        .u32("epoch", (1..=history.len() as u32).collect())
        .f64("loss", history.iter().map(|e| e.loss).collect())
        .f64("validation_accuracy", history.iter().map(|e| e.validation).collect())
}
