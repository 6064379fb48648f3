//! What a network costs before it is trained: none of it depends on the values of its weights.

use crate::catalog::DevicePreset;
use crate::lab::answers::Shipped;
use crate::lab::data::Dataset;
use crate::lab::measure;
use crate::lab::network::{Folded, Kind, Trainee, Weights};
use crate::lab::quantise::Quantise;
use crate::problem::Problem;
use crate::units::{Bytes, Joules, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number format in which a network would be shipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Floats of 32 bits.
    #[default]
    F32,
    /// Integers of 8 bits throughout, calibrated after training; accuracies of whole trainings are then those of the
    /// integer network.
    Int8,
}

impl Precision {
    /// Its name, as profiles have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Int8 => "int8",
        }
    }

    /// A network read back from the file that would be shipped, and the file's bytes.
    ///
    /// # Errors
    /// What is wrong with the network.
    pub fn ship(self, trainee: &Trainee, data: &Dataset, seed: u64) -> Result<(Shipped, u64), Problem> {
        let file = match self {
            Self::F32 => Weights::of(trainee, data.scaling.clone(), Kind::Shipped)?.encode()?,
            Self::Int8 => {
                let quantise = Quantise::Int8(Default::default());
                quantise.apply(&Folded::of(trainee)?, data, seed)?.quantised.encode()?
            }
        };
        Ok((Shipped::decode(&file)?, file.len() as u64))
    }
}

/// What one network costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Multiply-accumulates of one inference.
    pub macs: u64,
    /// Trainable parameters.
    pub parameters: u64,
    /// Bytes of the file that would be shipped.
    pub bytes: u64,
    /// The largest sum of activations alive at once, bytes.
    pub peak_activation_bytes: u64,
    /// Seconds of one inference on this machine, one thread, measured: the sum over layers of the medians.
    pub latency_s: f64,
    /// Seconds on the device, by its roofline; none without a device.
    pub device_latency_s: Option<f64>,
    /// Joules on the device while it computes, idle power included.
    pub device_energy_j: Option<f64>,
    /// Whether the network lies outside the range that the device's preset was fitted on.
    pub extrapolated: bool,
}

impl Facts {
    /// Of a network as it would be shipped, in a file of so many bytes.
    ///
    /// # Errors
    /// A device without a rate for its number format.
    pub fn of(network: &Shipped, bytes: u64, data: &Dataset, device: Option<&DevicePreset>) -> Result<Self, Problem> {
        let times = measure::layer_times(network, data);
        let layers = measure::layers(network, times.as_deref())?;
        let macs = layers.iter().map(|l| l.macs).sum();
        let on_device = device.map(|d| d.call_s(network.precision(), &layers)).transpose()?;
        Ok(Self {
            macs,
            parameters: layers.iter().map(|l| l.parameters).sum(),
            bytes,
            peak_activation_bytes: measure::peak(network)?,
            latency_s: times.map_or(f64::NAN, |times| times.iter().sum()),
            device_latency_s: on_device,
            device_energy_j: on_device.zip(device).map(|(s, d)| s * d.active.value.0),
            extrapolated: device.is_some_and(|d| !(d.fitted.least.0..=d.fitted.most.0).contains(&macs)),
        })
    }
}

/// A cost that is to be small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// Multiply-accumulates.
    Macs,
    /// Bytes of the shipped file.
    Bytes,
    /// Seconds on this machine, measured.
    Latency,
    /// Seconds on the device, by its roofline.
    DeviceLatency,
}

impl Goal {
    /// Its value.
    pub fn of(self, facts: &Facts) -> f64 {
        match self {
            Self::Macs => facts.macs as f64,
            Self::Bytes => facts.bytes as f64,
            Self::Latency => facts.latency_s,
            Self::DeviceLatency => facts.device_latency_s.unwrap_or(f64::NAN),
        }
    }
}

/// What a network may cost at most; what is not stated is what the device has, where that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Constraints {
    /// For the shipped file.
    #[serde(default)]
    pub flash: Option<Bytes>,
    /// For activations, and for the file too on a device without flash.
    #[serde(default)]
    pub ram: Option<Bytes>,
    /// For one inference on the device.
    #[serde(default)]
    pub latency: Option<SimTime>,
    /// For one inference on the device, idle power included.
    #[serde(default)]
    pub energy: Option<Joules>,
}

