//! `int8-rans`: `int8`, channel after channel, each coded by its own frequencies of bytes beside their neighbours (rANS,
//! Duda 2014), which both sides know from training images: no table is sent. Answers are `int8`'s, bytes differ by image.

use super::int8::Affine;
use super::{Fitted, InnerCodec, transposed};
use crate::lab::code;
use crate::problem::Problem;

/// One byte a value, entropy-coded by channel.
#[derive(Clone, Copy, Debug)]
pub struct Int8Rans;

impl InnerCodec for Int8Rans {
    fn fit(&self, activations: &[f32], shape: [usize; 3]) -> Result<Box<dyn Fitted>, Problem> {
        let map = Affine::fit(activations, shape)?;
        let [height, width, channels] = [shape[0], shape[1], shape[2].max(1)];
        let bytes = map.encode(activations)?;
        let plane = |c: usize| bytes.iter().skip(c).step_by(channels).copied().collect();
        let frequencies = code::Fitted::of(&(0..channels).map(plane).collect::<Vec<Vec<u8>>>(), width, height * width);
        Ok(Box::new(Coded { map, shape, frequencies }))
    }
}

#[derive(Debug)]
struct Coded {
    map: Affine,
    shape: [usize; 3],
    frequencies: code::Fitted,
}

impl Fitted for Coded {
    fn encode(&self, activation: &[f32]) -> Result<Vec<u8>, Problem> {
        let [height, width, channels] = self.shape;
        let planes = transposed(&self.map.encode(activation)?, height * width, channels);
        Ok(self.frequencies.encode(&planes.chunks(height * width).map(<[u8]>::to_vec).collect::<Vec<_>>()))
    }

    fn decode(&self, bytes: &[u8]) -> Result<Vec<f32>, Problem> {
        let [height, width, channels] = self.shape;
        let planes = self.frequencies.decode(bytes, height * width)?.concat();
        self.map.decode(&transposed(&planes, channels, height * width))
    }
}
