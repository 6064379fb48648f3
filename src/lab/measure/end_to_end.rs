//! Tables without logits, from a recipe on.

use super::verify;
use crate::catalog::{ModelProfile, PREDICTIONS, PROFILE};
use crate::lab::answers::proportion;
use crate::lab::corrupt::{CORRUPTED, Corrupted};
use crate::lab::{Options, run};
use crate::store::parquet::{Column, Columns, Table};
use std::fs;
use std::path::Path;

/// A recipe's one network; whether it was made or measured now.
fn made(home: &Path, text: &str) -> bool {
    let recipe = home.join("recipe.toml");
    fs::write(&recipe, text).unwrap();
    let only = vec!["nano".to_string()];
    let options = Options { out: home.into(), only, progress: false, ..Options::default() };
    run(&recipe, &options).unwrap().entries[0].made
}

fn recipe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab/smoke.toml");
    fs::read_to_string(path).unwrap()
}

#[test]
fn tables_without_logits_are_short_and_verified() {
    let home = tempfile::tempdir().unwrap();
    let brief = recipe().replace("[variants.nano]\n", "[variants.nano]\nlogits = false\n");
    let folder = home.path().join("nano");
    let size = || fs::metadata(folder.join(PREDICTIONS)).unwrap().len();
    assert!(made(home.path(), &recipe()));
    let whole = size();
    assert_eq!([made(home.path(), &brief), made(home.path(), &brief)], [true, false]);
    assert!(size() * 3 < whole, "{} {whole}", size());
    verify(&folder, None).unwrap();
    profile_of_other_answers(&folder);
    other_answers(&folder);
}

#[test]
fn answers_to_corrupted_images_are_verified() {
    let home = tempfile::tempdir().unwrap();
    let worn = recipe().replace("[variants.nano]\n", "[variants.nano]\ncorruptions = [\"noise\", \"shift\"]\n");
    assert!(made(home.path(), &worn));
    let folder = home.path().join("nano");
    verify(&folder, None).unwrap();
    let mut all = Corrupted::read(&folder).unwrap();
    let told = |all: &[Corrupted]| {
        Corrupted::columns(all).write(&folder.join(CORRUPTED)).unwrap();
        verify(&folder, None).unwrap_err().to_string()
    };
    let other = all[7].prediction[4];
    all[7].prediction[4] = (other + 1) % 10;
    all[7].sure[4][0] -= 0.1;
    let what = format!("under shift 3 is answered with {}", (other + 1) % 10);
    assert!(told(&all).contains(&what), "{what}");
    all.truncate(4);
    assert!(told(&all).contains("are not those that were measured"));
}

fn profile_of_other_answers(folder: &Path) {
    let profile = ModelProfile::load(folder).unwrap();
    let write = |p: &ModelProfile| fs::write(folder.join(PROFILE), serde_json::to_string(p).unwrap()).unwrap();
    let mut mended = profile.clone();
    mended.accuracy.validation = proportion(1, mended.accuracy.validation.of);
    write(&mended);
    assert!(verify(folder, None).unwrap_err().to_string().contains("`accuracy` is not"));
    mended = profile.clone();
    mended.calibration.temperature += 0.1;
    write(&mended);
    assert!(verify(folder, None).unwrap_err().to_string().contains("`calibration` is not"));
    write(&profile);
}

fn other_answers(folder: &Path) {
    let file = folder.join(PREDICTIONS);
    let table = Table::read(&file).unwrap();
    let told = |name: &str, other: Columns| {
        let change = |all: Columns, (found, column): (&str, &Column)| {
            let column = if found == name { other.get(name).unwrap() } else { column };
            all.with(found, column.clone())
        };
        table.columns().iter().fold(Columns::new(), change).write(&file).unwrap();
        verify(folder, None).unwrap_err().to_string()
    };
    let answers = table.u32("prediction").unwrap().iter().map(|p| (p + 1) % 10);
    let told_of_answers = told("prediction", Columns::new().u32("prediction", answers.collect()));
    assert!(told_of_answers.contains("is answered with") && told_of_answers.contains("but the weights give"));
    let taps = Columns::new().str("tap", vec!["pool"; table.rows()]);
    assert!(told("tap", taps).contains("the column `tap` is not what was measured"));
}
