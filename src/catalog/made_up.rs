//! A profile that was never measured, for tests.

use super::*;

/// A valid profile with `layers` layers, a tap after each, the last one the answer.
pub(crate) fn profile(id: &str, layers: u32) -> ModelProfile {
    let made: Vec<LayerProfile> = (1..=layers).map(layer).collect();
    let taps = (0..=layers).map(|k| tap(k, layers)).collect();
    ModelProfile {
        schema: 1,
        id: id.into(),
        architecture: "made-up".into(),
        input: [4, 4, 1],
        classes: vec!["cat".into(), "dog".into()],
        macs: made.iter().map(|l| l.macs).sum(),
        parameters: made.iter().map(|l| l.parameters).sum(),
        peak_activation_bytes: 400,
        file: ShippedFile { name: "weights.bin".into(), bytes: 500, sha256: "0".repeat(64), precision: "f32".into() },
        layers: made,
        taps,
        accuracy: Accuracy {
            validation: proportion(3, 4),
            test: proportion(4, 8),
            per_class: vec![proportion(1, 4), proportion(3, 4)],
        },
        calibration: Calibration {
            temperature: 1.5,
            ece_before: 0.1,
            ece_after: 0.05,
            nll_before: 0.7,
            nll_after: 0.6,
        },
        early_exits: Vec::new(),
        lineage: lineage(),
        provenance: PROVENANCE.iter().map(|field| ((*field).to_string(), Provenance::Measured)).collect(),
        tuned_on_test: false,
    }
}

fn layer(k: u32) -> LayerProfile {
    LayerProfile {
        name: format!("layer-{k}"),
        kind: "conv".into(),
        output: [2, 2, k],
        macs: 1000 * u64::from(k),
        parameters: 10,
        weight_bytes: 40,
        input_bytes: 64,
        output_bytes: 16 * u64::from(k),
        host_time_s: Some(1e-6),
    }
}

fn tap(k: u32, last: u32) -> TapProfile {
    let name = match k {
        0 => "input".into(),
        k if k == last => "answer".into(),
        k => format!("block-{k}"),
    };
    let raw = CodecProfile { name: "raw".into(), lossless: true, bytes: SizeOf::Fixed(16 * u64::from(k.max(1))) };
    TapProfile { name, layers: k, shape: shape(k), exit: k == last && k > 0, codecs: vec![raw] }
}

fn shape(k: u32) -> [u32; 3] {
    if k == 0 { [4, 4, 1] } else { [2, 2, k] }
}

/// A proportion with some interval.
pub(crate) fn proportion(count: u64, of: u64) -> Proportion {
    let value = count as f64 / of as f64;
    Proportion { count, of, value, low: value / 2.0, high: value.midpoint(1.0) }
}

fn lineage() -> Lineage {
    let data = DataLineage {
        source: "made-up".into(),
        settings: None,
        sha256: "1".repeat(64),
        train: 16,
        validation: 4,
        test: 8,
        superclasses: None,
    };
    Lineage {
        recipe: "made-up.toml".into(),
        content: "2".repeat(64),
        method: "scratch".into(),
        parent: None,
        seed: 1,
        epochs: 1,
        data,
        cost: Cost::default(),
        estimated_energy: None,
        instruction_set: "scalar".into(),
        version: "0.1.0".into(),
    }
}
