//! `energy`: a row a network and device preset: whether it fits, how long an inference takes there, and what it costs.

use super::{Field, Subject, or_nan};
use crate::catalog::{DevicePreset, ModelProfile, device, devices};
use crate::problem::Problem;
use crate::store::parquet::Columns;

struct Row<'a> {
    who: &'a Subject,
    preset: &'static str,
    boundary: String,
    /// In flash, in RAM; none where the preset states no such limit.
    fits: [Option<bool>; 2],
    /// None where the preset has no rate for the network's number format.
    latency_s: Option<f64>,
    /// Power while computing, and at rest.
    power_w: [f64; 2],
    extrapolated: bool,
}

pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    let presets: Vec<(&str, DevicePreset)> =
        devices().into_iter().filter_map(|name| Some((name, device(name)?))).collect();
    let each =
        field.told.subjects.iter().flat_map(|who| presets.iter().map(move |(name, preset)| row(who, name, preset)));
    Ok(table(&each.collect::<Vec<_>>()))
}

fn row<'a>(who: &'a Subject, name: &'static str, preset: &DevicePreset) -> Row<'a> {
    let times = preset.times(&who.profile).ok();
    let latency = times.as_ref().and_then(|t| Some(t.per_call.secs() + t.upto.last()?.secs()));
    Row {
        who,
        preset: name,
        boundary: format!("{:?}", preset.boundary).to_lowercase(),
        fits: fits(preset, &who.profile),
        latency_s: latency,
        power_w: [preset.active.value.0, preset.idle.value.0],
        extrapolated: times.is_some_and(|t| t.extrapolated),
    }
}

/// As [`DevicePreset::fits`], memory by memory: the file in flash, activations in RAM; both in RAM where there is no flash.
fn fits(preset: &DevicePreset, profile: &ModelProfile) -> [Option<bool>; 2] {
    let Some(memory) = &preset.memory else { return [None; 2] };
    let flash = memory.flash.as_ref().map(|f| profile.file.bytes <= f.value.0);
    let in_ram = profile.peak_activation_bytes + if flash.is_none() { profile.file.bytes } else { 0 };
    [flash, Some(in_ram <= memory.ram.value.0)]
}

fn table(rows: &[Row]) -> Columns {
    let word = |known: Option<bool>| known.map_or("", |yes| if yes { "true" } else { "false" });
    let joules = |r: &Row, power: f64| or_nan(r.latency_s.map(|t| t * power));
    Columns::new()
        .str("name", rows.iter().map(|r| r.who.name.as_str()))
        .str("variant", rows.iter().map(|r| r.who.variant.as_str()))
        .u64("seed", rows.iter().map(|r| r.who.seed).collect())
        .str("preset", rows.iter().map(|r| r.preset))
        .str("precision", rows.iter().map(|r| r.who.profile.file.precision.as_str()))
        .str("fits_flash", rows.iter().map(|r| word(r.fits[0])))
        .str("fits_ram", rows.iter().map(|r| word(r.fits[1])))
        .f64("latency_s", rows.iter().map(|r| or_nan(r.latency_s)).collect())
        .f64("energy_j", rows.iter().map(|r| joules(r, r.power_w[0])).collect())
        .f64("energy_beyond_idle_j", rows.iter().map(|r| joules(r, r.power_w[0] - r.power_w[1])).collect())
        .str("boundary", rows.iter().map(|r| r.boundary.as_str()))
        .str("extrapolated", rows.iter().map(|r| word(r.latency_s.map(|_| r.extrapolated))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::made_up;

    /// Memory by memory and together say the same, around every limit.
    #[test]
    fn fits_as_the_preset_says() {
        for name in devices() {
            let preset = device(name).unwrap();
            let Some(memory) = preset.memory.clone() else {
                assert_eq!(fits(&preset, &made_up::profile("m", 2)), [None; 2]);
                continue;
            };
            let limits = [memory.ram.value.0, memory.flash.map_or(0, |f| f.value.0)];
            for bytes in limits.iter().flat_map(|l| [1, *l / 2, *l, l + 1]).filter(|b| *b > 0) {
                for peak in limits.iter().flat_map(|l| [1, *l / 2, *l, l + 1]) {
                    let mut profile = made_up::profile("m", 2);
                    (profile.file.bytes, profile.peak_activation_bytes) = (bytes, peak);
                    let all = !fits(&preset, &profile).contains(&Some(false));
                    assert_eq!(all, preset.fits(&[&profile]).is_ok(), "{name} {bytes} {peak}");
                }
            }
        }
    }
}
