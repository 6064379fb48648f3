//! The house's walls: which module may use which, and what stands at the top level.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LEAVES: &[&str] = &["units", "problem", "config", "random", "stats", "kernel", "store"];

/// What each module may use beside the leaves, as ARCHITECTURE.md draws it.
fn allowed(module: &str) -> Option<&'static [&'static str]> {
    Some(match module {
        "units" | "random" | "kernel" => &[],
        "problem" => &[],
        "config" => &["problem", "units"],
        "stats" => &["random"],
        "store" => &["problem"],
        "catalog" => &[],
        "sim" => &["catalog"],
        "policy" => &["catalog", "sim"],
        "scenario" => &["catalog", "sim", "policy"],
        "study" => &["catalog", "sim", "policy", "scenario"],
        "lab" => &["catalog"],
        "learn" => &["catalog", "sim", "policy", "scenario"],
        "report" => &[],
        "cli" => &["catalog", "sim", "policy", "scenario", "study", "lab", "learn", "report"],
        _ => return None,
    })
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    let inside = |p: PathBuf| if p.is_dir() { rust_files(&p) } else { vec![p] };
    entries.flat_map(inside).filter(|p| p.extension().is_some_and(|e| e == "rs")).collect()
}

/// Modules that a text names as `crate::x` or inside `use crate::{x, y}`.
fn used(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let name = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let grouped = |rest: &str| {
        let body = rest.strip_prefix('{')?.split('}').next()?.to_string();
        Some(body.split(',').map(|part| name(part.trim())).collect::<Vec<_>>())
    };
    code.split("crate::").skip(1).flat_map(|rest| grouped(rest).unwrap_or_else(|| vec![name(rest)])).collect()
}

/// Tests beside the code may look anywhere.
fn is_test(file: &Path) -> bool {
    file.ends_with("tests.rs") || file.ends_with("made_up.rs") || file.iter().any(|part| part == "tests")
}

fn modules() -> BTreeMap<String, Vec<PathBuf>> {
    let src = root().join("src");
    let mut all: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in rust_files(&src) {
        let first =
            file.strip_prefix(&src).unwrap().components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        all.entry(first.trim_end_matches(".rs").to_string()).or_default().push(file);
    }
    all.remove("lib");
    all.remove("main");
    all
}

#[test]
fn no_arrow_runs_up() {
    let all = modules();
    for (module, files) in &all {
        let may = allowed(module).unwrap_or_else(|| panic!("module `{module}` is not in the house: draw it first"));
        for file in files.iter().filter(|f| !is_test(f)) {
            for used in used(&fs::read_to_string(file).unwrap()) {
                let own = used == *module || !all.contains_key(&used);
                let leaf = LEAVES.contains(&used.as_str()) && !LEAVES.contains(&module.as_str());
                let fine = own || leaf || may.contains(&used.as_str());
                assert!(fine, "{}: `{module}` may not use `{used}`", file.display());
            }
        }
    }
}

#[test]
fn heavy_crates_stay_in_their_rooms() {
    let rooms: &[(&str, &[&str])] = &[
        ("polars", &["store"]),
        ("plotters", &["report"]),
        ("candle_core", &["lab", "learn"]),
        ("candle_nn", &["lab", "learn"]),
    ];
    for (module, files) in modules() {
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for (name, homes) in rooms {
                let uses = text.contains(&format!("{name}::")) || text.contains(&format!("use {name};"));
                assert!(!uses || homes.contains(&module.as_str()), "{}: {name} belongs in {homes:?}", file.display());
            }
        }
    }
}

#[test]
fn features_are_gated_only_at_the_door() {
    for file in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let door = file.ends_with("src/lib.rs");
        assert!(
            door || !text.contains("feature = \"lab\"") && !text.contains("feature = \"tables\""),
            "{}",
            file.display()
        );
    }
}

#[test]
fn top_level_holds_the_card_and_convention() {
    let known = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "scenarios",
        "results",
        "tests",
        "README.md",
        "benches",
        "examples",
        "LICENSE",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "CHANGELOG.md",
        "ARCHITECTURE.md",
        "clippy.toml",
        "rustfmt.toml",
        "target",
    ];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || known.contains(&name.as_str()), "`{name}` does not belong at the top level");
    }
}

#[test]
fn source_files_stay_short() {
    for file in rust_files(&root().join("src")) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines: split it by concept", file.display());
    }
}

/// What is measured does not know who measures it.
#[test]
fn the_labs_measuring_stands_on_top() {
    for room in ["answers", "codec", "corrupt", "data", "network", "quantise", "train"] {
        for file in rust_files(&root().join("src/lab").join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("lab::measure") && !text.contains("lab::graph"), "{}", file.display());
        }
    }
}

/// Recipes are made of what the parts of a search say; who tries it stands above both.
#[test]
fn searches_are_tried_from_above() {
    let rooms: &[(&str, &[&str])] = &[
        ("search", &["lab::recipe", "lab::graph", "lab::trials"]),
        ("recipe", &["lab::graph", "lab::trials"]),
        ("graph", &["lab::trials"]),
    ];
    for (room, above) in rooms {
        for file in rust_files(&root().join("src/lab").join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!above.iter().any(|name| text.contains(name)), "{}", file.display());
        }
    }
}