impl Constraints {
    /// By how much costs break them, each excess as a share of what is allowed, summed; and what is broken, in words.
    pub fn violation(&self, facts: &Facts, device: &DevicePreset) -> (f64, Vec<String>) {
        let memory = device.memory.as_ref();
        let flash = self.flash.or(memory.and_then(|m| m.flash.as_ref()).map(|f| f.value));
        let ram = self.ram.or(memory.map(|m| m.ram.value));
        let loaded = memory.is_some_and(|m| m.flash.is_none()) && self.flash.is_none();
        let in_ram = facts.peak_activation_bytes + if loaded { facts.bytes } else { 0 };
        let latency = facts.device_latency_s.unwrap_or(0.0);
        let all = [
            (format!("{} of flash", Bytes(facts.bytes)), facts.bytes as f64, flash.map(|b| b.0 as f64)),
            (format!("{} of RAM", Bytes(in_ram)), in_ram as f64, ram.map(|b| b.0 as f64)),
            (format!("{:.3} ms on the device", 1e3 * latency), latency, self.latency.map(SimTime::secs)),
            energy(facts, self.energy),
        ];
        let broken = all.into_iter().filter_map(|(what, found, most)| Some((what, excess(found, most?)?)));
        let (words, shares): (Vec<_>, Vec<_>) = broken.unzip();
        (shares.iter().sum(), words)
    }
}

fn energy(facts: &Facts, most: Option<Joules>) -> (String, f64, Option<f64>) {
    let energy = facts.device_energy_j.unwrap_or(0.0);
    (format!("{:.1} uJ on the device", 1e6 * energy), energy, most.map(|e| e.0))
}

/// By which share a cost is above what is allowed, if it is.
fn excess(found: f64, most: f64) -> Option<f64> {
    (found > most).then(|| (found - most) / most.max(f64::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::device;
    use crate::lab::architecture::{counts, peak_activations, separable};
    use crate::lab::data;

    fn facts(precision: Precision) -> Facts {
        let data = data::load("fashion-mnist-subset", None).unwrap();
        let trainee = Trainee::new(&separable([28, 28, 1], 10, 4, &[[8, 2], [12, 2]]), 1).unwrap();
        let (network, bytes) = precision.ship(&trainee, &data, 1).unwrap();
        Facts::of(&network, bytes, &data, device("stm32u575").as_ref()).unwrap()
    }

    /// Counted apart: layer by layer from the description, at the preset's figures.
    #[test]
    fn costs_are_those_of_the_layers() {
        let a = separable([28, 28, 1], 10, 4, &[[8, 2], [12, 2]]);
        let (preset, found) = (device("stm32u575").unwrap(), facts(Precision::F32));
        let counts = counts(&a).unwrap();
        assert_eq!(found.macs, counts.iter().map(|c| c.macs).sum::<u64>());
        assert_eq!(found.parameters, counts.iter().map(|c| c.parameters).sum::<u64>());
        assert_eq!(found.peak_activation_bytes, peak_activations(&a, &vec![4; a.layers.len() + 1]).unwrap());
        let (rate, wide) = (preset.rate["f32"].value.0, preset.bandwidth.value.0);
        let layer = |c: &crate::lab::architecture::Count| {
            (c.macs as f64 / rate).max((c.weight_bytes + c.input_bytes + c.output_bytes) as f64 / wide)
        };
        let right: f64 = counts.iter().map(layer).sum();
        assert!((found.device_latency_s.unwrap() / right - 1.0).abs() < 1e-12);
        assert!((found.device_energy_j.unwrap() / right / preset.active.value.0 - 1.0).abs() < 1e-12);
        // The preset was fitted on networks of 264,192 MAC and more.
        assert!(found.macs < 264_192 && found.extrapolated);
        assert!(found.bytes > 4 * found.parameters && found.latency_s > 0.0);
        let int8 = facts(Precision::Int8);
        assert!(int8.bytes < found.bytes && int8.peak_activation_bytes * 4 == found.peak_activation_bytes);
        assert!(int8.device_latency_s < found.device_latency_s);
    }

    #[test]
    fn excesses_add_up() {
        let device = device("stm32u575").unwrap();
        let facts = Facts {
            macs: 1,
            parameters: 1,
            bytes: 3000,
            peak_activation_bytes: 1500,
            latency_s: 1.0,
            device_latency_s: Some(0.004),
            device_energy_j: Some(1e-6),
            extrapolated: false,
        };
        assert_eq!(Constraints::default().violation(&facts, &device), (0.0, vec![]));
        let tight = Constraints {
            flash: Some(Bytes(2000)),
            ram: Some(Bytes(1500)),
            latency: Some("1 ms".parse().unwrap()),
            energy: Some("0.5 uJ".parse().unwrap()),
        };
        let (sum, words) = tight.violation(&facts, &device);
        assert!((sum - (0.5 + 3.0 + 1.0)).abs() < 1e-9, "{sum}");
        assert_eq!(words, ["3 kB of flash", "4.000 ms on the device", "1.0 uJ on the device"]);
        let small = Facts { bytes: 3 << 20, ..facts };
        assert_eq!(Constraints::default().violation(&small, &device).1, ["3 MiB of flash"]);
    }
}
