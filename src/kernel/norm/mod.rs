//! Batch normalisation over (n, h, w) for each channel, with the residual sum and ReLU of a residual block in the
//! same passes (Ioffe & Szegedy 2015, equations 1–4 and the gradients of section 3).

mod affine;
mod backward;
mod forward;
mod period;
#[cfg(test)]
mod tests;

pub(crate) use affine::Affine;
pub use affine::affine;
#[doc(hidden)]
pub use affine::affine_on;
pub use backward::{NormGradient, affine_grad, batch_norm_backward};
#[doc(hidden)]
pub use backward::{affine_grad_on, batch_norm_backward_on};
pub use forward::batch_norm_forward;
#[doc(hidden)]
pub use forward::batch_norm_forward_on;
