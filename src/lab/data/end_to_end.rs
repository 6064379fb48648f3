//! Made-up colour images in two formats, from files through a recipe to verified profiles.

use super::{cifar10, folders};
use crate::catalog::{ModelProfile, PROFILE, SizeOf};
use crate::lab::{Options, run, verify};
use std::fs;
use std::path::Path;

/// Runs a recipe with this source; gives the profile after it was verified.
fn through_a_recipe(home: &Path, source: &str, stride: usize) -> ModelProfile {
    let (recipe, files, out) = (home.join("recipe.toml"), home.join("files"), home.join("models"));
    let text = format!(
        "title = \"made up\"\n[data]\nsource = {source}\n[architectures.tiny]\n\
         separable = {{ stem = 6, blocks = [[12, {stride}], [16, 2]] }}\n[variants.tiny]\narchitecture = \"tiny\"\nseed = 1\n\
         train = {{ epochs = 6, batch = 16, rate = 0.1, shift = 1, erase = {{ chance = 0.2, sides = [2, 4] }} }}\n"
    );
    fs::write(&recipe, text).unwrap();
    let options = Options { data: Some(files.clone()), out: out.clone(), progress: false, ..Options::default() };
    assert!(run(&recipe, &options).unwrap().entries[0].made);
    assert!(!run(&recipe, &options).unwrap().entries[0].made, "what is made is made again");
    verify(&out.join("tiny"), Some(&files)).unwrap();
    ModelProfile::load(&out.join("tiny")).unwrap()
}

#[test]
fn in_the_format_of_cifar() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("files")).unwrap();
    cifar10::tests::write(home.path().join("files").as_path(), 3, 4);
    let profile = through_a_recipe(home.path(), "{ cifar-10 = { images = [150, 40], hold-out = 3 } }", 4);
    assert_eq!((profile.input, profile.classes.len(), profile.accuracy.test.of), ([32, 32, 3], 10, 40));
    assert_eq!((profile.lineage.data.train, profile.lineage.data.validation), (120, 30));
    // Ten colours, of which networks that see colour tell eight apart.
    assert!(profile.accuracy.test.value > 0.5, "{:?}", profile.accuracy.test);
    assert_eq!(profile.taps[0].codecs[0].bytes, SizeOf::Fixed(3072));
}

#[test]
fn in_folders() {
    let home = tempfile::tempdir().unwrap();
    folders::tests::class_folders(&home.path().join("files"), 24);
    let source = "{ images = { size = [12, 12], hold-out = 4, test = 4 } }";
    let profile = through_a_recipe(home.path(), source, 2);
    assert_eq!((profile.input, &profile.classes[..]), ([12, 12, 3], &["cold".to_string(), "warm".into()][..]));
    assert_eq!(profile.accuracy.test.count, 8);
    // Other settings, other images: the profile is then not what its weights give.
    let path = home.path().join("models/tiny").join(PROFILE);
    let told = |from: &str, to: &str| {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let told = verify(&path, Some(&home.path().join("files"))).unwrap_err().to_string();
        fs::write(&path, text).unwrap();
        told
    };
    assert!(told("\"hold-out\": 4", "\"hold-out\": 3").contains("`lineage.data.sha256` is not"));
    assert!(told("\"hold-out\": 4", "\"hold-uot\": 4").contains("not a data source"));
}
