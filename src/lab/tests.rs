//! A recipe from end to end, and every way to get one wrong.

use super::answers::proportion;
use super::measure::{self, TRAINED, TRAINING, WEIGHTS};

use super::{Compared, Options, Summary, run, verify};
use crate::catalog::{BYTES, ModelProfile, PREDICTIONS, PROFILE, SizeOf};
use crate::problem::Problems;
use crate::store::parquet::Table;
use std::fs;
use std::path::{Path, PathBuf};

fn smoke() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab/smoke.toml")
}

fn options(out: &Path) -> Options {
    Options { out: out.into(), progress: false, ..Options::default() }
}

fn made(summary: &Summary) -> Vec<(&str, bool)> {
    summary.entries.iter().map(|e| (e.name.as_str(), e.made)).collect()
}

#[test]
fn a_recipe_from_end_to_end() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("models");
    let dry = run(&smoke(), &Options { dry_run: true, ..options(&out) }).unwrap();
    assert!(dry.entries.iter().all(|e| e.made) && !out.exists());
    let first = run(&smoke(), &options(&out)).unwrap();
    assert_eq!(made(&first), NAMES.map(|name| (name, true)));
    let again = run(&smoke(), &options(&out)).unwrap();
    assert_eq!(made(&again), NAMES.map(|name| (name, false)));
    NAMES.iter().for_each(|name| whole(&out.join(name), name));
    changed(&out);
    let kd = ModelProfile::load(&out.join("nano-kd")).unwrap();
    let teacher = ModelProfile::load(&out.join("teacher")).unwrap();
    assert_eq!(kd.lineage.parent, Some(("teacher".into(), teacher.lineage.content.clone())));
    assert_eq!((kd.lineage.method.as_str(), teacher.lineage.method.as_str()), ("kd", "scratch"));
    assert!(teacher.accuracy.test.value > 0.6, "{:?}", teacher.accuracy.test);
    edited(&out.join("nano"));
}

/// What the smoke recipe makes, in this order.
const NAMES: [&str; 10] = [
    "teacher",
    "nano",
    "nano-kd",
    "nano-sent",
    "nano-thin",
    "nano-sparse",
    "nano-longer",
    "nano-int8",
    "nano-coded",
    "nano-deep",
];

/// Pruned networks are smaller, or sparse; codecs and corruptions are measured, and measured again if others are wanted.
fn changed(out: &Path) {
    let profile = |name: &str| ModelProfile::load(&out.join(name)).unwrap();
    let (parent, thin) = (profile("nano-kd"), profile("nano-thin"));
    assert!(thin.macs as f64 <= 0.7 * parent.macs as f64 && thin.file.bytes < parent.file.bytes);
    assert_eq!((thin.lineage.method.as_str(), thin.lineage.epochs), ("prune-channels+kd", 2));
    assert!(thin.lineage.cost.macs > 0.0);
    let rounds = Table::read(&out.join("nano-thin/pruning.parquet")).unwrap();
    assert_eq!(rounds.u32("round").unwrap().last(), Some(&2));
    assert_eq!([zeros(out, "nano-sparse"), zeros(out, "nano-longer")], [[232, 464]; 2]);
    let sent = profile("nano-sent");
    let names = |tap: usize| sent.taps[tap].codecs.iter().map(|c| c.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names(0), ["raw", "deflate", "png", "half", "jpeg-50"]);
    assert_eq!(names(1), ["raw", "int8", "int8-deflate"]);
    let told = Table::read(&out.join("nano-sent/corrupted.parquet")).unwrap();
    assert_eq!(told.rows(), 2 * 5 * 1000);
    measured_again(out, &sent);
    quantised(out);
}

