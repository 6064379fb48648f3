//! Measuring: what is shipped is read back from its file and run on every validation and test image.
//!
//! A variant's folder holds `profile.json`, `weights.safetensors` (shipped: norms folded; or `weights.twc`, the same
//! entropy-coded), `predictions.parquet` and
//! `bytes.parquet`; where it was trained, `trained.safetensors` (what later steps start from) and `training.parquet`
//! (one row an epoch); and what else the step that made it has to tell.

#[cfg(test)]
mod end_to_end;
mod figures;
mod product;
mod profile;
mod timing;
pub mod transfer;
mod update;
mod verify;
mod wanted;

pub use product::Product;
pub use profile::{layers, peak};
pub use timing::{Latency, Spread, inference, layers as layer_times};
pub use update::{Update, update};
pub use verify::verify;
pub use wanted::Wanted;

use super::answers::{Answers, Output, Shipped, plain};
use super::codec::{bytes_columns, crossings, outputs};
use super::corrupt::{self, CORRUPTED, Corrupted};
use super::data::Dataset;
use super::network::{Executor, Folded, Weights};
use crate::catalog::{BYTES, Lineage, ModelProfile, PREDICTIONS, PROFILE, Split};
use crate::problem::{Problem, Problems};
use crate::store::atomic::{self, Batch};
use std::path::{Path, PathBuf};

/// The shipped file's name.
pub const WEIGHTS: &str = "weights.safetensors";
/// The shipped file's name where it is entropy-coded.
pub const CODED: &str = "weights.twc";
/// The trained file's name.
pub const TRAINED: &str = "trained.safetensors";
/// The table of epochs' name.
pub const TRAINING: &str = "training.parquet";
/// The name of the table of what pruning took away.
pub const PRUNING: &str = "pruning.parquet";
/// The name of the table of what each layer loses in integers.
pub const SENSITIVITY: &str = "sensitivity.parquet";

/// Measures what a step made and writes its folder, whole or not at all.
///
/// # Errors
/// Output errors, and whatever is wrong with what was read back.
pub fn measure(
    folder: &Path,
    architecture: &str,
    product: &Product,
    wanted: &Wanted,
    data: &Dataset,
    lineage: Lineage,
) -> Result<ModelProfile, Problems> {
    let mut batch = Batch::create(folder)?;
    product.files().try_for_each(|(name, bytes)| atomic::write(&batch.path(name), bytes))?;
    let (network, file) = read(&batch.path(""))?;
    let answers = Answers::of(&network, data);
    let early = Answers::early(&network, data);
    let crossings = crossings(&network, data, wanted.codecs())?;
    let id = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let measured = profile::Measured {
        id: &id,
        architecture,
        network: &network,
        answers: &answers,
        early: &early,
        file: (product.name(), &file),
    };
    let profile = profile::assemble(&measured, &crossings, data, lineage)?;
    let temperature = profile.calibration.temperature;
    let outputs = outputs(&answers, &crossings, &early, |tap| profile.temperature_at(tap));
    Output::columns(&outputs, wanted.logits).write(&batch.path(PREDICTIONS))?;
    bytes_columns(&crossings, data).write(&batch.path(BYTES))?;
    if wanted.corruptions.is_empty() {
        batch.remove(CORRUPTED);
    } else {
        let all =
            corrupt::answers(&network, data, Split::Test, &wanted.corruptions, temperature, wanted::CORRUPTION_SEED);
        Corrupted::columns(&all).write(&batch.path(CORRUPTED))?;
    }
    product.stale().for_each(|name| batch.remove(name));
    product.tables.iter().try_for_each(|(name, table)| table.write(&batch.path(name)))?;
    atomic::write(&batch.path(PROFILE), profile::text(&profile)?.as_bytes())?;
    batch.commit(PROFILE)?;
    Ok(profile)
}

/// Where a folder's shipped file is.
fn shipped_in(folder: &Path) -> PathBuf {
    let coded = folder.join(CODED);
    if coded.is_file() { coded } else { folder.join(WEIGHTS) }
}

/// The network of a folder's shipped file, and the file's bytes.
fn read(folder: &Path) -> Result<(Shipped, Vec<u8>), Problem> {
    let path = shipped_in(folder);
    let bytes = bytes_of(&path)?;
    Ok((Shipped::decode(&bytes).map_err(|p| p.in_file(&path))?, bytes))
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Problem> {
    std::fs::read(path).map_err(|e| Problem::io("read the weights", path, &e))
}

/// The network of a measured variant.
///
/// # Errors
/// What is wrong with its shipped file.
pub fn load(folder: &Path) -> Result<Shipped, Problem> {
    Ok(read(folder)?.0)
}

/// The same, where only a network of floats will do.
///
/// # Errors
/// The same, and a quantised network.
pub fn load_float(folder: &Path) -> Result<Executor, Problem> {
    match load(folder)? {
        Shipped::Float(executor) => Ok(*executor),
        Shipped::Quantised(_) => {
            Err(Problem::new("a quantised network, where one of floats is needed").in_file(folder))
        }
    }
}

/// A measured variant's shipped file before it was coded.
///
/// # Errors
/// What is wrong with its file.
pub fn load_plain(folder: &Path) -> Result<Vec<u8>, Problem> {
    let path = shipped_in(folder);
    Ok(plain(&bytes_of(&path)?).map_err(|p| p.in_file(&path))?.into_owned())
}

/// The weights of a measured variant of floats, norms folded.
///
/// # Errors
/// What is wrong with its file.
pub fn load_folded(folder: &Path) -> Result<Folded, Problem> {
    let folded = || Weights::decode(&load_plain(folder)?)?.folded();
    folded().map_err(|p| p.in_file(shipped_in(folder)))
}

/// The network of a measured variant as it was trained: what later steps begin from.
///
/// # Errors
/// What is wrong with its file.
pub fn load_trained(folder: &Path) -> Result<Weights, Problem> {
    let path = folder.join(TRAINED);
    if !path.is_file() && folder.join(PROFILE).is_file() {
        let problem = Problem::new("the network is kept as it is shipped, not as it was trained").in_file(&path);
        return Err(problem.remedy("remove its folder and run the recipe: it is trained again"));
    }
    Weights::decode(&bytes_of(&path)?).map_err(|p| p.in_file(&path))
}
