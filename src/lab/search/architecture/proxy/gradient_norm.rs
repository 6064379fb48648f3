//! The length of the gradient of the cross-entropy (Abdelfattah et al. 2021, section 3.2).

use crate::lab::network::Trainee;
use crate::lab::train;
use crate::problem::Problem;

/// Over all parameters, on images `[n][h][w][c]` with labels.
pub fn score(trainee: &mut Trainee, input: &[f32], labels: &[u8]) -> Result<f64, Problem> {
    let gradient = train::gradient(trainee, input, labels)?;
    Ok(libm::sqrt(gradient.iter().map(|g| f64::from(*g) * f64::from(*g)).sum()))
}
