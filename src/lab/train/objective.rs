//! What a training step makes small.

use candle_core::{D, Result, Tensor};

/// A loss over a batch.
pub trait Objective {
    /// The mean loss. `input` is what the network saw, `[n][h][w][c]`; `logits` are `[n][classes]`, labels `[n]` (u32).
    ///
    /// # Errors
    /// candle's own.
    fn loss(&self, input: &[f32], logits: &Tensor, labels: &Tensor) -> Result<Tensor>;

    /// Multiply-accumulates spent on an image beside the network's own: a teacher's.
    fn macs(&self) -> u64 {
        0
    }
}

/// Cross-entropy with the labels.
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy;

impl Objective for CrossEntropy {
    fn loss(&self, _: &[f32], logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
        cross_entropy(logits, labels)
    }
}

/// `−log softmax(logits)[label]`, the mean over the batch.
///
/// # Errors
/// candle's own.
pub fn cross_entropy(logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
    candle_nn::loss::nll(&log_softmax(logits)?, labels)
}

/// Log-probabilities of each row.
///
/// # Errors
/// candle's own.
pub fn log_softmax(logits: &Tensor) -> Result<Tensor> {
    let shifted = logits.broadcast_sub(&logits.max_keepdim(D::Minus1)?.detach())?;
    shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)
}
