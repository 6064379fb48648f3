//! Static facts: what was measured of a model, and what a preset says of a device, a link or a radio.
//!
//! - [`ModelProfile`]: the measured artefact of one variant (`profile.json`), with its validator.
//! - [`ModelTables`]: what the variant said about each image, and the bytes of what crosses its taps.
//! - [`DevicePreset`], [`LinkPreset`]: published figures, each with its source, boundary and fitted range.

mod preset;
mod profile;
mod tables;

pub use preset::{Boundary, DevicePreset, Figure, FittedRange, LinkPreset, Memory, device, devices, link, links};
pub use profile::{
    Accuracy, Calibration, CodecProfile, Cost, DataLineage, LayerProfile, Lineage, ModelProfile, Proportion, Provenance,
    ShippedFile, SizeOf, TapProfile,
};
pub use tables::{ModelTables, OutputTable, SizeTable, Split};