/// Integer and coded networks are smaller, answer nearly as well, and are what was measured.
fn quantised(out: &Path) {
    let profile = |name: &str| ModelProfile::load(&out.join(name)).unwrap();
    let [parent, int8, coded, sparse, deep] =
        ["nano-kd", "nano-int8", "nano-coded", "nano-sparse", "nano-deep"].map(profile);
    assert_eq!((int8.file.precision.as_str(), parent.file.precision.as_str()), ("int8", "f32"));
    assert!(int8.file.bytes < parent.file.bytes && coded.file.bytes < int8.file.bytes / 2);
    assert!(parent.accuracy.test.value - int8.accuracy.test.value < 0.02);
    assert_eq!((coded.accuracy.clone(), coded.file.name.as_str()), (int8.accuracy.clone(), "weights.twc"));
    assert_eq!(int8.layers[1].output_bytes * 4, parent.layers[1].output_bytes);
    assert!(int8.peak_activation_bytes < parent.peak_activation_bytes);
    let sensitivity = Table::read(&out.join("nano-int8/sensitivity.parquet")).unwrap();
    assert_eq!(sensitivity.rows(), int8.layers.len());
    assert_eq!(deep.lineage.method, "codebook+coded");
    assert!(deep.file.bytes * 2 < sparse.file.bytes && sparse.accuracy.test.value - deep.accuracy.test.value < 0.05);
}

/// Weights that are zero, of how many; norms and biases left out.
fn zeros(out: &Path, name: &str) -> [usize; 2] {
    let weights = measure::load_trained(&out.join(name)).unwrap();
    let all: Vec<f32> =
        weights.tensors.iter().filter(|(n, _)| n.ends_with("weight")).flat_map(|(_, t)| t.1.clone()).collect();
    [all.iter().filter(|v| **v == 0.0).count(), all.len()]
}

/// Other codecs are measured without another training.
fn measured_again(out: &Path, before: &ModelProfile) {
    let path = out.join("less.toml");
    let text = fs::read_to_string(smoke()).unwrap();
    let less = text.replace(
        "codecs = [\"png\", \"half\", \"jpeg-50\", \"int8\", \"int8-deflate\"]\ncorruptions = [\"noise\", \"shift\"]",
        "codecs = [\"half\"]",
    );
    assert_ne!(less, text);
    fs::write(&path, less).unwrap();
    let summary = run(&path, &options(out)).unwrap();
    assert_eq!(made(&summary), NAMES.map(|name| (name, name == "nano-sent")));
    let after = ModelProfile::load(&out.join("nano-sent")).unwrap();
    assert_eq!((&after.lineage, &after.file), (&before.lineage, &before.file));
    assert!(!out.join("nano-sent/corrupted.parquet").exists());
    verify(&out.join("nano-sent"), None).unwrap();
}

/// A measured folder is complete, and its own weights give all of it.
fn whole(folder: &Path, name: &str) {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let own: &[&str] = match name {
        "nano-sent" => &["corrupted.parquet"],
        "nano-thin" | "nano-sparse" => &["pruning.parquet"],
        _ => &[],
    };
    let made: &[&str] = match name {
        "nano-int8" => &["sensitivity.parquet", WEIGHTS],
        "nano-coded" | "nano-deep" => &["weights.twc"],
        _ => &[TRAINED, TRAINING, WEIGHTS],
    };
    let mut right: Vec<&str> = own.iter().chain(made).copied().chain([BYTES, PREDICTIONS, PROFILE]).collect();
    right.sort_unstable();
    assert_eq!(names, right, "{name}");
    verify(folder, None).unwrap();
    verify(&folder.join(PROFILE), None).unwrap();
    let profile = ModelProfile::load(folder).unwrap();
    assert!(profile.calibration.nll_after > 0.0 && (profile.lineage.epochs == 0 || profile.lineage.cost.macs > 0.0));
    assert!(profile.layers.iter().all(|l| l.host_time_s.is_some_and(|t| t > 0.0)));
    let SizeOf::PerImage { mean } = profile.taps[0].codecs[1].bytes else { panic!("deflate is measured by image") };
    assert!(mean > 100.0 && mean < 784.0, "{mean}");
}

