//! `four-bit`: the sixteen levels 0, 17, …, 255, two pixels in a byte, the first in the low half.

use super::{InputCodec, of_shape};
use crate::problem::Problem;

/// Pixels in half a byte each.
#[derive(Clone, Copy, Debug)]
pub struct FourBit;

/// Distance between levels.
const STEP: u8 = 17;

impl InputCodec for FourBit {
    fn lossless(&self) -> bool {
        false
    }

    fn fixed(&self) -> bool {
        true
    }

    fn encode(&self, image: &[u8], _: [usize; 3]) -> Result<Vec<u8>, Problem> {
        let nearest = |pixel: u8| ((u16::from(pixel) + u16::from(STEP) / 2) / u16::from(STEP)) as u8;
        let pair = |pair: &[u8]| nearest(pair[0]) | pair.get(1).map_or(0, |&second| nearest(second) << 4);
        Ok(image.chunks(2).map(pair).collect())
    }

    fn decode(&self, bytes: &[u8], shape: [usize; 3]) -> Result<Vec<u8>, Problem> {
        let pixels = shape.iter().product::<usize>();
        let mut image: Vec<u8> = bytes.iter().flat_map(|b| [(b & 15) * STEP, (b >> 4) * STEP]).collect();
        if image.len() == pixels + 1 {
            image.pop();
        }
        of_shape("four-bit", image, shape)
    }
}
