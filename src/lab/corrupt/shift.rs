//! A shift by up to five twenty-eighths of the image, in one of eight directions.

use crate::random::Rng;

/// Down and right, each backwards, not at all or forwards.
const DIRECTIONS: [[isize; 2]; 8] = [[-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0], [1, 1]];
/// What a severity is a part of: one pixel of 28 each.
const PARTS: usize = 28;

pub fn apply(image: &[u8], [height, width, channels]: [usize; 3], severity: usize, rng: &mut Rng) -> Vec<u8> {
    let far = |size: usize| (((severity + 1) * size + PARTS / 2) / PARTS).max(1) as isize;
    let [down, right] = DIRECTIONS[rng.index(DIRECTIONS.len())];
    let (down, right) = (down * far(height), right * far(width));
    let inside = |at: usize, by: isize, size: usize| at.checked_add_signed(-by).filter(|&a| a < size);
    let one = |i: usize| {
        let [y, x, c] = [i / channels / width, i / channels % width, i % channels];
        let from = inside(y, down, height).zip(inside(x, right, width));
        from.map_or(0, |(y, x)| image[(y * width + x) * channels + c])
    };
    (0..image.len()).map(one).collect()
}
