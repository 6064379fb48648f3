//! Convolution, batch norm, pooling and linear layers on plain slices, channels last: `f32`, and bytes (`int8`).
//!
//! Every convolution is one product `Y[p][n] = Σ_r X[pixel(p) + offset(r)] · W[r][n]`, taken straight from
//! the (zero-padded) image without building the matrix of patches. One register-blocked tile (`tile.rs`)
//! serves the forward pass and both gradients; it is compiled for AVX-512, for AVX2 with FMA and for any
//! processor, and chosen when the program runs.
//!
//! Invariants:
//! - Results do not depend on the number of threads: whatever is summed over the batch is summed over a
//!   partition that the shape alone fixes, and joined in order.
//! - Slices of a wrong length are a caller's mistake and panic before anything is read or written.

mod conv;
mod int8;
mod isa;
mod linear;
mod norm;
mod pool;
mod scratch;
mod shape;
mod simd;
#[cfg(test)]
mod testing;
mod threads;
mod tile;

pub use conv::{conv2d, conv2d_affine, conv2d_grad_input, conv2d_grad_weight, conv2d_grads};
#[doc(hidden)]
pub use conv::{conv2d_affine_on, conv2d_grad_input_on, conv2d_grad_weight_on, conv2d_grads_on, conv2d_on};
#[doc(hidden)]
pub use int8::Int8Isa;
pub use int8::{Int8Conv, Int8Pool, Int8Product, Requantise, Residual};
#[doc(hidden)]
pub use isa::Isa;
pub use isa::instruction_set;
pub use linear::{linear, linear_grad};
pub use norm::{NormGradient, affine, affine_grad, batch_norm_backward, batch_norm_forward};
#[doc(hidden)]
pub use norm::{affine_grad_on, affine_on, batch_norm_backward_on, batch_norm_forward_on};
pub use pool::{avg_pool2d, avg_pool2d_grad, global_avg_pool, global_avg_pool_grad, max_pool2d, max_pool2d_grad};
pub use shape::{ConvShape, PoolShape};
