//! What a study depends on, in one hash: equal keys, equal results.

use super::manifest::Manifest;
use crate::catalog::ModelTables;
use crate::problem::Problem;
use crate::scenario::Variant;
use crate::sim::Trace;
use crate::store::hash::{Hasher, sha256_file, sha256_hex};
use std::path::Path;

/// The key's file name in a study's folder.
pub const KEY: &str = ".key";

/// The key of a study: its scenario, its models and the program that runs it, whose policies may be a user's own.
///
/// # Errors
/// The program's file cannot be read.
pub fn of(manifest: &Manifest, requests: bool) -> Result<String, Problem> {
    let mut hasher = Hasher::new();
    hasher.field(manifest.text());
    hasher.field([u8::from(requests)]);
    hasher.field(program()?);
    Ok(hasher.hex())
}

fn program() -> Result<String, Problem> {
    let path = std::env::current_exe().map_err(|e| Problem::new(format!("cannot find this program's file: {e}")))?;
    sha256_file(&path)
}

/// Whether the folder holds a finished study of this key.
pub fn done(folder: &Path, key: &str) -> bool {
    folder.join(super::manifest::MANIFEST).exists() && std::fs::read_to_string(folder.join(KEY)).is_ok_and(|k| k == key)
}

/// The hash of a profile, as it is stored.
pub fn profile(variant: &Variant) -> String {
    sha256_hex((serde_json::to_string_pretty(&variant.profile).unwrap_or_default() + "\n").as_bytes())
}

/// The hash of what a variant's tables say.
pub fn tables(variant: &Variant) -> String {
    let mut hasher = Hasher::new();
    add(&mut hasher, &variant.validation);
    add(&mut hasher, &variant.test);
    hasher.hex()
}

/// The hash of what a trace says.
pub fn trace(trace: &Trace) -> String {
    let mut hasher = Hasher::new();
    hasher.field(trace.period().ns().to_le_bytes());
    for stretch in trace.stretches() {
        hasher.field([stretch.at.ns(), stretch.rate.0, stretch.burst.0].map(u64::to_le_bytes).as_flattened());
    }
    hasher.hex()
}

fn add(hasher: &mut Hasher, tables: &ModelTables) {
    hasher.field(bytes(&tables.image, |v| v.to_le_bytes()));
    hasher.field(bytes(&tables.label, |v| v.to_le_bytes()));
    hasher.field((tables.outputs.len() as u64).to_le_bytes());
    for output in &tables.outputs {
        hasher.field(&output.tap);
        hasher.field(&output.codec);
        hasher.field(bytes(&output.prediction, |v| v.to_le_bytes()));
        hasher.field(bytes(&output.confidence, |v| v.to_le_bytes()));
        hasher.field(bytes(&output.margin, |v| v.to_le_bytes()));
    }
    for size in &tables.sizes {
        hasher.field(&size.tap);
        hasher.field(&size.codec);
        hasher.field(bytes(&size.bytes, |v| v.to_le_bytes()));
    }
}

fn bytes<T: Copy, const N: usize>(values: &[T], of: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|value| of(*value)).collect()
}
