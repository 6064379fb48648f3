//! The gradient of the loss on some images, as it is.

use super::objective::log_softmax;
use crate::lab::network::{Trainee, broken};
use crate::problem::Problem;
use candle_core::{Device, Tensor};

/// The gradient of the mean cross-entropy with respect to all parameters, by the statistics of these images, `[n][h][w][c]`
/// as the network takes them; the running ones stay.
///
/// # Errors
/// candle's own.
pub fn gradient(trainee: &mut Trainee, input: &[f32], labels: &[u8]) -> Result<Vec<f32>, Problem> {
    let kept = trainee.statistics.clone();
    let found = differentiate(trainee, input, labels);
    trainee.statistics = kept;
    found.map_err(broken)
}

fn differentiate(trainee: &mut Trainee, input: &[f32], labels: &[u8]) -> candle_core::Result<Vec<f32>> {
    let labels: Vec<u32> = labels.iter().map(|&l| l.into()).collect();
    let n = labels.len();
    let logits = trainee.forward(n, |place| place.copy_from_slice(input))?;
    let labels = Tensor::from_vec(labels, n, &Device::Cpu)?;
    let gradients = candle_nn::loss::nll(&log_softmax(&logits)?, &labels)?.backward()?;
    let gradient = gradients.get(trainee.parameters.as_tensor()).map(|g| g.to_vec1()).transpose()?;
    Ok(gradient.unwrap_or_else(|| vec![0.0; trainee.plan.layout.len()]))
}
