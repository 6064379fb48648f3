//! The lab: real images, architectures as data, training, distillation, measuring. It writes model profiles.

pub mod architecture;
pub mod data;
pub mod distil;
pub mod network;
pub mod recipe;
mod run;
pub mod train;

pub use run::{Options, Summary, run};
