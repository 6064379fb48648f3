//! What each shipped scenario prints. `SNAPSHOTS=overwrite cargo test --release --test program golden` writes them anew.

use super::command::{root, tierwise};

#[test]
fn every_scenario_prints_what_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root().join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            check(&path, &folder.path().join(path.file_stem().unwrap()));
        }
    }
}

fn check(scenario: &std::path::Path, out: &std::path::Path) {
    let said = tierwise(&["run", scenario.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.err);
    let printed = said.out.replace(out.to_str().unwrap(), "<out>");
    let golden = root().join("tests/program/goldens").join(scenario.file_stem().unwrap()).with_extension("txt");
    if std::env::var("SNAPSHOTS").is_ok_and(|v| v == "overwrite") {
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, &printed).unwrap();
    }
    let recorded = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(recorded == printed, "{} differs; it now prints:\n{printed}", golden.display());
}
