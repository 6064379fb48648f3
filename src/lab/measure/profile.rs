//! Everything measured and counted, as a profile.

use super::answers::Answers;
use super::bytes::{DEFLATE, Sizes};
use super::{WEIGHTS, figures};
use crate::catalog::{
    CodecProfile, LayerProfile, Lineage, ModelProfile, PROVENANCE, Provenance, ShippedFile, SizeOf, TapProfile,
};
use crate::lab::architecture::{Architecture, INPUT, Op, counts, peak_activations};
use crate::lab::data::Dataset;
use crate::lab::network::Executor;
use crate::problem::{Problem, Problems};
use crate::store::hash::sha256_hex;
use std::collections::BTreeMap;

/// Bytes of an answer on its way: the class in two, its confidence in four.
const ANSWER_BYTES: u64 = 6;
/// Bytes of a number that crosses a cut.
const FLOAT: u64 = 4;

/// Puts a profile together.
#[allow(clippy::too_many_arguments)]
pub fn assemble(
    id: &str,
    architecture: &str,
    executor: &Executor,
    answers: &Answers,
    sizes: &Sizes,
    times: Option<Vec<f64>>,
    file: Vec<u8>,
    data: &Dataset,
    lineage: Lineage,
) -> Result<ModelProfile, Problem> {
    let description = executor.architecture();
    let layers = layers(description, times.as_deref())?;
    Ok(ModelProfile {
        schema: 1,
        id: id.into(),
        architecture: architecture.into(),
        input: description.input.map(|n| n as u32),
        classes: data.classes.clone(),
        macs: layers.iter().map(|l| l.macs).sum(),
        parameters: layers.iter().map(|l| l.parameters).sum(),
        peak_activation_bytes: peak_activations(description)?,
        file: ShippedFile {
            name: WEIGHTS.into(),
            bytes: file.len() as u64,
            sha256: sha256_hex(&file),
            precision: "f32".into(),
        },
        taps: taps(description, sizes.mean())?,
        accuracy: figures::accuracy(answers, data.classes.len()),
        calibration: figures::calibration(answers)?,
        lineage,
        provenance: provenance(times.is_some()),
        tuned_on_test: false,
        layers,
    })
}

/// What each layer costs, by the description; and its time, where it was measured.
pub fn layers(description: &Architecture, times: Option<&[f64]>) -> Result<Vec<LayerProfile>, Problem> {
    let shapes = description.shapes()?;
    let all = description.layers.iter().zip(counts(description)?).enumerate();
    let layer = |(i, (layer, count)): (usize, (&crate::lab::architecture::Layer, crate::lab::architecture::Count))| {
        LayerProfile {
            name: layer.name.clone(),
            kind: kind(&layer.op, shapes[layer.from][2]).into(),
            output: shapes[i + 1].map(|n| n as u32),
            macs: count.macs,
            parameters: count.parameters,
            weight_bytes: count.weight_bytes,
            input_bytes: count.input_bytes,
            output_bytes: count.output_bytes,
            host_time_s: times.and_then(|t| t.get(i).copied()),
        }
    };
    Ok(all.map(layer).collect())
}

fn kind(op: &Op, channels: usize) -> &'static str {
    match op {
        Op::Conv(conv) if conv.groups > 1 && conv.groups == channels => "depthwise-conv",
        Op::Conv(_) => "conv",
        Op::GlobalAveragePool => "global-average-pool",
        Op::Linear { .. } => "linear",
        Op::GroupLogits { .. } => "group-logits",
    }
}

/// Cut points and the answer, with the bytes that cross: bytes of pixels at the input, floats behind it.
pub fn taps(description: &Architecture, packed: f64) -> Result<Vec<TapProfile>, Problem> {
    let shapes = description.shapes()?;
    let elements = |t: usize| shapes[t].iter().product::<usize>() as u64;
    let raw = |bytes| CodecProfile { name: "raw".into(), lossless: true, bytes: SizeOf::Fixed(bytes) };
    let tap = |name: &str, at: usize, exit, codecs| TapProfile {
        name: name.into(),
        layers: at as u32,
        shape: shapes[at].map(|n| n as u32),
        exit,
        codecs,
    };
    let deflate = CodecProfile { name: DEFLATE.into(), lossless: true, bytes: SizeOf::PerImage { mean: packed } };
    let mut taps = vec![tap(INPUT, 0, false, vec![raw(elements(0)), deflate])];
    let last = description.layers.len();
    for (i, layer) in description.layers.iter().enumerate() {
        let Some(name) = &layer.tap else { continue };
        let exit = i + 1 == last;
        let bytes = if exit { ANSWER_BYTES } else { FLOAT * elements(i + 1) };
        taps.push(tap(name, i + 1, exit, vec![raw(bytes)]));
    }
    Ok(taps)
}

fn provenance(timed: bool) -> BTreeMap<String, Provenance> {
    let counted = ["macs", "parameters", "peak-activation-bytes", "layers.macs"];
    let how = |field: &str| if counted.contains(&field) { Provenance::Counted } else { Provenance::Measured };
    let stated = PROVENANCE.iter().filter(|f| timed || **f != "layers.host-time-s");
    stated.map(|field| ((*field).to_string(), how(field))).collect()
}

/// A profile as the text of its file.
///
/// # Errors
/// What [`ModelProfile::validate`] finds: a broken profile has no text.
pub fn text(profile: &ModelProfile) -> Result<String, Problems> {
    profile.validate()?;
    let text = serde_json::to_string_pretty(profile).map_err(|e| Problem::new(e.to_string()))?;
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::made_up;

    #[test]
    fn a_broken_profile_has_no_text() {
        let mut profile = made_up::profile("m", 3);
        assert!(text(&profile).unwrap().ends_with("}\n"));
        profile.macs = 0;
        assert!(text(&profile).unwrap_err().to_string().contains("`macs`"));
    }
}
