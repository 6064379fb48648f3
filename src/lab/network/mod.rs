//! From a description to numbers: parameters, the trainable pass behind candle's autograd, the folded inference form.
//!
//! - [`Layout`]: where each named parameter lies in one flat vector.
//! - [`Trainee`]: parameters as one candle variable; its forward pass is one custom op over our kernels, whose
//!   backward pass is chained by hand, so that activations and gradients keep their memory between steps.
//! - [`Executor`]: batch norm folded into convolutions; what is shipped, measured and used as a teacher.

mod aware;
mod executor;
mod file;
mod group;
mod init;
mod layout;
mod op;
mod pass;
mod tape;
#[cfg(test)]
mod tests;

pub use aware::Aware;
pub use executor::{Executor, Folded};
pub use file::{Kind, Weights, decode, encode};
pub use layout::{Layout, Parameter, Role};
pub use op::{Trainee, broken};
