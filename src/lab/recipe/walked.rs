//! The recipes that take seconds say, between them, all that a recipe can say but settings that have a default.

use crate::catalog::ModelProfile;
use crate::config::{Document, Key, Value, source};
use crate::lab::{Options, run, trials, verify};
use std::path::Path;

const RECIPES: [&str; 4] = ["smoke", "methods-smoke", "subclass-smoke", "search-smoke"];

/// Other sources of images, which tests walk through on made-up ones: see `lab::data`.
const SOURCES: &str = "data.source.";

/// Whether a key, below this value, or a word, at it, is there; `<name>` is any name.
fn says(value: &Value, path: &[&str], word: Option<&str>) -> bool {
    match (value, path) {
        (Value::Array(all), _) => all.iter().any(|node| says(&node.value, path, word)),
        (Value::String(text), []) => word.is_none_or(|word| text == word),
        (_, []) => word.is_none(),
        (Value::Table(table), [key, rest @ ..]) => {
            table.iter().filter(|e| ["<name>", &e.key].contains(key)).any(|e| says(&e.node.value, rest, word))
        }
        // A choice without settings is a word alone.
        (Value::String(text), [choice]) => text == choice && word.is_none(),
        _ => false,
    }
}

#[test]
fn short_recipes_walk_through_every_method() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab");
    let read = |name: &str| Document::parse(source(&home.join(format!("{name}.toml"))).unwrap()).unwrap();
    let recipes = RECIPES.map(read);
    let keys = super::schema().keys();
    let holds_anyway = |key: &Key| {
        let word = key.name.trim_matches('"');
        key.default.is_some() || keys.iter().any(|k| k.path == key.path && k.default.as_deref() == Some(word))
    };
    let is_said = |key: &&Key| {
        let path: Vec<&str> = key.path.split('.').collect();
        let word = key.name.starts_with('"').then(|| key.name.trim_matches('"'));
        recipes.iter().any(|recipe| says(&recipe.root().value, &path, word))
    };
    let must = keys.iter().filter(|key| !key.path.starts_with(SOURCES) && !holds_anyway(key));
    let unsaid: Vec<String> = must.filter(|key| !is_said(key)).map(|k| format!("{} {}", k.path, k.name)).collect();
    assert!(keys.len() > 200 && unsaid.is_empty(), "no short recipe says\n{}", unsaid.join("\n"));
}

#[test]
fn every_other_method_is_carried_out_and_measured() {
    let home = tempfile::tempdir().unwrap();
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab/methods-smoke.toml");
    let run = || run(&recipe, &Options { out: home.path().into(), progress: false, ..Options::default() }).unwrap();
    let made = run();
    assert!(made.entries.iter().all(|e| e.made) && made.entries.len() == 24);
    let profile = |name: &str| ModelProfile::load(&home.path().join(name)).unwrap();
    let bytes = |name: &str| profile(name).file.bytes;
    assert!(bytes("aware-mse") < bytes("aware") && bytes("aware-bits") < bytes("aware-mse"));
    assert!(bytes("exits-taylor") < bytes("exits") && profile("exits-random").macs < profile("exits").macs);
    assert!(["min-max", "percentile"].iter().all(|way| bytes(&format!("plain-{way}-1")) < bytes("plain-1")));
    let told = |name: &str, tap: &str| {
        let taps = profile(name).taps;
        let tap = taps.into_iter().find(|t| t.name == tap).unwrap();
        tap.codecs.into_iter().map(|c| c.name).collect::<Vec<_>>()
    };
    assert_eq!(told("exits-sent", "input"), ["raw", "deflate", "four-bit"]);
    assert_eq!(told("exits-sent", "stage2.block1"), ["raw", "int8-rans", "bottleneck-2"]);
    let exits = profile("exits").taps.iter().filter(|t| t.exit).count();
    assert_eq!(exits, 2, "the early answer and the last");
    for name in
        ["regular-2", "bottleneck", "inverted", "separable", "aware-mse", "aware-bits", "exits-taylor", "exits-sent"]
    {
        verify(&home.path().join(name), None).unwrap();
    }
    assert!(run().entries.iter().all(|e| !e.made));
    searched(&recipe, home.path());
}

/// Networks of other kinds are found, as integers, for a device.
fn searched(recipe: &Path, home: &Path) {
    let out = home.join("search");
    let models = home.to_path_buf();
    let options =
        trials::Options { data: None, models, out, only: Vec::new(), dry_run: false, progress: false, stop: None };
    let found = trials::run(recipe, &options).unwrap();
    let [kinds] = &found[..] else { panic!("{} searches", found.len()) };
    assert!(kinds.finished > 0 && kinds.hypervolume[0].is_some_and(|of| of > 0.0) && kinds.spent_macs[1] == 0.0);
}
