//! Presets of devices and links: one TOML file each, one line in the list here.

use crate::config::Document;
use crate::problem::Source;
use crate::units::{BitsPerSec, Bytes, BytesPerSec, Macs, MacsPerSec, SimTime, Watts};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;

/// A published or derived figure.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Figure<T> {
    /// The figure.
    pub value: T,
    /// Who says so: title, version or year.
    pub source: String,
    /// How it was derived from the source, where it is not the source's own number.
    pub derived: Option<String>,
}

/// What a power or energy figure includes; figures of unlike boundaries are not added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// The processor alone.
    Chip,
    /// The whole board.
    Board,
    /// At the wall socket.
    Wall,
    /// A whole phone.
    Phone,
    /// The radio chip alone.
    Radio,
}

/// The networks a roofline was fitted on; use outside it is tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FittedRange {
    /// The smallest network.
    pub least: Macs,
    /// The largest network.
    pub most: Macs,
}

/// What fits.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Memory {
    /// For weights.
    pub flash: Option<Figure<Bytes>>,
    /// For activations.
    pub ram: Figure<Bytes>,
}

/// A machine that computes. Time of a layer: `max(MACs/rate, (weights + input + output bytes)/bandwidth) + per_layer`;
/// of a call: the sum over its layers, plus `per_call`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DevicePreset {
    /// What it is, in words.
    pub title: String,
    /// Sustained speed by number format (`f32`, `fp16`, `int8`): efficiency included.
    pub rate: BTreeMap<String, Figure<MacsPerSec>>,
    /// Memory bandwidth.
    pub bandwidth: Figure<BytesPerSec>,
    /// Fixed time of each call.
    pub per_call: Figure<SimTime>,
    /// Fixed time of each layer.
    pub per_layer: Figure<SimTime>,
    /// The networks this was fitted on.
    pub fitted: FittedRange,
    /// Power when idle.
    pub idle: Figure<Watts>,
    /// Power when computing, idle power included.
    pub active: Figure<Watts>,
    /// What the powers include.
    pub boundary: Boundary,
    /// What fits, where that is a limit.
    pub memory: Option<Memory>,
}

/// A kind of link and its radio.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinkPreset {
    /// What it is, in words.
    pub title: String,
    /// Rate towards the cloud.
    pub up: Figure<BitsPerSec>,
    /// Rate towards the device.
    pub down: Figure<BitsPerSec>,
    /// Whether both directions share the air.
    pub half_duplex: bool,
    /// One-way delay.
    pub delay: Figure<SimTime>,
    /// Most payload bytes in a packet.
    pub payload: Figure<Bytes>,
    /// Bytes added to each packet.
    pub header: Figure<Bytes>,
    /// Time added to each packet.
    pub per_packet: Figure<SimTime>,
    /// Power drawn at the lower end while it transmits, beyond idle.
    pub transmit: Figure<Watts>,
    /// Power drawn at the lower end while it receives, beyond idle.
    pub receive: Figure<Watts>,
    /// The same at the upper end while it transmits; absent: counted nowhere.
    pub upper_transmit: Option<Figure<Watts>>,
    /// The same at the upper end while it receives; absent: counted nowhere.
    pub upper_receive: Option<Figure<Watts>>,
    /// What the powers include.
    pub boundary: Boundary,
}

fn read<T: DeserializeOwned>(name: &str, text: &str) -> Option<T> {
    Document::parse(Source::new(Path::new(name), text)).ok()?.read().ok()
}

/// The list of presets: name and file.
macro_rules! presets {
    ($all:ident, $one:ident, $text:ident, $type:ty, $doc:literal, [$(($name:literal, $file:literal)),* $(,)?]) => {
        #[doc = concat!("Names of all ", $doc, " presets, in order.")]
        pub fn $all() -> Vec<&'static str> {
            vec![$($name),*]
        }
        #[doc = concat!("The ", $doc, " preset of this name.")]
        pub fn $one(name: &str) -> Option<$type> {
            read(name, $text(name)?)
        }
        #[doc = concat!("The TOML text of the ", $doc, " preset of this name.")]
        pub fn $text(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!($file)),)*
                _ => None,
            }
        }
    };
}

presets!(
    devices,
    device,
    device_text,
    DevicePreset,
    "device",
    [
        ("stm32l4r5", "presets/devices/stm32l4r5.toml"),
        ("stm32u575", "presets/devices/stm32u575.toml"),
        ("stm32h7a3", "presets/devices/stm32h7a3.toml"),
        ("stm32l072", "presets/devices/stm32l072.toml"),
        ("nrf52840", "presets/devices/nrf52840.toml"),
        ("raspberry-pi-4", "presets/devices/raspberry-pi-4.toml"),
        ("jetson-orin-nx", "presets/devices/jetson-orin-nx.toml"),
        ("t4", "presets/devices/t4.toml"),
    ]
);

presets!(
    links,
    link,
    link_text,
    LinkPreset,
    "link",
    [
        ("ieee-802.15.4", "presets/links/ieee-802.15.4.toml"),
        ("ble-1m", "presets/links/ble-1m.toml"),
        ("wifi-802.11n", "presets/links/wifi-802.11n.toml"),
        ("lte-2021", "presets/links/lte-2021.toml"),
        ("ethernet-1g", "presets/links/ethernet-1g.toml"),
        ("wan", "presets/links/wan.toml"),
    ]
);

#[cfg(test)]
mod tests {
    use super::*;

    fn complete<T>(name: &str, figure: &Figure<T>) {
        assert!(!figure.source.trim().is_empty(), "{name}: a figure without a source");
        let assumed = figure.source.contains("assumption");
        assert!(!assumed || figure.derived.is_some(), "{name}: an assumption that says nothing");
    }

    #[test]
    fn every_device_preset_loads_and_is_in_range() {
        for name in devices() {
            let preset = device(name).unwrap_or_else(|| panic!("{name} does not load"));
            assert!(preset.active.value >= preset.idle.value && preset.fitted.least <= preset.fitted.most, "{name}");
            assert!(!preset.rate.is_empty() && preset.bandwidth.value.0 > 0.0, "{name}");
            preset.rate.values().for_each(|rate| complete(name, rate));
            complete(name, &preset.per_layer);
            complete(name, &preset.idle);
            complete(name, &preset.active);
        }
    }

    #[test]
    fn every_link_preset_loads_and_is_in_range() {
        for name in links() {
            let preset = link(name).unwrap_or_else(|| panic!("{name} does not load"));
            assert!(preset.up.value.0 > 0 && preset.down.value.0 > 0 && preset.payload.value.0 > 0, "{name}");
            complete(name, &preset.delay);
            complete(name, &preset.transmit);
        }
    }

    #[test]
    fn unknown_names_give_nothing() {
        assert!(device("pentium").is_none() && link("pigeon").is_none());
    }
}
