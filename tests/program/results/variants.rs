//! What each network is and how often it is right.

use super::{Answers, agrees, csv, folder, share, value};
use tierwise::stats::wilson;
use tierwise::store::parquet::Table;

/// The share of right answers to corrupted images, all kinds and severities together.
fn corrupted(name: &str) -> f64 {
    let table = Table::read(&folder(name).join("corrupted.parquet")).unwrap();
    let (label, prediction) = (table.u32("label").unwrap(), table.u32("prediction").unwrap());
    share(label.iter().zip(prediction).filter(|(label, prediction)| label == prediction).count(), label.len())
}

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
        let calibration = &told.calibration;
        for (column, figure) in [
            ("temperature", calibration.temperature),
            ("ece_before", calibration.ece_before),
            ("ece_after", calibration.ece_after),
            ("nll_before", calibration.nll_before),
            ("nll_after", calibration.nll_after),
        ] {
            agrees(&row, column, figure);
        }
        if test.is_coarse() {
            agrees(&row, "superclass", share(right, of));
        }
        assert_eq!(value(&row, "corrupted").is_some(), folder(&row["name"]).join("corrupted.parquet").is_file());
        if value(&row, "corrupted").is_some() {
            agrees(&row, "corrupted", corrupted(&row["name"]));
        }
        assert_eq!(row["method"], told.lineage.method);
        assert_eq!(value(&row, "seed"), Some(told.lineage.seed as f64));
    }
}
