//! The mean over all pixels, in integers.

use super::requantise::Requantise;

/// A global average pooling from bytes to bytes.
#[derive(Clone, Debug)]
pub struct Int8Pool {
    pixels: usize,
    channels: usize,
    zero: u8,
    end: Requantise,
}

impl Int8Pool {
    /// For images of so many pixels, whose bytes stand for 0 at `zero`; `end` makes bytes of the sums over all pixels.
    ///
    /// # Panics
    /// If there are no pixels or so many that a sum could reach 2^30.
    pub fn new(pixels: usize, zero: u8, end: Requantise) -> Self {
        assert!(pixels > 0 && pixels < 1 << 22, "{pixels} pixels to pool");
        Self { pixels, channels: end.channels(), zero, end }
    }

    /// The means of any number of images: `x` is `[n][pixels][channels]`, `y` is `[n][channels]`, overwritten.
    ///
    /// # Panics
    /// If the lengths do not fit.
    pub fn run(&self, x: &[u8], y: &mut [u8]) {
        assert!(y.len().is_multiple_of(self.channels) && x.len() == y.len() * self.pixels, "lengths of a pooling");
        let missing = -i32::from(self.zero) * self.pixels as i32;
        let mut sums = vec![0; self.channels];
        let images = x.chunks_exact(self.pixels * self.channels);
        for (x, y) in images.zip(y.chunks_exact_mut(self.channels)) {
            sums.fill(missing);
            for pixel in x.chunks_exact(self.channels) {
                sums.iter_mut().zip(pixel).for_each(|(sum, x)| *sum += i32::from(*x));
            }
            y.iter_mut().enumerate().for_each(|(c, y)| *y = self.end.one(c, sums[c], None));
        }
    }
}
