//! Static facts: what was measured of a model, and what a preset says of a device, a link or a radio.
//!
//! - [`ModelProfile`]: the measured artefact of one variant (`profile.json`), with its validator.
//! - [`ModelTables`]: what the variant said about each image, and the bytes of what crosses its taps.
//! - [`DevicePreset`], [`LinkPreset`]: published figures, each with its source, boundary and fitted range.
//! - [`RunTimes`]: how long a model takes on a device, by the preset's roofline.

mod file;
mod preset;
mod profile;
mod roofline;
mod tables;
mod validate;

pub use file::{PROFILE, profile_schema};
pub use preset::{
    Boundary, DevicePreset, Figure, FittedRange, LinkPreset, Memory, device, device_text, devices, link, link_text,
    links,
};
pub use profile::{
    Accuracy, Calibration, CodecProfile, Cost, DataLineage, EarlyExit, EstimatedEnergy, LayerProfile, Lineage,
    ModelProfile, Proportion, Provenance, ShippedFile, SizeOf, TapProfile,
};
pub use roofline::RunTimes;
pub use tables::{BYTES, INPUT, ModelTables, OutputTable, PREDICTIONS, SizeTable, Split};
pub use validate::PROVENANCE;

#[cfg(test)]
pub(crate) mod made_up;
