//! A training that a user interrupts, by a real signal.

use super::command::{root, tierwise};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

const RECIPE: &str = r#"
title = "Long enough to be interrupted"

[data]
source = "fashion-mnist-subset"

[architectures.nano]
separable = { stem = 4, blocks = [[8, 2], [16, 2]], shrink = 2 }

[variants.nano]
architecture = "nano"
seed = 1
train = { epochs = 40, batch = 32, rate = 0.1 }
"#;

/// Runs the recipe until its first epoch is told, then sends SIGINT; what it said last, and whether it succeeded.
fn interrupted(recipe: &Path, out: &Path) -> (String, bool) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tierwise"))
        .args(["lab", recipe.to_str().unwrap(), "--out", out.to_str().unwrap()])
        .current_dir(root())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("epoch 1/40") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended before its first epoch");
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    (rest, child.wait().unwrap().success())
}

#[cfg(unix)]
#[test]
fn an_interrupted_training_goes_on_as_if_it_never_had_been() {
    let folder = tempfile::tempdir().unwrap();
    let [recipe, cut, whole] = ["nano.toml", "cut", "whole"].map(|name| folder.path().join(name));
    std::fs::write(&recipe, RECIPE).unwrap();
    let (told, success) = interrupted(&recipe, &cut);
    assert!(!success && told.contains("as asked") && told.contains("goes on from this checkpoint"), "{told}");
    assert!(!cut.join("nano/profile.json").exists(), "it was not finished");
    for out in [&cut, &whole] {
        let said = tierwise(&["lab", recipe.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(said.err.contains("goes on after step"), out == &cut, "{}", said.err);
    }
    for file in ["weights.safetensors", "predictions.parquet"] {
        let [cut, whole] = [&cut, &whole].map(|out| std::fs::read(out.join("nano").join(file)).unwrap());
        assert!(cut == whole, "{file} differs");
    }
}
