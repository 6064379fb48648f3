//! What each network's layers compute and hold, and how long they take.

use super::{Row, agrees, csv, folder, parquet, value};
use tierwise::catalog::ModelProfile;

#[test]
fn layers_are_those_of_the_committed_profiles() {
    let (rows, networks) = (parquet("layers"), csv("variants"));
    let mut left = rows.iter();
    for network in networks {
        let told = ModelProfile::load(&folder(&network["name"])).unwrap();
        let own: Vec<&Row> = left.by_ref().take(told.layers.len()).collect();
        assert_eq!(own.len(), told.layers.len());
        for (row, layer) in own.into_iter().zip(&told.layers) {
            assert_eq!((&row["name"], &row["layer"], &row["kind"]), (&network["name"], &layer.name, &layer.kind));
            let counts = [layer.parameters, layer.macs, layer.weight_bytes, layer.output_bytes];
            for (column, count) in ["parameters", "macs", "weight_bytes", "output_bytes"].into_iter().zip(counts) {
                agrees(row, column, count as f64);
            }
            assert!(value(row, "latency_p90_s") >= value(row, "latency_median_s"));
        }
    }
    assert!(left.next().is_none(), "rows of other networks");
}
