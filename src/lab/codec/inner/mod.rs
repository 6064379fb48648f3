//! Codecs for activations: fitted to a tap on training images, so that both sides know all but the values.

mod bottleneck;
mod int8;
mod int8_deflate;
mod int8_rans;

pub use bottleneck::Bottleneck;
pub use int8::Int8;
pub use int8_deflate::Int8Deflate;
pub use int8_rans::Int8Rans;

use crate::problem::Problem;
use std::fmt::Debug;

/// A way to write activations, before it has seen any.
pub trait InnerCodec: Debug + Send + Sync {
    /// Whether every activation takes as many bytes.
    fn fixed(&self) -> bool {
        false
    }

    /// Whether it makes an activation of some height, width and channels smaller; taps where it does not are left out.
    fn narrows(&self, _: [usize; 3]) -> bool {
        true
    }

    /// Fits it to a tap by activations of training images, one after another, `[n][h][w][c]` of a shape.
    ///
    /// # Errors
    /// Activations that cannot be written like this.
    fn fit(&self, activations: &[f32], shape: [usize; 3]) -> Result<Box<dyn Fitted>, Problem>;
}

/// A way to write the activations of one tap.
pub trait Fitted: Debug + Send + Sync {
    /// The bytes that are sent for one image's activation.
    ///
    /// # Errors
    /// An activation that cannot be written.
    fn encode(&self, activation: &[f32]) -> Result<Vec<u8>, Problem>;

    /// The activation that arrives.
    ///
    /// # Errors
    /// Bytes that are not what [`Self::encode`] gives at this tap.
    fn decode(&self, bytes: &[u8]) -> Result<Vec<f32>, Problem>;
}

/// Checks the length of what arrived.
fn of_length(bytes: &[u8], right: usize) -> Result<(), Problem> {
    let found = bytes.len();
    let wrong = || Problem::new(format!("an activation came as {found} bytes instead of {right}"));
    if found == right { Ok(()) } else { Err(wrong()) }
}

/// Columns after columns: neighbours of one channel are alike, channels of one pixel are not.
fn transposed(values: &[u8], rows: usize, columns: usize) -> Vec<u8> {
    (0..columns)
        .flat_map(|c| (0..rows).map(move |r| r * columns + c))
        .filter_map(|at| values.get(at))
        .copied()
        .collect()
}
