//! A black square somewhere in the image.

use crate::random::Rng;

/// Its side, in hundredths of the image's shorter one.
const SIDE: [usize; 5] = [20, 30, 40, 50, 60];

pub fn apply(image: &[u8], [height, width, channels]: [usize; 3], severity: usize, rng: &mut Rng) -> Vec<u8> {
    let side = ((SIDE[severity] * height.min(width) + 50) / 100).max(1);
    let (top, left) = (rng.index(height - side + 1), rng.index(width - side + 1));
    let mut hidden = image.to_vec();
    for y in top..top + side {
        hidden[(y * width + left) * channels..][..side * channels].fill(0);
    }
    hidden
}
