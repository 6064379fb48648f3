//! `half`: means of squares of four pixels are sent; in between, what arrives is interpolated bilinearly. Integers only, so
//! that all processors see the same image.

use super::{InputCodec, of_shape};
use crate::problem::Problem;

/// Half of the height and half of the width, rounded up.
#[derive(Clone, Copy, Debug)]
pub struct Half;

impl InputCodec for Half {
    fn lossless(&self) -> bool {
        false
    }

    fn fixed(&self) -> bool {
        true
    }

    fn encode(&self, image: &[u8], shape: [usize; 3]) -> Result<Vec<u8>, Problem> {
        let [height, width, channels] = halved(shape);
        let one = |i: usize| mean(image, shape, [i / channels / width, i / channels % width, i % channels]);
        Ok((0..height * width * channels).map(one).collect())
    }

    fn decode(&self, bytes: &[u8], shape: [usize; 3]) -> Result<Vec<u8>, Problem> {
        let small = of_shape("half", bytes.to_vec(), halved(shape))?;
        let [height, width, channels] = shape;
        let one = |i: usize| between(&small, halved(shape), [i / channels / width, i / channels % width, i % channels]);
        Ok((0..height * width * channels).map(one).collect())
    }
}

fn halved([height, width, channels]: [usize; 3]) -> [usize; 3] {
    [height.div_ceil(2), width.div_ceil(2), channels]
}

/// The rounded mean of the pixels of a square that are inside the image.
fn mean(image: &[u8], [height, width, channels]: [usize; 3], [y, x, c]: [usize; 3]) -> u8 {
    let rows = 2 * y..(2 * y + 2).min(height);
    let inside = rows.flat_map(|y| (2 * x..(2 * x + 2).min(width)).map(move |x| (y * width + x) * channels + c));
    let (sum, count) = inside.fold((0u32, 0), |(sum, count), at| (sum + u32::from(image[at]), count + 1));
    ((sum + count / 2) / count.max(1)) as u8
}

/// A pixel between the centres of four squares: three quarters of the nearer one, each way.
fn between(small: &[u8], [height, width, channels]: [usize; 3], [y, x, c]: [usize; 3]) -> u8 {
    let at = |y: usize, x: usize| u32::from(small[(y * width + x) * channels + c]);
    let ([y, far_y], [x, far_x]) = (neighbours(y, height), neighbours(x, width));
    let near_row = 3 * at(y, x) + at(y, far_x);
    let far_row = 3 * at(far_y, x) + at(far_y, far_x);
    ((3 * near_row + far_row + 8) / 16) as u8
}

/// The square that a pixel lies in, and the one that it leans to.
fn neighbours(at: usize, size: usize) -> [usize; 2] {
    let own = at / 2;
    let far = if at.is_multiple_of(2) { own.saturating_sub(1) } else { (own + 1).min(size - 1) };
    [own, far]
}
