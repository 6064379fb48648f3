//! Accuracy at both levels of partitions.

use super::{Answers, agrees_with_count, csv, partition};
use std::collections::BTreeMap;

#[test]
fn both_levels_are_counted_from_the_committed_answers() {
    let mut known: BTreeMap<(String, String), Answers> = BTreeMap::new();
    let mut counted = 0;
    for row in csv("levels") {
        let (name, split) = (row["name"].clone(), row["split"].clone());
        let answers = known.entry((name, split)).or_insert_with_key(|(name, split)| Answers::read(name, split));
        let of = answers.image.len();
        if row["level"] == "subclass" {
            // Of superclasses alone, subclasses are matched: by logits of subclasses, which are not among the answers.
            if !answers.is_coarse() {
                agrees_with_count(&row, [answers.right(), of]);
                counted += 1;
            }
            continue;
        }
        let partition = partition(&row["partition"]);
        let right = |label: usize| if answers.is_coarse() { label } else { partition.group_of(label) };
        if let Some(taken) = answers.superclasses(&partition) {
            let labels = answers.label.iter().map(|&label| right(label as usize));
            agrees_with_count(&row, [taken.iter().zip(labels).filter(|(taken, label)| **taken == *label).count(), of]);
            counted += 1;
        }
    }
    assert!(counted > 400, "{counted}");
}
