//! Recipes with superclasses, subclasses and several ways to teach, from end to end, and how they go wrong.

use crate::catalog::ModelProfile;
use crate::lab::measure::load_float;
use crate::lab::{Options, data, run, verify};
use std::fs;
use std::path::{Path, PathBuf};

fn recipe() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lab/subclass-smoke.toml")
}

fn options(out: &Path) -> Options {
    Options { out: out.into(), progress: false, ..Options::default() }
}

#[test]
fn every_form_of_subclass_distillation_is_trained_and_measured() {
    let home = tempfile::tempdir().unwrap();
    let made = run(&recipe(), &options(home.path())).unwrap();
    assert!(made.entries.iter().all(|e| e.made) && made.entries.len() == 10);
    let profile = |name: &str| ModelProfile::load(&home.path().join(name)).unwrap();
    let methods = ["scratch", "classes", "invented", "pseudo", "focus", "many"].map(|n| profile(n).lineage.method);
    let right = ["scratch", "subclass", "subclass", "pseudo", "fitnet+subclass", "dkd+lskd+dist+attention+rkd"];
    assert_eq!(methods, right);
    for (name, finest) in
        [("inventor", 10), ("scratch", 2), ("classes", 2), ("known", 10), ("invented", 10), ("pseudo", 8)]
    {
        let told = profile(name);
        assert_eq!(told.classes, ["first", "second"], "{name}");
        assert!(told.accuracy.test.value > 0.55, "{name}: {:?}", told.accuracy.test);
        let executor = load_float(&home.path().join(name)).unwrap();
        assert_eq!(executor.shape(executor.architecture().finest()), [1, 1, finest], "{name}");
    }
    for name in ["inventor", "known", "feet", "focus"] {
        verify(&home.path().join(name), None).unwrap();
    }
    // Shirts are found more often by who was made to look for them.
    let shirts = |name: &str| profile(name).accuracy.per_class[6].count;
    assert!(shirts("focus") > shirts("many"), "{} {}", shirts("focus"), shirts("many"));
    // Nothing is made again.
    assert!(run(&recipe(), &options(home.path())).unwrap().entries.iter().all(|e| !e.made));
}

/// What is told of the recipe with a change.
fn told(from: &str, to: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(recipe()).unwrap();
    assert!(text.contains(from), "the recipe has no {from:?}");
    let path = home.path().join("r.toml");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    let dry = Options { dry_run: true, ..options(home.path()) };
    run(&path, &dry).expect_err("the broken recipe was accepted").to_string()
}

#[test]
fn a_wrong_recipe_is_told_with_its_place() {
    let missed = told("\"shirt\", \"bag\"]", "\"shirt\"]");
    assert!(missed.contains("r.toml:13:") && missed.contains("the partition misses classes; received bag"), "{missed}");
    let twice = told("\"ankle-boot\"]", "\"ankle-boot\", \"bag\"]");
    assert!(twice.contains("r.toml:15:") && twice.contains("`bag` is in `footwear` already"), "{twice}");
    let unknown = told("\"sneaker\"", "\"snaeker\"");
    assert!(unknown.contains("r.toml:14:") && unknown.contains("did you mean `sneaker`?"), "{unknown}");
    assert!(told("partition = \"cross-cut\"", "partition = \"cross-cuts\"").contains("did you mean `cross-cut`?"));
    assert!(told("within = 0.0 ", "within = 1.0 ").contains("learns nothing within them"));
    assert!(told("partition = \"cross-cut\", within", "within").contains("the teacher does not answer in groups"));
    assert!(told("each = 4, beta", "each = 6, beta").contains("4 subclasses of each of 2 classes"));
    assert!(told("pseudo = { each = 4 }", "pseudo = { each = 3 }").contains("`each` must be an even number"));
    assert!(told("each = 5 }", "each = 0 }").contains("`each` must be from 1 to 256"));
    assert!(told("shirt = 3.0", "shrit = 3.0").contains("did you mean `shirt`?"));
    assert!(told("[\"sampling\", ", "[\"samplings\", ").contains("samplings"));
    assert!(told("[[\"pool\", \"pool\"]]", "[[\"pool\", \"pol\"]]").contains("did you mean `pool`?"));
    assert!(told("[\"block1\", \"stage2", "[\"block1\", \"stage1").contains("unlike size; received 14x14 and 28x28"));
    assert!(told("subclass = {}", "kd = { temperature = 0.0, alpha = 0.5 }").contains("`temperature` must be"));
    assert!(told("{ subclass = {} }", "{}").contains("names no method"));
    assert!(told("dkd = {}", "dkd = { gamma = 1.0 }").contains("gamma"));
}

#[test]
fn what_does_not_name_subclasses_stays_what_it_was() {
    let data = data::load("fashion-mnist-subset", None).unwrap();
    let pupil = super::Pupil::new(None, None, &Default::default(), &data.classes, |classes| {
        crate::lab::architecture::separable(data.input, classes, 4, &[])
    });
    let pupil = pupil.unwrap();
    assert!(pupil.emphasis.is_none() && matches!(pupil.data(&data), std::borrow::Cow::Borrowed(_)));
}
