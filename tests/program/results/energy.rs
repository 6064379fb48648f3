//! What an inference takes and costs on devices of the catalogue.

use super::{agrees, csv, folder, value};
use std::collections::BTreeMap;
use tierwise::catalog::{ModelProfile, device};

#[test]
fn latency_and_joules_are_those_of_the_committed_profiles() {
    let mut known: BTreeMap<String, ModelProfile> = BTreeMap::new();
    let rows = csv("energy");
    assert!(rows.len() > 500);
    for row in rows {
        let model =
            known.entry(row["name"].clone()).or_insert_with_key(|name| ModelProfile::load(&folder(name)).unwrap());
        let preset = device(&row["preset"]).unwrap();
        let Some(rate) = preset.rate.get(&model.file.precision) else {
            assert_eq!(value(&row, "latency_s"), None);
            continue;
        };
        let mut seconds = preset.per_call.value.secs();
        for layer in &model.layers {
            let moved = (layer.weight_bytes + layer.input_bytes + layer.output_bytes) as f64;
            seconds += (layer.macs as f64 / rate.value.0).max(moved / preset.bandwidth.value.0);
            seconds += preset.per_layer.value.secs();
        }
        let told = value(&row, "latency_s").unwrap();
        assert!((told - seconds).abs() < 1e-8, "{} on {}: {told} s, counted {seconds}", row["name"], row["preset"]);
        agrees(&row, "energy_j", told * preset.active.value.0);
        agrees(&row, "energy_beyond_idle_j", told * (preset.active.value.0 - preset.idle.value.0));
        if let Some(memory) = &preset.memory {
            let flash = memory.flash.as_ref().map(|flash| model.file.bytes <= flash.value.0);
            assert_eq!(row["fits_flash"], flash.map_or(String::new(), |fits| fits.to_string()));
        }
    }
}
