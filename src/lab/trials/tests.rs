//! Searches from end to end, cut and gone on with, and every way to get one wrong.

use super::*;
use crate::store::parquet::{Column, Table};
use std::fs;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

fn smoke() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab/search-smoke.toml")).unwrap()
}

fn written(home: &Path, text: &str) -> PathBuf {
    let path = home.join("r.toml");
    fs::write(&path, text).unwrap();
    path
}

fn options(home: &Path) -> Options {
    Options {
        data: None,
        models: home.join("models"),
        out: home.join("search"),
        only: Vec::new(),
        dry_run: false,
        progress: false,
        stop: None,
    }
}

fn history(home: &Path, search: &str) -> Table {
    Table::read(&home.join("search").join(search).join(HISTORY)).unwrap()
}

/// Everything but what was measured on a clock.
fn counted(table: &Table) -> Vec<(String, Column)> {
    let clock = ["latency_s", "wall_s", "cpu_s"];
    let all = table.columns().iter().filter(|(name, _)| !clock.contains(name));
    // Text, so that what is no number equals itself.
    let text = |column: &Column| match column {
        Column::F64(values) => Column::Str(values.iter().map(|v| format!("{v:?}")).collect()),
        other => other.clone(),
    };
    all.map(|(name, column)| (name.to_string(), text(column))).collect()
}

/// The smoke recipe with goals that no clock measures, so that two runs are the same.
fn repeatable() -> String {
    smoke() + "goals = [\"macs\", \"bytes\"]\n"
}

#[test]
fn searches_from_end_to_end() {
    let home = tempfile::tempdir().unwrap();
    let recipe = written(home.path(), &repeatable());
    let dry = run(&recipe, &Options { dry_run: true, ..options(home.path()) }).unwrap();
    assert!(dry.iter().all(|o| o.takes.is_some()) && !home.path().join("search").exists());
    let outcomes = run(&recipe, &options(home.path())).unwrap();
    assert_eq!(outcomes.iter().map(|o| o.name.as_str()).collect::<Vec<_>>(), ["grid", "random", "guided", "cells"]);
    settings(home.path(), &outcomes);
    networks(home.path(), &outcomes[3]);
    drawn(home.path());
    // All is known by now: the same bytes come out, though clocks go on.
    let file = |name: &str| home.path().join("search").join(name);
    let read =
        || ["guided/history.parquet", "cells/history.parquet", "cells/best.toml"].map(|n| fs::read(file(n)).unwrap());
    let before = read();
    run(&recipe, &options(home.path())).unwrap();
    assert!(read() == before);
    goes_on(&recipe, home.path());
}

/// Rows of settings: a grid has all four corners; who is given up is told why; accuracies are those of validation images.
fn settings(home: &Path, outcomes: &[Outcome]) {
    let grid = history(home, "grid");
    assert_eq!((grid.rows(), outcomes[0].finished), (4, 4));
    let first = &grid.str("settings").unwrap()[0];
    assert_eq!(first, "train.rate = 0.02, train.batch = 32");
    let best = grid.f64("accuracy").unwrap().iter().copied().fold(0.0, f64::max);
    assert_eq!(outcomes[0].best[0].1, best);
    let right = best * 500.0;
    assert!(best > 0.3 && (right - right.round()).abs() < 1e-9, "{best} is no share of 500 images");
    assert_eq!(grid.f64("accuracy").unwrap(), grid.f64("validation_accuracy").unwrap());
    let guided = history(home, "guided");
    let outcome = guided.str("outcome").unwrap();
    let count = |word: &str| outcome.iter().filter(|o| *o == word).count();
    assert_eq!([count("goes-on"), count("pruned"), count("finished"), outcomes[2].trials], [4, 4, 4, 8]);
    let why = guided.str("why").unwrap();
    assert!(outcome.iter().zip(why).all(|(o, why)| (o == "pruned") == why.contains("of which 2 go on")), "{why:?}");
    let settings = guided.str("settings").unwrap();
    assert!(settings.iter().all(|s| s.matches("train.rate").count() == 1), "{settings:?}");
    let random = history(home, "random");
    assert!(random.str("settings").unwrap().iter().all(|s| s.contains("train.shift = ")));
    assert!(random.u32("trial").unwrap().iter().max() == Some(&5));
}

