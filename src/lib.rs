//! tierwise: a discrete-event cloud-edge simulator fed with networks that were really trained, distilled and compressed.
#![deny(missing_docs)]

pub mod catalog;
pub mod config;
pub mod kernel;
pub mod policy;
pub mod problem;
pub mod random;
pub mod scenario;
pub mod sim;
pub mod store;
pub mod units;