/// Every figure that somebody could mend by hand is noticed.
fn edited(folder: &Path) {
    let path = folder.join(PROFILE);
    let text = fs::read_to_string(&path).unwrap();
    let told = |folder: &Path| verify(folder, None).unwrap_err().to_string();
    let profile = ModelProfile::load(folder).unwrap();
    let mend = |change: fn(&mut ModelProfile)| {
        let mut mended = profile.clone();
        change(&mut mended);
        fs::write(&path, serde_json::to_string(&mended).unwrap()).unwrap();
        told(folder)
    };
    assert!(mend(|p| p.calibration.temperature += 0.01).contains("`calibration` is not what the weights give"));
    assert!(mend(|p| p.accuracy.validation = proportion(490, 500)).contains("`accuracy`"));
    assert!(mend(|p| p.file.bytes += 1).contains("`file.bytes`"));
    assert!(mend(|p| p.taps[1].codecs[0].bytes = SizeOf::Fixed(1)).contains("`taps`"));
    assert!(mend(|p| (p.macs, p.layers[0].macs) = (p.macs - 1, p.layers[0].macs - 1)).contains("`layers`"));
    fs::write(&path, &text).unwrap();
    let weights = fs::read(folder.join(WEIGHTS)).unwrap();
    let mut moved = weights.clone();
    let n = moved.len();
    moved[n - 10..].fill(0x3f);
    fs::write(folder.join(WEIGHTS), moved).unwrap();
    let complaints = told(folder);
    assert!(complaints.contains("`file.sha256`") && complaints.contains("but the weights give"), "{complaints}");
    fs::write(folder.join(WEIGHTS), &weights[..n / 2]).unwrap();
    assert!(told(folder).contains("not a whole safetensors file"));
    fs::write(folder.join(WEIGHTS), weights).unwrap();
    verify(folder, None).unwrap();
}

