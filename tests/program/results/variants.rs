//! What each network is and how often it is right.

use super::{Answers, agrees, csv, folder, share, value};
use tierwise::stats::wilson;

#[test]
fn accuracies_and_sizes_are_those_of_the_committed_files() {
    let rows = csv("variants");
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        let [validation, test] = ["validation", "test"].map(|split| Answers::read(&row["name"], split));
        let (right, of) = (test.right(), test.image.len());
        agrees(&row, "top1", share(right, of));
        agrees(&row, "validation", share(validation.right(), validation.image.len()));
        let (low, high) = wilson(right as u64, of as u64, 0.95);
        agrees(&row, "top1_low", low);
        agrees(&row, "top1_high", high);
        let told = &test.profile;
        let file = folder(&row["name"]).join(&told.file.name);
        agrees(&row, "bytes", std::fs::metadata(file).unwrap().len() as f64);
        agrees(&row, "parameters", told.parameters as f64);
        agrees(&row, "macs", told.macs as f64);
        assert_eq!(row["method"], told.lineage.method);
        assert_eq!(value(&row, "seed"), Some(told.lineage.seed as f64));
    }
}
