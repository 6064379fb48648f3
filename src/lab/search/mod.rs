//! Search: settings of a variant by grid, at random or guided, and networks for a device.
//!
//! - [`space`]: what may be chosen; [`sampler`]: what is tried next; [`stop`]: what is not worth going on with.
//! - [`architecture`]: networks as choices, what they cost, what they promise untrained, and how they are bred.
//! - [`pareto`]: several goals at once.
//! - [`settings`]: what a recipe says. Nothing here knows recipes; whoever tries it does ([`super::trials`]).

pub mod architecture;
pub mod pareto;
pub mod sampler;
pub mod settings;
pub mod space;
pub mod stop;

pub use settings::Search;
