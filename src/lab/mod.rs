//! The lab: real images, architectures as data, training, distillation, measuring. It writes model profiles.

pub mod architecture;
pub mod data;
pub mod distil;
pub mod measure;
pub mod network;
pub mod recipe;
mod run;
#[cfg(test)]
mod tests;
pub mod train;

pub use measure::verify;
pub use run::{Options, Summary, run};
