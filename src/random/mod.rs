//! Named counter-based streams and our own samplers.
//!
//! A [`Stream`] has no state: `stream.draw(entity, attempt)` gives the same 128 bits whenever and on whichever thread
//! it is asked. [`Rng`] turns one (entity, step) into a generator for a policy. [`sample`] turns bits into variates.

#![deny(clippy::disallowed_methods)]

mod philox;
mod rng;
pub mod sample;
mod stream;

pub use rng::Rng;
pub use stream::{Purpose, Stream};
