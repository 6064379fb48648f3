use super::made_up::{options, run, scenario, simulate};
use crate::problem::Problem;
use crate::store::parquet::Table;
use crate::study::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

fn home() -> TempDir {
    TempDir::new().expect("a folder")
}

/// All files below a folder with their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("named").to_string_lossy().into_owned();
        match path.is_dir() {
            true => all.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes))),
            false => drop(all.insert(name, std::fs::read(&path).expect("readable"))),
        }
    }
    all
}

#[test]
fn a_study_stores_all_its_tables() {
    let home = home();
    let out = home.path().join("results/made-up");
    let result = run(&scenario("", ""), &options(&out, 2), &simulate).expect("run");
    let names: Vec<String> = files(&out).into_keys().collect();
    assert_eq!(names.iter().filter(|name| name.starts_with("requests/")).count(), 27);
    assert_eq!(
        names[..6],
        [
            ".key",
            "differences.parquet",
            "latency.parquet",
            "manifest.json",
            "requests/0-ask-0.parquet",
            "requests/0-ask-1.parquet"
        ]
    );
    let runs = Table::read(&out.join(RUNS)).expect("runs");
    assert_eq!(runs.rows(), 27);
    assert_eq!(runs.str("policy").expect("policies")[..4], ["stay", "stay", "stay", "go"]);
    assert_eq!(runs.str("value").expect("values")[26], "2 /s");
    assert!((runs.f64("offloaded").expect("shares")[0] - 10.0 / 81.0).abs() < 1e-12);
    assert_eq!(runs.f64("utilisation_radio_up").expect("shares")[0], 0.5);
    let requests = Table::read(&out.join("requests/2-go-1.parquet")).expect("requests");
    assert_eq!((requests.rows(), requests.u64("ended_ns").expect("times")[2]), (8, 21));
    assert_eq!(requests.str("model").expect("models")[..2], ["", "small"]);
    assert_eq!(result.manifest, Manifest::read(&out).expect("a manifest"));
}

/// Both ways share a half-duplex link's channel: what neither fills alone both may fill together.
#[test]
fn both_ways_of_a_half_duplex_link_are_added_up() {
    let home = home();
    let runs = |change: &str, name: &str| {
        let out = home.path().join(name);
        run(&scenario("delay = { up", &format!("{change}delay = {{ up")), &options(&out, 2), &simulate).expect("run");
        Table::read(&out.join(RUNS)).expect("runs")
    };
    let first = |table: &Table, way: &str| Some(table.f64(&format!("utilisation_radio_{way}")).ok()?[0]);
    let of = |table: Table| ["up", "down", "both"].map(|way| first(&table, way));
    assert_eq!(of(runs("half-duplex = true\n", "half")), [Some(0.5), Some(0.25), Some(0.75)]);
    assert_eq!(of(runs("half-duplex = false\n", "full")), [Some(0.5), Some(0.25), None]);
}

#[test]
fn threads_and_repetition_change_no_byte() {
    let home = home();
    let of = |name: &str, threads| {
        run(&scenario("", ""), &options(&home.path().join(name), threads), &simulate).expect("run");
        files(&home.path().join(name))
    };
    let one = of("one", 1);
    assert_eq!(one, of("two", 2));
    let again = Options { force: true, ..options(&home.path().join("one"), 2) };
    assert!(!run(&scenario("", ""), &again, &simulate).expect("run").reused);
    assert_eq!(one, files(&home.path().join("one")));
}

#[test]
fn what_is_done_is_not_done_twice() {
    let home = home();
    let runs = AtomicU32::new(0);
    let counting =
        |w: &crate::sim::World, p: &mut crate::study::execute::Actors, r: u64, rec: &mut dyn crate::sim::Recorder| {
            runs.fetch_add(1, Ordering::Relaxed);
            simulate(w, p, r, rec)
        };
    let count = |from: &str, to: &str| {
        let before = runs.load(Ordering::Relaxed);
        let result = run(&scenario(from, to), &options(home.path(), 1), &counting).expect("run");
        assert_eq!(result.reused, runs.load(Ordering::Relaxed) == before);
        (result, runs.load(Ordering::Relaxed) - before)
    };
    let (fresh, first) = count("", "");
    let (stored, second) = count("", "");
    assert_eq!((first, second), (27, 0));
    assert_eq!((fresh.table(), fresh.words()), (stored.table(), stored.words()));
    assert_eq!(count("seed = 7", "seed = 8").1, 27);
    assert_eq!(count("seed = 7", "seed = 8").1, 0);
    std::fs::write(home.path().join(SUMMARY), "damaged").expect("written");
    assert_eq!(count("seed = 7", "seed = 8").1, 27);
    std::fs::remove_file(home.path().join(MANIFEST)).expect("removed");
    assert_eq!(count("seed = 7", "seed = 8").1, 27);
}

#[test]
fn a_study_that_fails_leaves_nothing_and_keeps_what_was() {
    let home = home();
    let out = home.path().join("out");
    let failing = |w: &crate::sim::World,
                   p: &mut crate::study::execute::Actors,
                   r: u64,
                   rec: &mut dyn crate::sim::Recorder| match r {
        1 => Err(Problem::new("the queue is on fire")),
        _ => simulate(w, p, r, rec),
    };
    let problems = run(&scenario("", ""), &options(&out, 2), &failing).expect_err("on fire");
    assert_eq!(problems.0.len(), 9);
    assert_eq!(problems.0[0].what, "policy `stay`, point 0, replication 1: the queue is on fire");
    assert_eq!(std::fs::read_dir(home.path()).expect("listed").count(), 0);
    run(&scenario("", ""), &options(&out, 2), &simulate).expect("run");
    let before = files(&out);
    run(&scenario("seed = 7", "seed = 8"), &options(&out, 2), &failing).expect_err("on fire");
    assert_eq!(before, files(&out));
}

