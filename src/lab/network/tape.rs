//! Memory of one training pass, kept between steps.

use super::aware::Aware;
use crate::random::{Stream, sample::unit};

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
    /// Each convolution's output before its norm; a linear layer's input where something is left out of it.
    pub convolved: Vec<Vec<f32>>,
    /// Each norm's batch mean.
    pub mean: Vec<Vec<f32>>,
    /// Each norm's batch variance, biased.
    pub variance: Vec<Vec<f32>>,
    /// What is left out of linear layers' inputs in this pass, if anything.
    pub dropout: Option<Dropout>,
    /// Buffers to use again.
    spare: Vec<Vec<f32>>,
}

/// Inputs of linear layers that are left out of one step, each by itself; the others grow, so that the mean stays
/// (Srivastava et al. 2014). A function of (seed, step, layer, element): made again on the way back.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// Share left out.
    pub share: f64,
    /// The draws.
    pub stream: Stream,
    /// The step.
    pub step: u64,
}

impl Dropout {
    /// A layer's inputs without what is left out.
    pub fn apply<'a>(&self, layer: usize, inputs: &[f32], place: &'a mut Vec<f32>) -> &'a [f32] {
        place.clear();
        place.extend_from_slice(inputs);
        self.mask(layer, place);
        place
    }

    /// Leaves out of (or, on the way back, stops the gradient of) a layer's inputs.
    pub fn mask(&self, layer: usize, values: &mut [f32]) {
        let grow = (1.0 / (1.0 - self.share)) as f32;
        for (i, value) in values.iter_mut().enumerate() {
            let left_out = unit(self.stream.draw((layer as u64) << 32 | i as u64, self.step)[0]) < self.share;
            *value *= if left_out { 0.0 } else { grow };
        }
    }
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

    /// Buffers of any use, and the numbers they have room for.
    #[cfg(test)]
    pub fn room(&self) -> (usize, usize) {
        let lists = [&self.tensors, &self.convolved, &self.mean, &self.variance, &self.spare];
        (lists.iter().map(|l| l.len()).sum(), lists.into_iter().flatten().map(Vec::capacity).sum())
    }

    /// Takes a buffer back.
    pub fn give_back(&mut self, buffer: Vec<f32>) {
        self.spare.push(buffer);
    }
}
