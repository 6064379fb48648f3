//! `manifest.json`: what a study says about itself. No clock, no machine, no path: equal studies have equal manifests.

use super::key;
use super::tables::Row;
use super::{flags, words};
use crate::problem::Problem;
use crate::scenario::{Library, Point, Scenario};
use crate::sim::Arrivals;
use crate::sim::Trace;
use crate::store::hash::sha256_hex;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Its file name.
pub const MANIFEST: &str = "manifest.json";

/// What a study says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The scenario's title.
    pub title: String,
    /// The question it asks.
    pub question: String,
    /// The scenario file's name.
    pub scenario: String,
    /// SHA-256 of its content.
    pub scenario_sha256: String,
    /// The seed of all randomness.
    pub seed: u64,
    /// Whose images: `validation` or `test`.
    pub images: String,
    /// The version of the program that ran it.
    pub version: String,
    /// The models.
    pub profiles: Vec<Profile>,
    /// The traces that links follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traces: Vec<TraceNote>,
    /// The policies' names, in the scenario's order.
    pub policies: Vec<String>,
    /// Their strategies, in the same order.
    pub strategies: Vec<String>,
    /// The swept parameter's values.
    pub points: Vec<PointNote>,
    /// How many replications of each policy at each point.
    pub replications: u32,
    /// Whether sources wait for their answers, so that when requests are born depends on the policy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// What a reader must know before all else.
    pub notes: Vec<String>,
    /// The answer in words, line by line.
    pub summary: Vec<String>,
}

/// A model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The role that it plays.
    pub role: String,
    /// The variant's id.
    pub id: String,
    /// SHA-256 of its `profile.json`.
    pub sha256: String,
    /// SHA-256 of what its tables say, however they are stored.
    pub tables_sha256: String,
}

/// A trace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TraceNote {
    /// Its file, as the scenario names it.
    pub file: String,
    /// SHA-256 of what it says, however it is written.
    pub sha256: String,
}

/// A point of the sweep.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PointNote {
    /// The swept parameter's dotted path; empty without a sweep.
    pub parameter: String,
    /// Its value, as written.
    pub value: String,
    /// Its value in its base unit, if it is a number.
    pub value_base: Option<f64>,
    /// That unit.
    pub unit: String,
}

impl TraceNote {
    fn of(file: &Path, trace: &Trace) -> Self {
        Self { file: file.to_string_lossy().into_owned(), sha256: key::trace(trace) }
    }
}

impl PointNote {
    fn of(point: &Point) -> Self {
        Self {
            parameter: point.parameter.clone(),
            value: point.value.clone(),
            value_base: Some(point.value_base).filter(|value| value.is_finite()),
            unit: point.unit.into(),
        }
    }
}

impl Manifest {
    /// Of a scenario and its models, so far without results.
    pub fn of(scenario: &Scenario, library: &Library) -> Self {
        let file = scenario.file();
        Self {
            title: file.title.clone(),
            question: file.question.clone(),
            scenario: name(&scenario.source().path),
            scenario_sha256: sha256_hex(scenario.source().text.as_bytes()),
            seed: file.seed,
            images: file.images.name().into(),
            version: env!("CARGO_PKG_VERSION").into(),
            profiles: profiles(scenario, library),
            traces: library.traces().map(|(file, trace)| TraceNote::of(file, trace)).collect(),
            policies: file.policies.names().map(Into::into).collect(),
            strategies: file.policies.iter().map(|(_, spec)| spec.strategy.clone()).collect(),
            points: scenario.points().iter().map(PointNote::of).collect(),
            replications: file.run.replications,
            closed: scenario.points().iter().any(is_closed),
            ..Self::default()
        }
    }

    /// With notes and the answer in words.
    pub fn with_results(mut self, rows: &[Row], differences: &[super::tables::Difference]) -> Self {
        let raised = |flag: &str| rows.iter().any(|row| row.flags.split(',').any(|f| f == flag));
        let notes = flags::ALL.iter().filter(|(flag, _)| raised(flag));
        self.notes = notes.map(|(flag, meaning)| format!("{}: {meaning}", flag.replace('_', " "))).collect();
        self.summary = words::summary(&self, rows, differences);
        self
    }

    /// As it is stored.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The stored one in a folder.
    ///
    /// # Errors
    /// It is missing, or is no manifest.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(|e| Problem::io("read the manifest", &path, &e))?;
        serde_json::from_str(&text).map_err(|e| Problem::new(format!("not a manifest: {e}")).in_file(&path))
    }
}

fn is_closed(point: &Point) -> bool {
    point.file.workload.iter().any(|(_, workload)| matches!(workload.arrivals, Arrivals::Closed { .. }))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Each role with each variant that plays it at some point.
fn profiles(scenario: &Scenario, library: &Library) -> Vec<Profile> {
    let mut all: Vec<Profile> = Vec::new();
    for (role, folder) in scenario.points().iter().flat_map(|point| point.file.models.iter()) {
        if let Some(variant) = library.get(folder) {
            let (sha256, tables_sha256) = (key::profile(variant), key::tables(variant));
            let profile = Profile { role: role.into(), id: variant.profile.id.clone(), sha256, tables_sha256 };
            if !all.contains(&profile) {
                all.push(profile);
            }
        }
    }
    all
}
