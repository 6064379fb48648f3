//! What a training step makes small.

use candle_core::{D, Result, Tensor};

/// A batch as a loss sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What the network saw, `[n][h][w][c]`.
    pub input: &'a [f32],
    /// What it answered, `[n][classes]`.
    pub logits: &'a Tensor,
    /// Right classes, `[n]` (u32).
    pub labels: &'a Tensor,
    /// Right classes as probabilities, `[n][classes]`.
    pub targets: &'a Tensor,
    /// The network's tensors that the loss asked for, in its order, `[n][h][w][c]`.
    pub features: &'a [Tensor],
    /// The loss's own parameters, one after another.
    pub own: &'a Tensor,
    /// Where the images stand among the training images.
    pub positions: &'a [u32],
    /// A number for each image and how it is changed, equal where it is the same image changed in the same way; none
    /// where there are too many ways.
    pub looks: &'a [u64],
    /// Share of the training that is done, from 0 to below 1.
    pub done: f64,
}

/// A loss over a batch.
pub trait Objective: Sync {
    /// The mean loss, differentiable in logits, features and own parameters.
    ///
    /// # Errors
    /// candle's own.
    fn loss(&self, seen: &Seen) -> Result<Tensor>;

    /// The tensors of the network that the loss reads beside the logits, by number (see [`crate::lab::architecture`]).
    fn wants(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Initial values, by seed, of parameters that the loss trains beside the network's; they are weights to the
    /// optimiser, and end with the training.
    fn own(&self, _seed: u64) -> Vec<f32> {
        Vec::new()
    }

    /// How often each label's images are shown in the epoch that begins when `done` of the training is, each in proportion
    /// to its label's number; all once if there are none.
    fn sampling(&self, _done: f64) -> Option<Vec<f64>> {
        None
    }

    /// Multiply-accumulates spent so far beside the network's own: a teacher's.
    fn spent(&self) -> u64 {
        0
    }
}

/// Cross-entropy with the targets.
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy;

impl Objective for CrossEntropy {
    fn loss(&self, seen: &Seen) -> Result<Tensor> {
        cross_entropy(seen.logits, seen.targets)
    }
}

/// `−Σ target · log softmax(logits)`, the mean over the batch; both are `[n][classes]`.
///
/// # Errors
/// candle's own.
pub fn cross_entropy(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let rows = logits.dim(0)? as f64;
    (log_softmax(logits)? * targets)?.sum_all()?.affine(-1.0 / rows, 0.0)
}

/// Log-probabilities of each row.
///
/// # Errors
/// candle's own.
pub fn log_softmax(logits: &Tensor) -> Result<Tensor> {
    let shifted = logits.broadcast_sub(&logits.max_keepdim(D::Minus1)?.detach())?;
    shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)
}
