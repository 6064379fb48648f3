//! All runs of a scenario.

mod loader;

pub use loader::Files;
