//! The mean over windows of pixels, in integers.

use super::requantise::Requantise;

/// An average pooling over windows side by side, from bytes to bytes.
#[derive(Clone, Debug)]
pub struct Int8Pool {
    image: [usize; 2],
    window: [usize; 2],
    channels: usize,
    zero: u8,
    end: Requantise,
}

impl Int8Pool {
    /// For images of a height and width in windows of a height and width, whose bytes stand for 0 at `zero`; `end` makes
    /// bytes of the sums over a window.
    ///
    /// # Panics
    /// If windows do not fill the image, or hold so many pixels that a sum could reach 2^30.
    pub fn new(image: [usize; 2], window: [usize; 2], zero: u8, end: Requantise) -> Self {
        let pixels = window[0] * window[1];
        assert!(pixels > 0 && pixels < 1 << 22, "{pixels} pixels to pool");
        let fits = (0..2).all(|side| image[side].is_multiple_of(window[side]));
        assert!(fits, "windows of {window:?} in an image of {image:?}");
        Self { image, window, channels: end.channels(), zero, end }
    }

    /// The means of any number of images: `x` is `[n][h][w][channels]`, `y` as many windows, overwritten.
    ///
    /// # Panics
    /// If the lengths do not fit.
    pub fn run(&self, x: &[u8], y: &mut [u8]) {
        let ([height, width], [rows, columns]) = (self.window, [0, 1].map(|side| self.image[side] / self.window[side]));
        assert!(
            y.len().is_multiple_of(self.channels * rows * columns) && x.len() == y.len() * height * width,
            "lengths of a pooling"
        );
        let row = self.image[1] * self.channels;
        let mut sums = vec![0; columns * self.channels];
        // Images follow each other as bands of rows do.
        for (band, y) in x.chunks_exact(height * row).zip(y.chunks_exact_mut(columns * self.channels)) {
            sums.fill(-i32::from(self.zero) * (height * width) as i32);
            // Windows of one row of pixels follow each other as columns of sums do.
            for (at, window) in band.chunks_exact(width * self.channels).enumerate() {
                let sums = &mut sums[at % columns * self.channels..][..self.channels];
                for pixel in window.chunks_exact(self.channels) {
                    sums.iter_mut().zip(pixel).for_each(|(sum, x)| *sum += i32::from(*x));
                }
            }
            for (y, sums) in y.chunks_exact_mut(self.channels).zip(sums.chunks_exact(self.channels)) {
                y.iter_mut().zip(sums).enumerate().for_each(|(c, (y, sum))| *y = self.end.one(c, *sum, None));
            }
        }
    }
}
