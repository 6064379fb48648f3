//! `manifest.json`: what a study says about itself. Only what a report shows is read; all else is left alone.

use crate::problem::Problem;
use serde::Deserialize;
use std::path::Path;

/// What a report shows of `manifest.json`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Manifest {
    /// The study's title.
    pub title: String,
    /// The question it asks.
    pub question: String,
    /// The scenario file's name.
    pub scenario: String,
    /// SHA-256 of the scenario file.
    pub scenario_sha256: String,
    /// The seed of all randomness.
    pub seed: Option<u64>,
    /// Whose images: `validation` or `test`.
    pub images: String,
    /// The version of the program that ran it.
    pub version: String,
    /// The models' profiles.
    pub profiles: Vec<Profile>,
    /// Policies in the scenario's order.
    pub policies: Vec<String>,
    /// What a reader must know before all else.
    pub notes: Vec<String>,
    /// The answer in words, line by line.
    pub summary: Vec<String>,
}

/// A model's profile.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub struct Profile {
    /// The role that it plays in the scenario; empty if not said.
    pub role: String,
    /// Its identity.
    pub id: String,
    /// SHA-256 of its file.
    pub sha256: String,
}

/// Reads a manifest.
///
/// # Errors
/// If it is missing, is not JSON, or one of its fields has another type.
pub(super) fn read(path: &Path) -> Result<Manifest, Problem> {
    let text = std::fs::read_to_string(path).map_err(|e| Problem::io("read the manifest", path, &e))?;
    serde_json::from_str(&text).map_err(|e| Problem::new(format!("not a manifest: {e}")).in_file(path))
}
