//! Weights and activations as bytes, run in integers from the quantised image to the last layer.
//!
//! - [`Int8Network`]: what is shipped: weights with a scale for each output channel, grids of the activations, and
//!   which layers stay in floats.
//! - [`Int8Executor`]: runs it on the processor's integer instructions; images are shared among threads.
//! - [`reference`]: the same, one number at a time, for the tests and for whoever doubts.

mod execute;
mod file;
mod network;
pub mod reference;
#[cfg(test)]
mod tests;

pub use execute::Int8Executor;
pub(super) use file::Scheme;
pub use network::{Int8Network, LayerWeights};
