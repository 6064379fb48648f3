//! Accuracy and calibration from answers.

use super::answers::{Answers, Part};
use super::calibrate::{expected_calibration_error, negative_log_likelihood, temperature};
use crate::catalog::{Accuracy, Calibration, Proportion};
use crate::lab::train::best;

/// Wilson's 95 % interval of a proportion (Wilson 1927).
pub fn wilson(count: u64, of: u64) -> Proportion {
    const Z: f64 = 1.959_963_984_540_054;
    let n = (of as f64).max(1.0);
    let value = count as f64 / n;
    let (centre, shrink) = (value + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    let reach = Z * libm::sqrt(value * (1.0 - value) / n + Z * Z / (4.0 * n * n));
    let [low, high] = [(centre - reach) / shrink, (centre + reach) / shrink];
    Proportion { count, of, value, low: low.clamp(0.0, value), high: high.clamp(value, 1.0) }
}

/// How often the answers are right.
pub fn accuracy(answers: &Answers, classes: usize) -> Accuracy {
    let per_class = (0..classes).map(|class| right(&answers.test, |label| label == class)).collect();
    Accuracy { validation: right(&answers.validation, |_| true), test: right(&answers.test, |_| true), per_class }
}

fn right(part: &Part, among: impl Fn(usize) -> bool) -> Proportion {
    let asked = part.rows().filter(|(label, _)| among(*label));
    let (count, of) =
        asked.fold((0, 0), |(right, of), (label, logits)| (right + u64::from(best(logits) == label), of + 1));
    wilson(count, of)
}

/// Temperature by the validation images, what it does by the test images.
pub fn calibration(answers: &Answers) -> Calibration {
    let temperature = temperature(answers.validation.rows());
    let test = || answers.test.rows();
    Calibration {
        temperature,
        ece_before: expected_calibration_error(test(), 1.0),
        ece_after: expected_calibration_error(test(), temperature),
        nll_before: negative_log_likelihood(test(), 1.0),
        nll_after: negative_log_likelihood(test(), temperature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By SciPy 1.17, `binomtest(count, of).proportion_ci(method="wilson")`.
    #[test]
    fn intervals_agree_with_scipy() {
        for (count, of, low, high) in
            [(0, 10, 0.0, 0.277_533), (10, 10, 0.722_467, 1.0), (9440, 10_000, 0.939_321, 0.948_338)]
        {
            let p = wilson(count, of);
            assert!((p.low - low).abs() < 1e-6 && (p.high - high).abs() < 1e-6, "{p:?}");
        }
    }
}
