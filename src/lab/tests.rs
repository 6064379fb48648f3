//! A recipe from end to end, and every way to get one wrong.

use super::measure::{self, Answers, TRAINED, TRAINING, WEIGHTS};
use super::{Options, Summary, data, recipe, run, verify};
use crate::catalog::{BYTES, ModelProfile, PREDICTIONS, PROFILE, SizeOf};
use crate::problem::Problems;
use crate::store::parquet::Table;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn smoke() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab/smoke.toml")
}

fn options(out: &Path) -> Options {
    Options { out: out.into(), progress: false, ..Options::default() }
}

fn made(summary: &Summary) -> Vec<(&str, bool)> {
    summary.variants.iter().map(|(name, made)| (name.as_str(), *made)).collect()
}

#[test]
fn a_recipe_from_end_to_end() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("models");
    let dry = run(&smoke(), &Options { dry_run: true, ..options(&out) }).unwrap();
    assert!(dry.variants.iter().all(|v| v.1) && !out.exists());
    let first = run(&smoke(), &options(&out)).unwrap();
    assert_eq!(made(&first), [("teacher", true), ("nano", true), ("nano-kd", true)]);
    let again = run(&smoke(), &options(&out)).unwrap();
    assert_eq!(made(&again), [("teacher", false), ("nano", false), ("nano-kd", false)]);
    for name in ["teacher", "nano", "nano-kd"] {
        whole(&out.join(name));
    }
    let kd = ModelProfile::load(&out.join("nano-kd")).unwrap();
    let teacher = ModelProfile::load(&out.join("teacher")).unwrap();
    assert_eq!(kd.lineage.parent, Some(("teacher".into(), teacher.lineage.content.clone())));
    assert_eq!((kd.lineage.method.as_str(), teacher.lineage.method.as_str()), ("kd", "scratch"));
    assert!(teacher.accuracy.test.value > 0.6, "{:?}", teacher.accuracy.test);
    edited(&out.join("nano"));
}

/// A measured folder is complete, and its own weights give all of it.
fn whole(folder: &Path) {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [BYTES, PREDICTIONS, PROFILE, TRAINED, TRAINING, WEIGHTS]);
    verify(folder, None).unwrap();
    verify(&folder.join(PROFILE), None).unwrap();
    let profile = ModelProfile::load(folder).unwrap();
    assert!(profile.calibration.nll_after > 0.0 && profile.lineage.cost.macs > 0.0);
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
    assert!(mend(|p| p.accuracy.validation = super::measure::proportion(490, 500)).contains("`accuracy`"));
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

#[test]
fn the_full_recipe_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab/fashion.toml");
    let (recipe, _) = recipe::load(&path).unwrap();
    assert_eq!(recipe.variants.names().next(), Some("teacher"));
}

/// The variants in `results/models`.
fn shipped() -> Vec<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/models");
    let mut folders: Vec<PathBuf> = fs::read_dir(home).into_iter().flatten().map(|f| f.unwrap().path()).collect();
    folders.retain(|f| f.join(PROFILE).is_file());
    folders.sort();
    folders
}

/// Every shipped variant's weights answer the embedded images as its table, made on the full data, says they do.
#[test]
fn shipped_weights_answer_as_their_tables_say() {
    let subset = data::load("fashion-mnist-subset", None).unwrap();
    for folder in shipped() {
        let table = Table::read(&folder.join(PREDICTIONS)).unwrap();
        let (split, image) = (table.str("split").unwrap(), table.u32("image").unwrap());
        let at: BTreeMap<(&str, u32), usize> =
            split.iter().zip(image).enumerate().map(|(row, (split, image))| ((split.as_str(), *image), row)).collect();
        let logits: Vec<_> = (0..10).map(|k| table.f32(&format!("logit_{k}")).unwrap()).collect();
        let answers = Answers::of(&measure::load(&folder).unwrap(), &subset);
        for part in [&answers.validation, &answers.test] {
            for (image, (_, row)) in part.image.iter().zip(part.rows()) {
                let stored = at[&(part.split.name(), *image)];
                let near = |(k, found): (usize, &f32)| (found - logits[k][stored]).abs() <= 1e-3 * (1.0 + found.abs());
                assert!(row.iter().enumerate().all(near), "{}: image {image}", folder.display());
            }
        }
    }
}

/// With the full data installed: everything in the profiles of the smaller shipped variants is what their weights give.
#[test]
fn shipped_profiles_are_what_their_weights_give() {
    let small = |folder: &PathBuf| ModelProfile::load(folder).unwrap().macs < 5_000_000;
    if data::load("fashion-mnist", None).is_ok() {
        shipped().iter().filter(|f| small(f)).for_each(|folder| verify(folder, None).unwrap());
    }
}
