//! Whole runs: equal bytes, everything there, a user's own policy.

use super::command::{contents, example, root, tierwise};
use std::path::{Path, PathBuf};

/// The quickstart, cut down to a second's work.
fn small(folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(root().join("scenarios/quickstart.toml")).unwrap();
    let text = text
        .replace("\"1 min\"", "\"5 s\"")
        .replace("\"4 min\"", "\"20 s\"")
        .replace("replications = 10", "replications = 3\nseries = \"1 s\"");
    let path = folder.join("small.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn run(scenario: &Path, out: &Path, more: &[&str]) -> String {
    let said = tierwise(&[&["run", scenario.to_str().unwrap(), "--out", out.to_str().unwrap()], more].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    said.out
}

#[test]
fn one_and_two_threads_and_a_second_run_give_equal_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = small(folder.path());
    let outs: Vec<PathBuf> = ["one", "two", "again"].iter().map(|n| folder.path().join(n)).collect();
    run(&scenario, &outs[0], &["--threads", "1", "--requests"]);
    run(&scenario, &outs[1], &["--threads", "2", "--requests"]);
    run(&scenario, &outs[2], &["--threads", "2", "--requests"]);
    let first = contents(&outs[0]);
    for name in [
        "runs.parquet",
        "summary.parquet",
        "latency.parquet",
        "series.parquet",
        "manifest.json",
        "report.html",
        "sweep.svg",
        "sweep.png",
        "over_time.svg",
    ] {
        assert!(first.iter().any(|(n, bytes)| n == name && !bytes.is_empty()), "{name} is missing");
    }
    assert!(first.iter().any(|(n, _)| n.starts_with("requests")), "no requests were stored");
    assert!(first == contents(&outs[1]) && first == contents(&outs[2]), "bytes differ");
}

#[test]
fn what_is_done_is_not_done_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (scenario, out) = (small(folder.path()), folder.path().join("out"));
    let first = run(&scenario, &out, &[]);
    let second = run(&scenario, &out, &[]);
    assert!(!first.contains("already there") && second.contains("already there"), "{second}");
}

#[test]
fn the_page_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (scenario, out) = (small(folder.path()), folder.path().join("out"));
    run(&scenario, &out, &[]);
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") || page.starts_with("<!doctype html>"));
    for fetched in ["src=\"http", "href=\"http", "<script", "url(http"] {
        assert!(!page.contains(fetched), "the page holds {fetched:?}");
    }
}

#[test]
fn a_users_own_policy_has_the_whole_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let listed = example("own_policy", &["list", "policies"]);
    assert!(listed.code == 0 && listed.out.contains("polite"), "{}", listed.err);
    let out = folder.path().join("out");
    let said = example("own_policy", &["run", "examples/own_policy.toml", "--out", out.to_str().unwrap()]);
    assert!(said.code == 0 && said.out.contains("polite"), "{}", said.err);
    let source = std::fs::read_to_string(root().join("examples/own_policy.rs")).unwrap();
    assert!(source.lines().count() <= 42, "the example has grown");
}

#[test]
fn a_users_own_controller_has_the_whole_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let listed = example("own_controller", &["list", "controllers"]);
    assert!(listed.code == 0 && listed.out.contains("alert") && listed.out.contains("threshold"), "{}", listed.out);
    let explained = example("own_controller", &["explain", "alert"]);
    assert!(explained.out.contains("The group that it looks after."), "{}", explained.out);
    let out = folder.path().join("out");
    let said = example("own_controller", &["run", "examples/own_controller.toml", "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.err);
    let plain = tierwise(&["validate", "examples/own_controller.toml"]);
    assert!(plain.code != 0 && plain.err.contains("unknown controller"), "{}", plain.err);
}
