//! `int8-deflate`: `int8`, channel after channel, deflated. Answers are `int8`'s, bytes differ by image.

use super::int8::Affine;
use super::{Fitted, InnerCodec, transposed};
use crate::lab::codec::input::{inflated, packed};
use crate::problem::Problem;

/// One byte a value, deflated.
#[derive(Clone, Copy, Debug)]
pub struct Int8Deflate;

impl InnerCodec for Int8Deflate {
    fn fit(&self, activations: &[f32], shape: [usize; 3]) -> Result<Box<dyn Fitted>, Problem> {
        Ok(Box::new(Planes { map: Affine::fit(activations, shape)?, shape }))
    }
}

#[derive(Debug)]
struct Planes {
    map: Affine,
    shape: [usize; 3],
}

impl Fitted for Planes {
    fn encode(&self, activation: &[f32]) -> Result<Vec<u8>, Problem> {
        let [height, width, channels] = self.shape;
        packed(&transposed(&self.map.encode(activation)?, height * width, channels))
    }

    fn decode(&self, bytes: &[u8]) -> Result<Vec<f32>, Problem> {
        let [height, width, channels] = self.shape;
        self.map.decode(&transposed(&inflated(bytes, height * width * channels)?, channels, height * width))
    }
}