/// The smoke recipe with a change.
fn with(from: &str, to: &str) -> Result<(), Problems> {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("r.toml");
    let text = fs::read_to_string(smoke()).unwrap();
    assert!(text.contains(from), "the recipe has no {from:?}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    run(&path, &Options { dry_run: true, ..options(home.path()) }).map(|_| ())
}

fn told(from: &str, to: &str) -> String {
    with(from, to).expect_err("the broken recipe was accepted").to_string()
}

#[test]
fn a_wrong_recipe_is_told_with_its_place() {
    with("title", "title").unwrap();
    let unknown = told("architecture = \"nano\"", "architecture = \"nanoo\"");
    assert!(unknown.contains("r.toml:18:") && unknown.contains("did you mean `nano`?"), "{unknown}");
    assert!(told("parent = \"teacher\"", "parent = \"techer\"").contains("did you mean `teacher`?"));
    assert!(told("parent = \"teacher\"", "").contains("nobody to be taught by"));
    assert!(told("parent = \"teacher\"", "parent = \"nano-kd\"").contains("its own ancestor"));
    assert!(told("alpha = 0.7", "alpha = 7.0").contains("`alpha` must be within 0 and 1"));
    assert!(told("alpha = 0.7", "alhpa = 0.7").contains("alhpa"));
    assert!(told("epochs = 3", "epochs = 0").contains("`epochs` must be above zero"));
    assert!(told("fashion-mnist-subset", "fashion-mnist-sub").contains("did you mean `fashion-mnist-subset`?"));
    assert!(told("[16, 2]", "[0, 2]").contains("zero among channels"));
    assert!(told("[variants.nano]", "[variants.\"a/b\"]").contains("a variant's name is a folder's"));
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let both = told("rate = 0.1, shift = 1 }", "rate = -1.0, shift = 99 }");
    assert!(both.contains("`rate`") && both.contains("`shift`"), "{both}");
}

#[test]
fn only_some_variants_with_their_parents() {
    let home = tempfile::tempdir().unwrap();
    let only = |name: &str| Options { dry_run: true, only: vec![name.into()], ..options(home.path()) };
    let some = run(&smoke(), &only("nano-kd")).unwrap();
    assert_eq!(made(&some), [("teacher", true), ("nano-kd", true)]);
    let told = run(&smoke(), &only("nanno")).unwrap_err().to_string();
    assert!(told.contains("the recipe has no such variant") && told.contains("did you mean `nano`?"), "{told}");
}

const SEEDS: &str = r#"
title = "Two seeds, and what comes after them"
[data]
source = "fashion-mnist-subset"
[architectures.nano]
separable = { stem = 4, blocks = [[8, 2]] }
[variants.teacher]
architecture = "nano"
seed = 9
train = { epochs = 1, batch = 32, rate = 0.1 }
[variants.scratch]
architecture = "nano"
seeds = [1, 2]
train = { epochs = 1, batch = 32, rate = 0.1 }
[variants.taught]
architecture = "nano"
seeds = [1, 2]
train = { epochs = 1, batch = 32, rate = 0.1 }
parent = "teacher"
distil = { kd = { temperature = 4.0, alpha = 0.5 } }
[variants.longer]
parent = "scratch"
train = { epochs = 1, batch = 32, rate = 0.05 }
[[comparisons]]
of = "taught"
with = "scratch"
"#;

#[test]
fn seeds_make_networks_of_their_own() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("seeds.toml");
    fs::write(&path, SEEDS).unwrap();
    let table = home.path().join("lab");
    let options = Options { table: Some(table.clone()), ..options(&home.path().join("models")) };
    let summary = run(&path, &options).unwrap();
    let names: Vec<&str> = summary.entries.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["teacher", "scratch-1", "scratch-2", "taught-1", "taught-2", "longer-1", "longer-2"]);
    assert_eq!(
        (&summary.entries[4].needs[..], &summary.entries[6].needs[..]),
        (&["teacher".into()][..], &["scratch-2".into()][..])
    );
    let profile = |name: &str| ModelProfile::load(&options.out.join(name)).unwrap();
    assert_ne!(profile("scratch-1").file.sha256, profile("scratch-2").file.sha256);
    let longer = profile("longer-2");
    assert_eq!((longer.lineage.method.as_str(), longer.architecture.as_str()), ("fine-tuned", "nano"));
    assert!(longer.accuracy.test.value > profile("scratch-2").accuracy.test.value);
    let spreads: Vec<_> = summary.spreads.iter().map(|s| (s.variant.as_str(), s.seeds)).collect();
    assert_eq!(spreads, [("scratch", 2), ("taught", 2), ("longer", 2)]);
    let [compared] = &summary.compared[..] else { panic!("{:?}", summary.compared) };
    let gain = |seed| {
        profile(&format!("taught-{seed}")).accuracy.test.value - profile(&format!("scratch-{seed}")).accuracy.test.value
    };
    assert!((compared.difference - (gain(1) + gain(2)) / 2.0).abs() < 1e-12 && compared.mcnemar.len() == 2);
    gains(&table, &summary.compared[0]);
    let written = fs::read_to_string(table.join("variants.csv")).unwrap();
    assert_eq!(written.lines().count(), 8);
    assert!(
        written.lines().nth(7).unwrap().starts_with("longer-2,longer,2,scratch-2,fine-tuned,nano,f32,"),
        "{written}"
    );
}

/// Without a partition: recall of each class, of as many images each, so that gains have the difference as their mean.
fn gains(tables: &Path, compared: &Compared) {
    let table = Table::read(&tables.join("subclass.parquet")).unwrap();
    let (variant, split, gain) =
        (table.str("variant").unwrap(), table.str("split").unwrap(), table.f64("gain").unwrap());
    let taught: Vec<f64> =
        (0..table.rows()).filter(|i| variant[*i] == "taught" && split[*i] == "test").map(|i| gain[i]).collect();
    assert_eq!((taught.len(), table.str("superclass").unwrap()[0].as_str()), (20, ""));
    assert!((taught.iter().sum::<f64>() / 20.0 - compared.difference).abs() < 1e-9);
    assert!(table.f64("superclass_gain").unwrap().iter().all(|g| g.is_nan()) && !tables.join("levels.csv").exists());
}

