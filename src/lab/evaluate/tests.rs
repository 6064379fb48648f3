//! Tables of a small recipe against what its predictions say, counted again.

use crate::lab::{Options, data, run};
use crate::store::parquet::Table;
use std::fs;
use std::path::{Path, PathBuf};

const RECIPE: &str = r#"
title = "Two labels, with and without what is below"
host = { core-power = "2 W", source = "made up" }
[data]
source = "fashion-mnist-subset"
[architectures.nano]
separable = { stem = 4, blocks = [[8, 2]] }
[variants.teacher]
architecture = "nano"
seed = 1
train = { epochs = 2, batch = 32, rate = 0.1 }
codecs = ["half", "int8-rans"]
corruptions = ["blur"]
[variants.inventor]
architecture = "nano"
seed = 1
train = { epochs = 1, batch = 32, rate = 0.1 }
labels = { partition = "cross-cut", subclasses = { invented = { each = 3 } } }
[variants.scratch]
architecture = "nano"
seed = 1
train = { epochs = 1, batch = 32, rate = 0.1 }
labels = { partition = "cross-cut" }
[variants.plain]
architecture = "nano"
seed = 1
train = { epochs = 1, batch = 32, rate = 0.1 }
labels = { partition = "cross-cut" }
parent = "teacher"
distil = { subclass = { partition = "cross-cut", within = 0.0 } }
[variants.known]
architecture = "nano"
seed = 1
train = { epochs = 1, batch = 32, rate = 0.1 }
labels = { partition = "cross-cut", subclasses = "known" }
parent = "teacher"
distil = { subclass = { partition = "cross-cut" } }
[variants.invented]
architecture = "nano"
seed = 1
train = { epochs = 1, batch = 32, rate = 0.1 }
labels = { partition = "cross-cut", subclasses = { invented = { each = 3, beta = 0.0 } } }
parent = "inventor"
distil = { subclass = {} }
[[comparisons]]
of = "known"
with = "scratch"
[[comparisons]]
of = "known"
with = "teacher"
"#;

const NAMES: [&str; 6] = ["teacher", "inventor", "scratch", "plain", "known", "invented"];

/// The superclass of a class in `cross-cut`, by number.
fn owner(class: u32) -> u32 {
    u32::from([1, 2, 3, 6, 7].contains(&class))
}

struct Made {
    home: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("r.toml");
        fs::write(&path, RECIPE).unwrap();
        let (out, table) = (home.path().join("models"), Some(home.path().join("tables")));
        run(&path, &Options { out, table, progress: false, ..Options::default() }).unwrap();
        Self { home }
    }

    fn table(&self, name: &str) -> Table {
        Table::read(&self.path(&format!("tables/{name}.parquet"))).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Labels, answers and logits of a network's own answers to the test images.
    fn answers(&self, name: &str) -> Vec<(u32, u32, Vec<f32>)> {
        let table = Table::read(&self.path(&format!("models/{name}/predictions.parquet"))).unwrap();
        let text = |column: &str| table.str(column).unwrap();
        let own = |i: &usize| {
            [text("split"), text("cut"), text("tap"), text("codec")].map(|c| c[*i].as_str())
                == ["test", "input", "answer", "raw"]
        };
        let classes = table.columns().names().filter(|n| n.starts_with("logit_")).count();
        let logits: Vec<&[f32]> = (0..classes).map(|k| table.f32(&format!("logit_{k}")).unwrap()).collect();
        let (label, answer) = (table.u32("label").unwrap(), table.u32("prediction").unwrap());
        let row = |i| (label[i], answer[i], logits.iter().map(|c| c[i]).collect());
        (0..table.rows()).filter(own).map(row).collect()
    }

    /// Right answers to the test images at the level of superclasses, of the teacher by sums of probabilities.
    fn above(&self, name: &str) -> Vec<bool> {
        let superclass = |(label, answer, logits): &(u32, u32, Vec<f32>)| {
            if logits.len() == 2 {
                return (*label, *answer);
            }
            let share =
                |s| (0..10).filter(|k| owner(*k) == s).map(|k| f64::from(logits[k as usize]).exp()).sum::<f64>();
            (owner(*label), u32::from(share(1) > share(0)))
        };
        self.answers(name).iter().map(superclass).map(|(label, answer)| label == answer).collect()
    }
}

fn share(right: &[bool]) -> f64 {
    right.iter().filter(|r| **r).count() as f64 / right.len() as f64
}

/// The rows of a table where columns hold some words.
fn rows(table: &Table, wanted: &[(&str, &str)]) -> Vec<usize> {
    let is = |i: &usize| wanted.iter().all(|(column, word)| table.str(column).unwrap()[*i] == *word);
    (0..table.rows()).filter(is).collect()
}

