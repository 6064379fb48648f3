//! What several losses compute.

use crate::lab::train::log_softmax;
use candle_core::{D, DType, Result, Tensor};

/// Log-probabilities of each row at a temperature.
pub fn log_probabilities(logits: &Tensor, temperature: f64) -> Result<Tensor> {
    log_softmax(&(logits / temperature)?)
}

/// `Σ p · (log p − log q)` of each row, `[n]`; both are log-probabilities.
pub fn divergence(p: &Tensor, q: &Tensor) -> Result<Tensor> {
    (p.exp()? * (p - q)?)?.sum(D::Minus1)
}

/// Ones where the label is, `[n][classes]`, in the type of `like`.
pub fn one_hot(labels: &Tensor, like: &Tensor) -> Result<Tensor> {
    let classes = Tensor::arange(0, like.dim(1)? as u32, like.device())?;
    labels.unsqueeze(1)?.broadcast_eq(&classes)?.to_dtype(like.dtype())
}

/// The weighted mean of a value an image; the plain one without weights.
pub fn mean(values: &Tensor, weights: Option<&Tensor>) -> Result<Tensor> {
    let Some(weights) = weights else { return values.mean_all() };
    let weights = weights.to_dtype(values.dtype())?;
    (values * &weights)?.sum_all()? / weights.sum_all()?
}

/// A matrix of plain numbers as a constant in the type of `like`.
pub fn constant(values: &[f64], shape: &[usize], like: &Tensor) -> Result<Tensor> {
    Tensor::from_slice(values, shape, like.device())?.to_dtype(like.dtype())
}

/// `[n]` mean squares of each image's differences.
pub fn squares(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    (a - b)?.sqr()?.flatten_from(1)?.mean(D::Minus1)
}

/// Rows of unit length.
pub fn unit(rows: &Tensor) -> Result<Tensor> {
    rows.broadcast_div(&(rows.sqr()?.sum_keepdim(D::Minus1)? + TINY)?.sqrt()?)
}

/// Added where a root or a quotient of zero would have no gradient.
pub const TINY: f64 = 1e-12;

/// Huber's loss of each element with its knee at 1 (`smooth L1`).
pub fn huber(difference: &Tensor) -> Result<Tensor> {
    let near = difference.abs()?.minimum(1.0)?;
    // n²/2 + (|d| − n) is d²/2 up to the knee and |d| − 1/2 behind it.
    ((near.sqr()? * 0.5)? + difference.abs()?)? - near
}

/// A scalar of a type.
pub fn zero(like: &Tensor) -> Result<Tensor> {
    Tensor::zeros((), DType::F64, like.device())?.to_dtype(like.dtype())
}