#[test]
fn a_recipe_with_wrong_seeds_is_told() {
    let told = |from: &str, to: &str| {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("seeds.toml");
        assert!(SEEDS.contains(from));
        fs::write(&path, SEEDS.replacen(from, to, 1)).unwrap();
        run(&path, &Options { dry_run: true, ..options(home.path()) }).unwrap_err().to_string()
    };
    assert!(told("seeds = [1, 2]", "seeds = [1, 1]").contains("a seed stands twice"));
    assert!(told("seeds = [1, 2]", "").contains("no seed"));
    assert!(told("seeds = [1, 2]", "seeds = [1, 3]").contains("`taught` and `scratch` have unlike seeds"));
    assert!(told("seed = 9", "seeds = [9, 8]").contains("`teacher` has several seeds, and not 1"));
    assert!(told("seed = 9", "seed = 9\nseeds = [9]").contains("`seed` and `seeds` at once"));
    assert!(told("parent = \"scratch\"\n", "seed = 1\n").contains("nothing to begin from"));
    assert!(
        told("[variants.longer]\nparent = \"scratch\"", "[variants.scratch-1]\narchitecture = \"nano\"\nseed = 1")
            .contains("two networks are called `scratch-1`")
    );
    assert!(told("of = \"taught\"", "of = \"tought\"").contains("did you mean `taught`?"));
    assert!(told("parent = \"teacher\"", "teacher = \"teacher\"\nparent = \"taught\"").contains("its own ancestor"));
}

/// An early answer is trained, measured, in the profile, and verified; and its tap can be crossed as before.
#[test]
fn early_answers_from_end_to_end() {
    let home = tempfile::tempdir().unwrap();
    let recipe = home.path().join("r.toml");
    let text = "title = \"exits\"\n[data]\nsource = \"fashion-mnist-subset\"\n[architectures.r]\n\
                residual = { blocks = 1, width = 4, exits = [\"stage1.block1\"] }\n[variants.r]\narchitecture = \"r\"\n\
                seed = 1\ntrain = { epochs = 2, batch = 32, rate = 0.1, exit-weight = 0.5 }\ncodecs = [\"int8\"]\n";
    fs::write(&recipe, text).unwrap();
    run(&recipe, &options(&home.path().join("models"))).unwrap();
    let folder = home.path().join("models/r");
    verify(&folder, None).unwrap();
    let profile = ModelProfile::load(&folder).unwrap();
    let exits: Vec<&str> = profile.taps.iter().filter(|t| t.exit).map(|t| t.name.as_str()).collect();
    assert_eq!(exits, ["exit-stage1.block1", "answer"]);
    let [exit] = &profile.early_exits[..] else { panic!("{:?}", profile.early_exits) };
    assert!(exit.tap == exits[0] && exit.calibration.nll_after <= exit.calibration.nll_before);
    assert!(exit.calibration.temperature != profile.calibration.temperature);
    let table = Table::read(&folder.join(PREDICTIONS)).unwrap();
    let right = |tap: &str| {
        let columns = (table.str("tap").unwrap(), table.u32("label").unwrap(), table.u32("prediction").unwrap());
        let rows = columns.0.iter().zip(columns.1).zip(columns.2).filter(|((t, _), _)| t.as_str() == tap);
        rows.fold((0, 0), |(right, all), ((_, label), answer)| (right + usize::from(label == answer), all + 1))
    };
    let [(early, all), (last, _)] = [right("exit-stage1.block1"), right("answer")];
    assert!(all == 1500 && early > 500 && last > early, "{early} and {last} of {all}");
    assert_eq!(exit.accuracy.validation.count + exit.accuracy.test.count, early as u64);
    let mended = fs::read_to_string(folder.join(PROFILE)).unwrap();
    let at = mended.find("\"early-exits\"").unwrap();
    let [before, after] = [&mended[..at], &mended[at..]];
    fs::write(folder.join(PROFILE), before.to_string() + &after.replacen("\"nll-after\": ", "\"nll-after\": 1", 1))
        .unwrap();
    let told = verify(&folder, None).unwrap_err().to_string();
    assert!(told.contains("early-exits.exit-stage1.block1.calibration"), "{told}");
    fs::write(&recipe, text.replace("stage1.block1", "stage1.blok1")).unwrap();
    let told = run(&recipe, &options(home.path())).unwrap_err().to_string();
    assert!(told.contains("r.toml:4:") && told.contains("did you mean `stage1.block1`?"), "{told}");
}
