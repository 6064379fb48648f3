//! Memory of one training pass, kept between steps.

use super::aware::Aware;

/// What a pass leaves behind for its way back.
#[derive(Debug, Default)]
pub struct Tape {
    /// Whether the pass runs as if quantised.
    pub aware: Option<Aware>,
    /// Images in the batch.
    pub batch: usize,
    /// Counts forward passes: a way back is only right for the last one.
    pub pass: u64,
    /// Every tensor, by number.
    pub tensors: Vec<Vec<f32>>,
    /// Each convolution's output before its norm.
    pub convolved: Vec<Vec<f32>>,
    /// Each norm's batch mean.
    pub mean: Vec<Vec<f32>>,
    /// Each norm's batch variance, biased.
    pub variance: Vec<Vec<f32>>,
    /// Buffers to use again.
    spare: Vec<Vec<f32>>,
}

impl Tape {
    /// A tape for so many layers.
    pub fn new(layers: usize) -> Self {
        let empty = || vec![Vec::new(); layers];
        let tensors = vec![Vec::new(); layers + 1];
        Self { tensors, convolved: empty(), mean: empty(), variance: empty(), ..Self::default() }
    }

    /// Takes a tensor's buffer, at a length, holding anything.
    pub fn take(place: &mut Vec<f32>, len: usize) -> Vec<f32> {
        let mut buffer = std::mem::take(place);
        buffer.resize(len, 0.0);
        buffer
    }

    /// A buffer of a length, holding anything: the smallest spare one that is large enough.
    pub fn lend(&mut self, len: usize) -> Vec<f32> {
        let fits = self.spare.iter().enumerate().filter(|(_, b)| b.capacity() >= len).min_by_key(|(_, b)| b.capacity());
        let mut buffer = fits.map(|(i, _)| i).map(|i| self.spare.swap_remove(i)).unwrap_or_default();
        buffer.resize(len, 0.0);
        buffer
    }

    /// Takes a buffer back.
    pub fn give_back(&mut self, buffer: Vec<f32>) {
        self.spare.push(buffer);
    }
}
