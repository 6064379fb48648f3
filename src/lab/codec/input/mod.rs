//! Codecs for raw images: bytes, height by width by channels. Both sides know the shape.

mod deflate;
mod four_bit;
mod half;
mod jpeg;
mod png;

pub use deflate::{Deflate, inflated, packed};
pub use four_bit::FourBit;
pub use half::Half;
pub use jpeg::Jpeg;
pub use png::Png;

use crate::problem::Problem;
use std::fmt::Debug;

/// A way to write images.
pub trait InputCodec: Debug + Send + Sync {
    /// Whether what is decoded equals what was encoded.
    fn lossless(&self) -> bool;

    /// Whether every image takes as many bytes.
    fn fixed(&self) -> bool {
        false
    }

    /// The bytes that are sent for an image of some height, width and channels.
    ///
    /// # Errors
    /// A shape that cannot be written like this.
    fn encode(&self, image: &[u8], shape: [usize; 3]) -> Result<Vec<u8>, Problem>;

    /// The image that arrives.
    ///
    /// # Errors
    /// Bytes that are not what [`Self::encode`] gives for such a shape.
    fn decode(&self, bytes: &[u8], shape: [usize; 3]) -> Result<Vec<u8>, Problem>;
}

/// Bytes that are not a codec's.
fn wrong(codec: &str, what: impl std::fmt::Display) -> Problem {
    Problem::new(format!("these bytes are not {codec} of an image of this shape: {what}"))
}

/// Checks the length of what was decoded.
fn of_shape(codec: &str, image: Vec<u8>, shape: [usize; 3]) -> Result<Vec<u8>, Problem> {
    let right = shape.iter().product::<usize>();
    let found = image.len();
    if found == right { Ok(image) } else { Err(wrong(codec, format!("{found} bytes instead of {right}"))) }
}
