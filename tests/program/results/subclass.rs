//! Recalls of classes, at both levels, and beside a control.

use super::{Answers, Row, agrees, csv, partition, share, value};
use std::collections::BTreeMap;

#[test]
fn recalls_and_gains_are_those_of_the_committed_answers() {
    let classes: BTreeMap<u32, u32> = {
        let teacher = Answers::read("teacher", "test");
        teacher.image.into_iter().zip(teacher.label).collect()
    };
    let names = Answers::read("teacher", "test").profile.classes;
    let mut known: BTreeMap<String, Answers> = BTreeMap::new();
    let mut counted = 0;
    let rows = csv("subclass");
    for row in rows.iter().filter(|row| row["split"] == "test") {
        let answers = known.entry(row["name"].clone()).or_insert_with(|| Answers::read(&row["name"], "test"));
        let class = names.iter().position(|name| *name == row["subclass"]).unwrap();
        let of: Vec<usize> =
            (0..answers.image.len()).filter(|&i| classes[&answers.image[i]] as usize == class).collect();
        agrees(row, "images", of.len() as f64);
        if !answers.is_coarse() {
            let right = of.iter().filter(|&&i| answers.prediction[i] as usize == class).count();
            agrees(row, "recall", share(right, of.len()));
            counted += 1;
        }
        if !row["partition"].is_empty() {
            let partition = partition(&row["partition"]);
            if let Some(taken) = answers.superclasses(&partition) {
                let right = of.iter().filter(|&&i| taken[i] == partition.group_of(class)).count();
                agrees(row, "superclass_recall", share(right, of.len()));
                counted += 1;
            }
        }
        beside(row, &rows);
    }
    assert!(counted > 200, "{counted}");
}

/// What is said of the control is what the control's own row says, and the gain is the difference.
fn beside(row: &Row, rows: &[Row]) {
    let key =
        |r: &Row, name: &str| (r[name].clone(), r["partition"].clone(), r["split"].clone(), r["subclass"].clone());
    for (level, control, gain) in
        [("recall", "control_recall", "gain"), ("superclass_recall", "control_superclass_recall", "superclass_gain")]
    {
        let (Some(own), Some(other)) = (value(row, level), value(row, control)) else { continue };
        agrees(row, gain, own - other);
        let its = rows.iter().find(|r| key(r, "name") == key(row, "control")).and_then(|r| value(r, level));
        assert!(its.is_none_or(|its| (its - other).abs() < 1e-9), "{}: {level} of {}", row["name"], row["control"]);
    }
}
