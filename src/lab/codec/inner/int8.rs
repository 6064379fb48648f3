//! `int8`: one byte a value, `(byte − zero) · scale`, one scale a tap (Jacob et al. 2018, arXiv 1712.05877, equation 1).
//! The range is that of the training images' activations, widened to hold zero, which is sent exactly.

use super::{Fitted, InnerCodec, of_length};
use crate::problem::Problem;

/// One byte a value.
#[derive(Clone, Copy, Debug)]
pub struct Int8;

impl InnerCodec for Int8 {
    fn fixed(&self) -> bool {
        true
    }

    fn fit(&self, activations: &[f32], shape: [usize; 3]) -> Result<Box<dyn Fitted>, Problem> {
        Ok(Box::new(Affine::fit(activations, shape)?))
    }
}

/// The map of one tap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// Value of one step.
    pub scale: f32,
    /// The byte that stands for zero.
    pub zero: u8,
    /// Values of one activation.
    len: usize,
}

impl Affine {
    /// The map over a range of values.
    pub fn fit(activations: &[f32], shape: [usize; 3]) -> Result<Self, Problem> {
        let (low, high) = activations.iter().fold((0.0f32, 0.0f32), |(low, high), &v| (low.min(v), high.max(v)));
        if !(high - low).is_finite() || activations.iter().any(|v| v.is_nan()) {
            return Err(Problem::new("an activation of a training image is no finite number"));
        }
        // A tap that is always zero needs some scale all the same.
        let scale = if high > low { (high - low) / 255.0 } else { 1.0 };
        Ok(Self { scale, zero: (-low / scale).round().clamp(0.0, 255.0) as u8, len: shape.iter().product() })
    }
}

impl Fitted for Affine {
    fn encode(&self, activation: &[f32]) -> Result<Vec<u8>, Problem> {
        // The cast saturates: what is outside the range is sent as its end.
        let byte = |&v: &f32| (v / self.scale + f32::from(self.zero)).round() as u8;
        Ok(activation.iter().map(byte).collect())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Vec<f32>, Problem> {
        of_length(bytes, self.len)?;
        let value = |&b: &u8| (f32::from(b) - f32::from(self.zero)) * self.scale;
        Ok(bytes.iter().map(value).collect())
    }
}
