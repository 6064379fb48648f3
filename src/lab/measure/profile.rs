//! Everything measured and counted, as a profile.

use super::{figures, timing};
use crate::catalog::{
    CodecProfile, LayerProfile, Lineage, ModelProfile, PROVENANCE, Provenance, ShippedFile, SizeOf, TapProfile,
};
use crate::lab::answers::{Answers, Shipped};
use crate::lab::architecture::{INPUT, Op, counts, peak_activations};
use crate::lab::codec::{Crossing, RAW, profiles};
use crate::lab::data::Dataset;
use crate::problem::{Problem, Problems};
use crate::store::hash::sha256_hex;
use std::collections::BTreeMap;

/// Bytes of an answer on its way: the class in two, its confidence in four.
const ANSWER_BYTES: u64 = 6;

/// What a profile is made of, beside its data.
pub struct Measured<'a> {
    pub id: &'a str,
    pub architecture: &'a str,
    pub network: &'a Shipped,
    pub answers: &'a Answers,
    /// The same of early exits, by tap.
    pub early: &'a [(String, Answers)],
    pub file: (&'a str, &'a [u8]),
}

/// Puts a profile together.
pub fn assemble(
    measured: &Measured,
    crossings: &[Crossing],
    data: &Dataset,
    lineage: Lineage,
) -> Result<ModelProfile, Problem> {
    let Measured { id, architecture, network, answers, early, file: (name, file) } = *measured;
    let times = timing::layers(network, data);
    let layers = layers(network, times.as_deref())?;
    Ok(ModelProfile {
        schema: 1,
        id: id.into(),
        architecture: architecture.into(),
        input: network.architecture().input.map(|n| n as u32),
        classes: data.classes.clone(),
        macs: layers.iter().map(|l| l.macs).sum(),
        parameters: layers.iter().map(|l| l.parameters).sum(),
        peak_activation_bytes: peak(network)?,
        file: ShippedFile {
            name: name.into(),
            bytes: file.len() as u64,
            sha256: sha256_hex(file),
            precision: network.precision().into(),
        },
        taps: taps(network, crossings)?,
        accuracy: figures::accuracy(answers, data.classes.len()),
        calibration: figures::calibration(answers)?,
        early_exits: figures::early_exits(early, data.classes.len())?,
        provenance: provenance(times.is_some(), lineage.estimated_energy.is_some()),
        tuned_on_test: false,
        lineage,
        layers,
    })
}

/// The largest sum of activations alive at once, in the network's number format.
pub fn peak(network: &Shipped) -> Result<u64, Problem> {
    peak_activations(network.architecture(), &network.number_bytes())
}

/// What each layer costs, by the description; and its time, where it was measured.
pub fn layers(network: &Shipped, times: Option<&[f64]>) -> Result<Vec<LayerProfile>, Problem> {
    let description = network.architecture();
    let shapes = description.shapes()?;
    let (numbers, weights) = (network.number_bytes(), network.weight_bytes()?);
    let bytes = |t: usize| shapes[t].iter().product::<usize>() as u64 * numbers[t];
    let all = description.layers.iter().zip(counts(description)?).enumerate();
    let layer = |(i, (layer, count)): (usize, (&crate::lab::architecture::Layer, crate::lab::architecture::Count))| {
        LayerProfile {
            name: layer.name.clone(),
            kind: kind(&layer.op, shapes[layer.from][2]).into(),
            output: shapes[i + 1].map(|n| n as u32),
            macs: count.macs,
            parameters: count.parameters,
            weight_bytes: weights[i],
            input_bytes: bytes(layer.from) + layer.add.map_or(0, bytes),
            output_bytes: bytes(i + 1),
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
        Op::AveragePool { .. } => "average-pool",
        Op::Linear { .. } => "linear",
        Op::GroupLogits { .. } => "group-logits",
    }
}

/// Cut points and the answer, with the bytes that cross: bytes of pixels at the input, numbers behind it, or what codecs
/// make of them.
pub fn taps(network: &Shipped, crossings: &[Crossing]) -> Result<Vec<TapProfile>, Problem> {
    let description = network.architecture();
    let shapes = description.shapes()?;
    let elements = |t: usize| shapes[t].iter().product::<usize>() as u64;
    let tap = |name: &str, at: usize, exit, bytes| {
        let raw = CodecProfile { name: RAW.into(), lossless: true, bytes: SizeOf::Fixed(bytes) };
        let shape = shapes[at].map(|n| n as u32);
        let codecs = std::iter::once(raw).chain(profiles(crossings, name)).collect();
        TapProfile { name: name.into(), layers: at as u32, shape, exit, codecs }
    };
    let mut taps = vec![tap(INPUT, 0, false, elements(0))];
    let (last, numbers) = (description.layers.len(), network.number_bytes());
    let exits = description.exits();
    for (i, layer) in description.layers.iter().enumerate() {
        let Some(name) = &layer.tap else { continue };
        let exit = i + 1 == last || exits.iter().any(|exit| exit.tensor == i + 1);
        let bytes = if exit { ANSWER_BYTES } else { numbers[i + 1] * elements(i + 1) };
        taps.push(tap(name, i + 1, exit, bytes));
    }
    Ok(taps)
}

fn provenance(timed: bool, energy: bool) -> BTreeMap<String, Provenance> {
    let counted = ["macs", "parameters", "peak-activation-bytes", "layers.macs"];
    let how = |field: &str| if counted.contains(&field) { Provenance::Counted } else { Provenance::Measured };
    let stated = PROVENANCE.iter().filter(|f| timed || **f != "layers.host-time-s");
    let estimated = energy.then_some(("lineage.estimated-energy".to_string(), Provenance::Estimated));
    stated.map(|field| ((*field).to_string(), how(field))).chain(estimated).collect()
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