fn row(table: &Table, wanted: &[(&str, &str)]) -> usize {
    let all = rows(table, wanted);
    assert_eq!(all.len(), 1, "{wanted:?}");
    all[0]
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn tables_say_what_predictions_say() {
    let made = Made::new();
    variants(&made);
    layers(&made);
    subclasses(&made);
    transfer(&made);
    features(&made);
    sending(&made);
    empty(&made);
}

fn layers(made: &Made) {
    let (table, whole) = (made.table("layers"), made.table("variants"));
    let of = |column: &str| table.f64(column).unwrap();
    for (i, name) in NAMES.iter().enumerate() {
        let own = rows(&table, &[("name", name)]);
        let sum = |column: &str| own.iter().map(|r| table.u64(column).unwrap()[*r]).sum::<u64>();
        let all = |column: &str| whole.u64(column).unwrap()[i];
        assert_eq!((sum("macs"), sum("parameters")), (all("macs"), all("parameters")), "{name}");
        assert!(own.iter().all(|r| of("latency_p90_s")[*r] >= of("latency_median_s")[*r]));
        assert!(own.iter().any(|r| of("latency_median_s")[*r] > 0.0), "{name}");
    }
}

fn variants(made: &Made) {
    let table = made.table("variants");
    assert_eq!(table.str("name").unwrap(), NAMES);
    let of = |column: &str| table.f64(column).unwrap();
    for (i, name) in NAMES.iter().enumerate() {
        assert!(near(of("superclass")[i], share(&made.above(name))), "{name}");
        assert!(near(of("train_energy_estimated_j")[i], 2.0 * of("cpu_s")[i]) && of("latency_median_s")[i] > 0.0);
        assert!(of("latency_p90_s")[i] >= of("latency_median_s")[i]);
        assert_eq!(of("nmi")[i].is_nan(), !["inventor", "invented"].contains(name));
        assert_eq!(of("corrupted")[i].is_nan(), *name != "teacher");
        let answers = made.answers(name);
        let brier = answers.iter().map(|(label, _, logits)| {
            let sum: f64 = logits.iter().map(|v| f64::from(*v).exp()).sum();
            let off =
                |(k, v): (usize, &f32)| (f64::from(*v).exp() / sum - f64::from(u8::from(k as u32 == *label))).powi(2);
            logits.iter().enumerate().map(off).sum::<f64>()
        });
        assert!((of("brier_before")[i] - brier.sum::<f64>() / 1000.0).abs() < 1e-6);
    }
    let (kept, all) = (made.table("corruption"), of("corrupted")[0]);
    let accuracies: Vec<f64> =
        rows(&kept, &[("class", "")]).iter().map(|i| kept.f64("accuracy").unwrap()[*i]).collect();
    assert!(accuracies.len() == 5 && near(accuracies.iter().sum::<f64>() / 5.0, all));
    let (low, high) = (of("corrupted_low")[0], of("corrupted_high")[0]);
    assert!(low < all && all < high && high - low < 0.06);
}

fn subclasses(made: &Made) {
    let (table, levels) = (made.table("subclass"), made.table("levels"));
    let of = |column: &str, i: usize| table.f64(column).unwrap()[i];
    let [known, scratch, teacher] = ["known", "scratch", "teacher"].map(|name| made.above(name));
    let truth = made.answers("teacher");
    for (class, name) in data::load("fashion-mnist-subset", None).unwrap().classes.iter().enumerate() {
        let own = |right: &[bool]| {
            let of_class = truth.iter().zip(right).filter(|((label, ..), _)| *label as usize == class);
            share(&of_class.map(|(_, r)| *r).collect::<Vec<_>>())
        };
        let key = |control| [("name", "known"), ("split", "test"), ("subclass", name.as_str()), ("control", control)];
        let (blind, told) = (row(&table, &key("scratch")), row(&table, &key("teacher")));
        assert!(near(of("superclass_gain", blind), own(&known) - own(&scratch)), "{name}");
        assert!(of("gain", blind).is_nan() && of("control_recall", blind).is_nan() && of("recall", blind) >= 0.0);
        assert!(near(of("superclass_gain", told), own(&known) - own(&teacher)));
        let right: Vec<bool> = truth.iter().map(|(label, answer, _)| label == answer).collect();
        assert!(near(of("control_recall", told), own(&right)));
        assert!(near(of("gain", told), of("recall", told) - own(&right)));
    }
    let at = |name, level| rows(&levels, &[("name", name), ("split", "test"), ("level", level)]);
    assert_eq!((at("scratch", "subclass").len(), at("invented", "subclass").len()), (0, 0));
    let right = truth.iter().filter(|(label, answer, _)| label == answer).count() as u64;
    assert_eq!(levels.u64("right").unwrap()[at("teacher", "subclass")[0]], right);
}

fn transfer(made: &Made) {
    let table = made.table("transfer");
    assert_eq!(table.str("name").unwrap(), ["plain", "known", "invented"]);
    assert_eq!(table.str("level").unwrap(), ["superclass", "subclass", "subclass"]);
    assert_eq!(table.str("untaught").unwrap(), ["scratch"; 3]);
    let of = |column: &str, i: usize| table.f64(column).unwrap()[i];
    let [teacher, plain, known, scratch] = ["teacher", "plain", "known", "scratch"].map(|name| made.above(name));
    // Right and right, or wrong and wrong: of two superclasses the answers are then the same.
    let same: Vec<bool> = plain.iter().zip(&teacher).map(|(a, b)| a == b).collect();
    assert!(near(of("agreement", 0), share(&same)));
    let wrong: Vec<bool> = plain.iter().zip(&teacher).filter(|(_, t)| !**t).map(|(own, _)| !own).collect();
    assert!(near(of("agreement_on_errors", 0), share(&wrong)));
    assert!(of("kl_nats", 0).is_nan() && of("kl_within_nats", 0).is_nan() && of("kl_between_nats", 0) > 0.0);
    for i in [1, 2] {
        assert!(
            near(of("kl_nats", i), of("kl_between_nats", i) + of("kl_within_nats", i)) && of("kl_within_nats", i) > 0.0
        );
    }
    let gap = share(&teacher) - share(&scratch);
    for (i, own) in [(0, share(&plain)), (1, share(&known))] {
        let right = if gap > 0.0 { (own - share(&scratch)) / gap } else { f64::NAN };
        let found = of("gap_recovered", i);
        assert!(near(found, right) || found.is_nan() && right.is_nan(), "{found} {right}");
        assert!(found.is_nan() || near(of("gap_per_epoch", i), found));
    }
    assert!(of("teacher_information_bits", 1) > of("teacher_information_bits", 2) * 0.5);
}

/// Three stages (two sizes and the pool), all images and ten classes each.
fn features(made: &Made) {
    let table = made.table("features");
    assert_eq!(table.rows(), 3 * 3 * 11);
    assert!(table.f64("cka").unwrap().iter().all(|c| (0.0..=1.0 + 1e-9).contains(c)));
    let images = table.u64("images").unwrap();
    assert!(images[0] == 512 && images[1..11].iter().sum::<u64>() == 512);
}

fn sending(made: &Made) {
    let (sent, energy) = (made.table("transmission"), made.table("energy"));
    let links = crate::catalog::links().len();
    // Of the teacher: raw, deflate and half of images; raw and int8-rans at three taps; the answer.
    assert_eq!(rows(&sent, &[("name", "teacher")]).len(), (3 + 2 * 3 + 1) * links);
    let at = |tap, codec| row(&sent, &[("name", "teacher"), ("tap", tap), ("codec", codec), ("link", "ble-1m")]);
    let of = |column: &str, i: usize| sent.f64(column).unwrap()[i];
    let (raw, coded) = (at("stem", "raw"), at("stem", "int8-rans"));
    assert_eq!(of("bytes", raw), 28.0 * 28.0 * 4.0 * 4.0);
    assert!(4.0 * of("bytes", coded) < of("bytes", raw) && of("time_s", coded) < of("time_s", raw));
    assert!((of("accuracy", coded) - of("accuracy", raw)).abs() < 0.05 && of("wire_bytes", raw) > of("bytes", raw));
    assert_eq!(energy.rows(), NAMES.len() * crate::catalog::devices().len());
    let times = energy.f64("latency_s").unwrap().iter().zip(energy.f64("energy_j").unwrap());
    assert!(times.clone().all(|(t, j)| t.is_nan() == j.is_nan() && (j.is_nan() || *j > 0.0)));
    let small = row(&energy, &[("name", "teacher"), ("preset", "stm32u575")]);
    let active = crate::catalog::device("stm32u575").unwrap().active.value.0;
    assert!(near(energy.f64("energy_j").unwrap()[small], active * energy.f64("latency_s").unwrap()[small]));
}

/// What does not apply is empty, in every file.
fn empty(made: &Made) {
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let mut files = 0;
    for entry in fs::read_dir(made.path("tables")).unwrap().map(|e| e.unwrap().path()) {
        if entry.extension().is_some_and(|e| e == "csv") {
            files += 1;
            assert!(!read(&entry).contains("NaN"), "{}", entry.display());
        }
    }
    assert_eq!(files, 9);
}