/// Rows of networks: what fits is trained, what does not is not; the control spends what the search does; the front is not
/// beaten.
fn networks(home: &Path, outcome: &Outcome) {
    let table = history(home, "cells");
    let (ends, epochs) = (table.str("outcome").unwrap(), table.u32("epochs").unwrap());
    let (latency, bytes) = (table.f64("device_latency_s").unwrap(), table.u64("bytes").unwrap());
    for i in 0..table.rows() {
        let fits = latency[i] <= 0.012 && bytes[i] <= 32_000;
        assert_eq!(fits, ends[i] != "infeasible", "{} s, {} bytes", latency[i], bytes[i]);
        assert!(fits || epochs[i] == 0);
        assert!((table.f64("device_energy_j").unwrap()[i] / latency[i] / 0.0232 - 1.0).abs() < 1e-6);
    }
    let (macs, beyond) = (table.u64("macs").unwrap(), table.bool("extrapolated").unwrap());
    assert!(macs.iter().zip(beyond).all(|(macs, beyond)| (*macs < 264_192) == *beyond));
    let methods = table.str("method").unwrap();
    for method in ["candidates", "halving", "evolution", "random"] {
        assert!(methods.iter().any(|m| m == method), "no {method}");
    }
    assert!(table.f64("synflow").unwrap().iter().any(|s| s.is_finite()));
    let [search, control] = outcome.spent_macs;
    assert!(search > 0.0 && control >= search && control < 1.5 * search, "{search} {control}");
    assert!(outcome.hypervolume.iter().all(|v| v.is_some_and(|v| v > 0.0 && v < 1.0)), "{outcome:?}");
    assert!(!outcome.best.is_empty() && outcome.best.windows(2).all(|w| w[0].1 >= w[1].1));
    let text = fs::read_to_string(home.join("search/cells/best.toml")).unwrap();
    let node: crate::config::Node = text.parse().unwrap();
    assert_eq!(node.entry("architectures").unwrap().node.entries().len(), outcome.best.len());
}

/// Figures of settings and of networks, in SVG and PNG; in the folder `REPORT_LOOK`, to look at, if it is named.
fn drawn(home: &Path) {
    let folder = std::env::var_os("REPORT_LOOK").map_or_else(|| home.join("figures"), PathBuf::from);
    let all: &[&str] = &["search", "search_macs", "search_bytes", "search_latency"];
    for (search, right) in [("guided", &all[..1]), ("random", &all[..1]), ("cells", all)] {
        let table = home.join("search").join(search).join(HISTORY);
        let files = crate::report::lab::write(&table, home, &[], &folder.join(search)).unwrap();
        let names: Vec<_> = files.iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect();
        let right: Vec<_> = right.iter().flat_map(|n| [format!("{n}.svg"), format!("{n}.png")]).collect();
        assert_eq!(names, right);
    }
}

/// Stopped while trials are trained, a search keeps what it found, and in the end has the history of one that was not.
fn goes_on(recipe: &Path, whole: &Path) {
    let home = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let only = vec!["cells".to_string()];
    let asked = Options { stop: Some(stop.clone()), only: only.clone(), ..options(home.path()) };
    let folder = home.path().join("search/cells");
    let begun = folder.join(".checkpoints");
    let watch = thread::spawn(move || {
        while !begun.read_dir().is_ok_and(|files| files.count() >= 2) {
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Relaxed);
    });
    let told = run(recipe, &asked).unwrap_err().to_string();
    watch.join().unwrap();
    assert!(told.contains("stopped after step"), "{told}");
    assert!(history(home.path(), "cells").rows() < history(whole, "cells").rows());
    // What was trained whole is not trained again: its record stays as it is.
    let record = |folder: &Path| {
        let mut files: Vec<PathBuf> = folder.join("trials").read_dir().unwrap().map(|f| f.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|f| (f.clone(), fs::read(f).unwrap())).collect::<Vec<_>>()
    };
    let trained = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("\"validation\"");
    let before: Vec<_> = record(&folder).into_iter().filter(|(_, bytes)| trained(bytes)).collect();
    run(recipe, &Options { only, ..options(home.path()) }).unwrap();
    assert_eq!(counted(&history(home.path(), "cells")), counted(&history(whole, "cells")));
    let cost = |bytes: &[u8]| {
        let value: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        value["costs"].as_object().unwrap().iter().next().map(|(_, c)| c["wall-s"].clone())
    };
    let after = record(&folder);
    for (path, bytes) in &before {
        let now = &after.iter().find(|(p, _)| p == path).unwrap().1;
        assert_eq!(cost(bytes), cost(now), "{}", path.display());
    }
}

#[test]
fn test_images_are_not_there() {
    let data = crate::lab::data::load("fashion-mnist-subset", None).unwrap();
    let seen = unseen(data.clone());
    assert!(seen.test.is_empty() && seen.validation == data.validation && seen.train == data.train);
}

/// A loss that is no number ends a trial, not the search; what a student needs is made first, and must stay what it is.
#[test]
fn trials_that_fail_and_teachers() {
    let home = tempfile::tempdir().unwrap();
    let head = "title = \"t\"\n[data]\nsource = \"fashion-mnist-subset\"\n[architectures.nano]\n\
                separable = { stem = 2, blocks = [[4, 2]] }\n[architectures.other]\n\
                separable = { stem = 2, blocks = [[4, 2]] }\n\
                [variants.teacher]\narchitecture = \"nano\"\nseed = 1\ntrain = { epochs = 1, batch = 128 }\n\
                [variants.student]\narchitecture = \"other\"\nseed = 1\nparent = \"teacher\"\n\
                train = { epochs = 1, batch = 128 }\ndistil = { kd = { temperature = 4.0, alpha = 0.7 } }\n";
    let search = |space: &str| {
        let table = format!("[searches.s.hyper]\nbase = \"student\"\nmethod = \"grid\"\nspace = [{space}]\n");
        run(&written(home.path(), &format!("{head}{table}")), &options(home.path()))
    };
    let found = search("{ key = \"train.rate\", choices = [0.1, 1e38] }").unwrap();
    assert_eq!((found[0].trials, found[0].finished), (2, 1));
    let table = history(home.path(), "s");
    assert_eq!(table.str("outcome").unwrap(), ["finished", "diverged"]);
    assert!(table.str("why").unwrap()[1].contains("no finite number"));
    assert!(home.path().join("models/teacher/profile.json").is_file());
    let widths = search("{ key = \"architectures.other.separable.stem\", choices = [2, 3] }").unwrap();
    assert_eq!(widths[0].finished, 2);
    let parameters = history(home.path(), "s").u64("parameters").unwrap().to_vec();
    assert!(parameters[0] < parameters[1]);
    let told = search("{ key = \"architectures.nano.separable.stem\", choices = [2, 3] }").unwrap_err().to_string();
    assert!(told.contains("`teacher` is another one in this trial"), "{told}");
}

