//! The lab: real images, architectures as data, training, distillation, measuring. It writes model profiles.

pub mod answers;
pub mod architecture;
pub mod code;
pub mod codec;
#[cfg(test)]
mod committed;
pub mod corrupt;
pub mod data;
pub mod distil;
pub mod evaluate;
mod graph;
pub mod measure;
pub mod network;
pub mod prune;
pub mod quantise;
pub mod recipe;
pub mod search;
#[cfg(test)]
mod tests;
pub mod train;
pub mod trials;

pub use graph::{Compared, Entry, Options, Spread, Summary, run};
pub use measure::{Update, update, verify};