#[test]
fn a_run_that_loses_requests_is_refused() {
    let home = home();
    for lose in
        [|r: &mut crate::sim::RunResult| r.answered -= 1, |r: &mut crate::sim::RunResult| r.per_image[0].born += 1]
    {
        let losing = |w: &crate::sim::World,
                      p: &mut crate::study::execute::Actors,
                      r: u64,
                      rec: &mut dyn crate::sim::Recorder| {
            simulate(w, p, r, rec).map(|mut run| {
                lose(&mut run);
                run
            })
        };
        let problems = run(&scenario("", ""), &options(&home.path().join("out"), 1), &losing).expect_err("lost");
        assert!(problems.0[0].what.contains("lost or invented requests"), "{problems}");
    }
}

/// Staying is right about image `i` 10 − i times of 10: 52 of 81, the eleventh request being wrong.
#[test]
fn numbers_are_what_they_say() {
    let home = home();
    let result = run(&scenario("", ""), &options(home.path(), 1), &simulate).expect("run");
    let row = |policy, metric| result.row(1, policy, metric).expect("a row").clone();
    let accuracy = row("stay", "accuracy_all");
    assert!((accuracy.value.mean - 52.0 / 81.0).abs() < 1e-12);
    let (low, high) = accuracy.over_images.expect("over images");
    assert!(low < 52.0 / 81.0 && 52.0 / 81.0 < high && high - low > 0.1);
    assert_eq!((row("stay", "latency_p50_s").over_images, row("stay", "miss_rate").value.mean), (None, 0.0));
    let none = row("stay", "miss_rate").value;
    assert!(none.low == 0.0 && none.high > 0.0 && none.high < 0.02, "{none:?}");
    let joules = row("go", "marginal_j_per_request").value;
    assert!((joules.mean - (45.0 + 1.0) / 81.0).abs() < 1e-12 && joules.low < joules.mean);
    let pair = |d: &&Difference| d.point == 1 && d.metric == "accuracy_all" && d.policy == "stay" && d.other == "go";
    let difference = result.differences.iter().find(pair).expect("a pair");
    assert!((difference.value.mean - (52.0 - 79.0) / 81.0).abs() < 1e-12 && difference.resolved());
    assert_eq!(difference.reversed().value.mean, -difference.value.mean);
    assert!(row("stay", "system_j").flags.contains("mixed_boundaries"));
    assert!(!row("stay", "accuracy_all").flags.contains("mixed_boundaries"));
}

#[test]
fn a_table_and_seven_lines() {
    let home = home();
    let result = run(&scenario("", ""), &options(home.path(), 1), &simulate).expect("run");
    let (table, words) = (result.table(), result.words());
    let line = table.lines().nth(2).expect("a policy's line");
    assert!(line.trim_start().starts_with("stay") && line.ends_with("radio both 75 %"), "{table}");
    assert_eq!(table.matches("arrivals.poisson.rate = ").count(), 3);
    assert_eq!(words.len(), 7);
    assert!(words[1].starts_with("Right most often, of all requests: go everywhere (97.5 %; at least +"), "{words:?}");
    assert!(words[5].starts_with("ask against stay: accuracy better everywhere (+"), "{words:?}");
    assert!(words[6].starts_with("ask against go: joules better everywhere (-"), "{words:?}");
}

/// The engine itself, on made-up models: what each request's story says is what the tables add up.
#[test]
fn the_engines_runs_agree_with_their_stories() {
    let home = home();
    let registry = crate::policy::Registry::default();
    let scenario = scenario("", "");
    let study = Study::load(&scenario, &registry, &crate::scenario::made_up::MadeUp::new()).expect("loaded");
    let of = |name: &str, threads| {
        study.run(&options(&home.path().join(name), threads)).expect("run");
        files(&home.path().join(name))
    };
    assert_eq!(of("one", 1), of("two", 2));
    let runs = Table::read(&home.path().join("one").join(RUNS)).expect("runs");
    for (row, policy) in runs.str("policy").expect("policies").iter().enumerate() {
        let place = (runs.u32("point").expect("points")[row], runs.u32("replication").expect("replications")[row]);
        let path = home.path().join(format!("one/requests/{}-{policy}-{}.parquet", place.0, place.1));
        let story = Table::read(&path).expect("requests");
        let counted = story.bool("counted").expect("flags");
        let count =
            |flags: &[bool]| flags.iter().zip(counted).filter(|(flag, counted)| **flag && **counted).count() as u64;
        assert_eq!(count(counted), runs.u64("born").expect("counts")[row]);
        assert_eq!(count(story.bool("late").expect("flags")), runs.u64("late").expect("counts")[row]);
        let answered: Vec<bool> = story.str("outcome").expect("outcomes").iter().map(|o| o == "answered").collect();
        assert_eq!(count(&answered), runs.u64("answered").expect("counts")[row]);
    }
}