/// The smoke recipe with a change, told.
fn told(from: &str, to: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let text = smoke();
    assert!(text.contains(from), "the recipe has no {from:?}");
    let path = written(home.path(), &text.replacen(from, to, 1));
    let dry = Options { dry_run: true, ..options(home.path()) };
    run(&path, &dry).expect_err("the broken recipe was accepted").to_string()
}

#[test]
fn a_wrong_search_is_told_with_its_place() {
    let all = [
        ("base = \"nano\"\nepochs", "base = \"nanoo\"\nepochs", "r.toml:16:8: unknown variant", "did you mean `nano`?"),
        ("points = 2", "points = 0", "r.toml:18:", "must be from 1 to 100"),
        ("points = 2", "point = 2", "r.toml:18:", "did you mean `points`?"),
        ("train.rate", "train.rat", "r.toml:20:11", "did you mean `rate`?"),
        ("train.rate", "trian.rate", "r.toml:20:11", "did you mean `train`?"),
        ("from = 0.02, to = 0.3", "from = 0.3, to = 0.02", "r.toml:20:", "`to` must be above `from`"),
        ("from = 0.02, to = 0.3, log", "from = 0.0, to = 0.3, log", "r.toml:20:", "above zero where `log`"),
        ("choices = [32, 64]", "choices = [32, \"many\"]", "r.toml:21:11", "a whole number"),
        ("choices = [32, 64]", "choices = [32, 9000]", "r.toml:21:11", "`batch`"),
        ("choices = [32, 64]", "choices = [32, 32]", "r.toml:21:", "hold a value twice"),
        ("trials = 6\n", "", "r.toml:25:", "only a grid ends by itself"),
        ("least = 2", "patience = 0", "r.toml:29:", "must be at least 1"),
        ("\"train.optimiser\", is = \"sgd\"", "\"train.optimiser\", is = \"adam\"", "r.toml:43:", "no earlier axis"),
        ("stm32u575", "stm32u57", "r.toml:51:", "did you mean `stm32u575`?"),
        ("blocks = [1], ", "blocks = [], ", "r.toml:54:", "is empty"),
        ("latency = \"12 ms\"", "latency = \"12\"", "r.toml:56:", "unit is missing"),
        ("candidates = 12", "candidates = 2", "r.toml:57:", "as many as the `population`"),
        ("population = 3", "populatoin = 3", "r.toml:58:", "did you mean `population`?"),
        ("[searches.cells", "[searches.\"a/b\"", "r.toml:49:", "a folder's"),
    ];
    for (from, to, place, why) in all {
        let told = told(from, to);
        assert!(told.contains(place) && told.contains(why), "{from:?} -> {to:?}: {told}");
    }
}

#[test]
fn what_cannot_be_searched_is_told() {
    let home = tempfile::tempdir().unwrap();
    let nowhere = |only: &str, text: &str| {
        let options = Options { only: vec![only.into()], dry_run: true, ..options(home.path()) };
        run(&written(home.path(), text), &options).unwrap_err().to_string()
    };
    assert!(nowhere("cell", &smoke()).contains("did you mean `cells`?"));
    let none = smoke();
    let none = &none[..none.find("# Every combination").unwrap()];
    assert!(nowhere("cell", none).contains("has no searches"));
    let pruned = smoke().replace(
        "[searches.grid.hyper]\nbase = \"nano\"",
        "[variants.thin]\nparent = \"nano\"\nprune = { weights = { sparsity = 0.5 } }\n[searches.grid.hyper]\nbase = \"thin\"",
    );
    assert!(nowhere("grid", &pruned).contains("nothing that is done by one training"));
    // None fits: said before anything is trained.
    let tight = smoke().replace("flash = \"32 kB\"", "flash = \"100 B\"");
    let options = Options { only: vec!["cells".into()], ..options(home.path()) };
    let told = run(&written(home.path(), &tight), &options).unwrap_err().to_string();
    assert!(told.contains("no candidate of `cells` fits") && told.contains("of flash"), "{told}");
    let rows = history(home.path(), "cells");
    assert!(rows.str("outcome").unwrap().iter().all(|o| o == "infeasible") && rows.rows() == 12);
}
