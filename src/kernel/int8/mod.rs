//! Integer layers: bytes in, bytes out, 8-bit weights, 32-bit sums.
//!
//! An activation `q` stands for `scale · (q − zero)`, a weight `w` for `scale · w` with a scale for each output channel
//! (Jacob et al. 2018, section 2.1). A convolution sums `(q − zero) · w` exactly in 32 bits (what lies outside the image
//! is `zero`); [`Requantise`] says in integers alone how a sum becomes a byte.
//!
//! The products run on AVX-512 VNNI (four products a lane), on AVX2 (two products of 16-bit numbers a lane, whose
//! sum cannot saturate) and in plain Rust, as the processor has it. All give the same bits. Images are run one after
//! another on the calling thread: callers share images among threads, whose activations then stay in the cache.

mod conv;
mod dense;
mod depthwise;
mod dot;
mod finish;
mod isa;
mod lines;
mod pool;
mod requantise;
#[cfg(test)]
mod tests;
mod window;

pub use conv::{Int8Conv, Int8Product};
pub use isa::Int8Isa;
pub use pool::Int8Pool;
pub use requantise::{Requantise, Residual};
