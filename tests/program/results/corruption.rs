//! Accuracy on corrupted images, whole and by class.

use super::{agrees_with_count, csv, folder};
use std::collections::BTreeMap;
use tierwise::catalog::ModelProfile;
use tierwise::store::parquet::Table;

/// Right answers and images, by (corruption, severity, class); class `""` is all.
type Counts = BTreeMap<(String, String, String), [usize; 2]>;

fn counts(name: &str) -> Counts {
    let table = Table::read(&folder(name).join("corrupted.parquet")).unwrap();
    let classes = ModelProfile::load(&folder(name)).unwrap().classes;
    let corruption = table.str("corruption").unwrap();
    let [severity, label, prediction] = ["severity", "label", "prediction"].map(|column| table.u32(column).unwrap());
    let mut counts = Counts::new();
    for row in 0..table.rows() {
        for class in ["", &classes[label[row] as usize]] {
            let key = (corruption[row].to_string(), severity[row].to_string(), class.to_string());
            let [right, of] = counts.entry(key).or_default();
            *right += usize::from(label[row] == prediction[row]);
            *of += 1;
        }
    }
    counts
}

#[test]
fn every_severity_is_counted_from_the_committed_answers() {
    let mut known: BTreeMap<String, Counts> = BTreeMap::new();
    let rows = csv("corruption");
    assert!(rows.len() > 1000);
    for row in rows {
        let counts = known.entry(row["name"].clone()).or_insert_with_key(|name| counts(name));
        let key = (row["corruption"].clone(), row["severity"].clone(), row["class"].clone());
        agrees_with_count(&row, counts[&key]);
    }
}
