//! How far students answer as their teachers do, and what of the gap between them they make up for.

use super::{Answers, Row, agrees, csv, partition, share};
use std::collections::BTreeMap;

/// What is answered, and what is right, at a level.
fn answered(answers: &Answers, row: &Row, level: &str) -> Option<[Vec<usize>; 2]> {
    let plain = |all: &[u32]| all.iter().map(|&one| one as usize).collect::<Vec<_>>();
    if level == "subclass" {
        return (!answers.is_coarse()).then(|| [plain(&answers.prediction), plain(&answers.label)]);
    }
    let partition = partition(&row["partition"]);
    let group = |label: usize| if answers.is_coarse() { label } else { partition.group_of(label) };
    Some([answers.superclasses(&partition)?, plain(&answers.label).into_iter().map(group).collect()])
}

fn count(of: &[usize], holds: impl Fn(usize) -> bool) -> usize {
    (0..of.len()).filter(|&i| holds(i)).count()
}

#[test]
fn likeness_and_gap_are_counted_from_the_committed_answers() {
    let mut known: BTreeMap<String, Answers> = BTreeMap::new();
    let [mut alike, mut gaps] = [0; 2];
    for row in csv("transfer") {
        let names = ["name", "teacher", "untaught"].map(|column| row[column].clone());
        for name in names.iter().filter(|name| !name.is_empty()) {
            known.entry(name.clone()).or_insert_with(|| Answers::read(name, "test"));
        }
        let [own, teacher] = [&names[0], &names[1]].map(|name| answered(&known[name], &row, &row["level"]));
        if let (Some([own, labels]), Some([teacher, _])) = (own, teacher) {
            agrees(&row, "agreement", share(count(&labels, |i| own[i] == teacher[i]), labels.len()));
            let wrong = count(&labels, |i| teacher[i] != labels[i]);
            let both = count(&labels, |i| teacher[i] != labels[i] && own[i] == teacher[i]);
            agrees(&row, "agreement_on_errors", share(both, wrong));
            alike += 1;
        }
        if row["gap_recovered"].is_empty() {
            continue;
        }
        let accuracies = names.each_ref().map(|name| {
            let [answers, labels] = answered(&known[name], &row, &row["gap_level"])?;
            Some(share(count(&labels, |i| answers[i] == labels[i]), labels.len()))
        });
        if let [Some(own), Some(teacher), Some(untaught)] = accuracies {
            let recovered = (own - untaught) / (teacher - untaught);
            agrees(&row, "gap_recovered", recovered);
            let lineage = &known[&names[0]].profile.lineage;
            agrees(&row, "gap_per_tera_mac", recovered / (lineage.cost.macs / 1e12));
            agrees(&row, "gap_per_epoch", recovered / f64::from(lineage.epochs));
            gaps += 1;
        }
    }
    assert!(alike > 40 && gaps > 20, "{alike} {gaps}");
}
