//! The lab: real images, architectures as data, training, distillation, measuring. It writes model profiles.

pub mod architecture;
pub mod data;
pub mod network;
