//! Bad input gets a place, what was received, a remedy, a non-zero exit code, and leaves nothing behind.

use super::command::{root, tierwise};
use std::path::PathBuf;

/// The quickstart with a piece of its text replaced, in a folder of its own.
fn changed(folder: &tempfile::TempDir, from: &str, to: &str) -> PathBuf {
    let text = std::fs::read_to_string(root().join("scenarios/quickstart.toml")).unwrap();
    assert!(text.contains(from), "the quickstart no longer says {from:?}");
    let path = folder.path().join("changed.toml");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    path
}

fn refused(from: &str, to: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (changed(&folder, from, to), folder.path().join("out"));
    let said = tierwise(&["run", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, 1, "{}", said.err);
    for part in expected {
        assert!(said.err.contains(part), "{part:?} is not in:\n{}", said.err);
    }
    assert!(!out.exists(), "something was written");
}

#[test]
fn an_unknown_key_is_suggested() {
    refused("count   = 40", "cuont   = 40", &["changed.toml:", "cuont", "count"]);
}

#[test]
fn a_missing_unit_is_told() {
    refused("deadline = \"500 ms\"", "deadline = \"500\"", &["changed.toml:", "500", "ms"]);
}

#[test]
fn an_unknown_policy_is_suggested() {
    refused(
        "greedy       = \"greedy-latency\"",
        "greedy       = \"greedy-latncy\"",
        &["greedy-latncy", "greedy-latency"],
    );
}

#[test]
fn a_missing_profile_is_named() {
    refused("results/models/teacher", "results/models/nobody", &["results/models/nobody"]);
}

#[test]
fn a_codec_that_nobody_measured_is_refused() {
    refused("send     = \"raw\"", "send     = \"jpeg-50\"", &["jpeg-50"]);
}

#[test]
fn all_problems_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = changed(&folder, "count   = 40", "cuont   = 40");
    let text = std::fs::read_to_string(&file).unwrap().replace("\"500 ms\"", "\"500\"");
    std::fs::write(&file, text).unwrap();
    let said = tierwise(&["validate", file.to_str().unwrap()]);
    assert!(said.code == 1 && said.err.contains("cuont") && said.err.contains("500"), "{}", said.err);
}

#[test]
fn truncated_predictions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("teacher");
    std::fs::create_dir(&model).unwrap();
    for entry in std::fs::read_dir(root().join("results/models/teacher")).unwrap() {
        let from = entry.unwrap().path();
        std::fs::copy(&from, model.join(from.file_name().unwrap())).unwrap();
    }
    let table = model.join("predictions.parquet");
    let bytes = std::fs::read(&table).unwrap();
    std::fs::write(&table, &bytes[..bytes.len() / 2]).unwrap();
    refused("results/models/teacher", model.to_str().unwrap(), &["predictions.parquet"]);
}

#[test]
fn wrong_usage_exits_with_two_and_help_with_zero() {
    assert_eq!(tierwise(&["fly"]).code, 2);
    assert_eq!(tierwise(&["--help"]).code, 0);
    assert_eq!(tierwise(&["run", "scenarios/nowhere.toml"]).code, 1);
}

#[test]
fn a_training_that_runs_away_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root().join("scenarios/lab/smoke.toml")).unwrap();
    let (file, out) = (folder.path().join("wild.toml"), folder.path().join("out"));
    std::fs::write(&file, text.replacen("rate = 0.1", "rate = 1e12", 1)).unwrap();
    let said = tierwise(&["lab", file.to_str().unwrap(), "--only", "teacher", "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("`teacher`: the loss is no finite number after"), "{}", said.err);
    assert!(!out.join("teacher").exists(), "a network was written");
}
