//! What is committed under `results/models`, and the recipe that made it.

use super::answers::Answers;
use super::train::best;
use super::{data, measure, recipe, verify};
use crate::catalog::{ModelProfile, PREDICTIONS, PROFILE};
use crate::store::parquet::Table;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_full_recipe_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab/fashion.toml");
    let (recipe, _) = recipe::load(&path).unwrap();
    assert!(recipe.variants.get("teacher").is_some());
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
        let crossed = ["cut", "tap", "codec"].map(|column| table.str(column).unwrap());
        let raw = |row: &usize| crossed.map(|column| column[*row].as_str()) == ["input", "answer", "raw"];
        let at: BTreeMap<(&str, u32), usize> =
            (0..table.rows()).filter(raw).map(|row| ((split[row].as_str(), image[row]), row)).collect();
        let logits: Vec<_> = (0..).map_while(|k| table.f32(&format!("logit_{k}")).ok()).collect();
        let (answer, lead) = (table.u32("prediction").unwrap(), table.f32("margin").unwrap());
        let answers = Answers::of(&measure::load(&folder).unwrap(), &subset);
        for part in [&answers.validation, &answers.test] {
            for (image, (_, row)) in part.image.iter().zip(part.rows()) {
                let stored = at[&(part.split.name(), *image)];
                let near = |(told, found): (&&[f32], &f32)| (found - told[stored]).abs() <= 1e-3 * (1.0 + found.abs());
                let same = best(row) == answer[stored] as usize || lead[stored] < 1e-3;
                assert!(same && logits.iter().zip(row).all(near), "{}: image {image}", folder.display());
            }
        }
    }
}

/// With the full data installed: everything in the profiles of some of the smaller shipped variants is what their weights
/// give. `tierwise lab verify` looks at any.
#[test]
fn shipped_profiles_are_what_their_weights_give() {
    let small = |folder: &PathBuf| ModelProfile::load(folder).unwrap().macs < 5_000_000;
    if data::load("fashion-mnist", None).is_ok() {
        shipped().iter().filter(|f| small(f)).step_by(12).for_each(|folder| verify(folder, None).unwrap());
    }
}
