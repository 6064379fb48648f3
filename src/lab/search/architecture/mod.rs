//! Networks for a device: drawn from families, scored before any training, and bred.

pub mod evolve;
mod facts;
mod family;
mod genome;
mod proxy;
#[cfg(test)]
mod tests;

pub use facts::{Constraints, Facts, Goal, Precision};
pub use family::Family;
pub use genome::{Genome, Read};
pub use proxy::{Proxy, votes};
