//! Accuracy and calibration from answers.

use super::answers::{Answers, Part};
use crate::catalog::{Accuracy, Calibration, Proportion};
use crate::lab::train::best;
use crate::problem::Problem;
use crate::stats::{Scores, wilson};

/// Confidence of every interval in a profile.
const CONFIDENCE: f64 = 0.95;

/// A proportion with Wilson's interval.
pub fn proportion(count: u64, of: u64) -> Proportion {
    let (low, high) = wilson(count, of, CONFIDENCE);
    let value = count as f64 / (of as f64).max(1.0);
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
    proportion(count, of)
}

/// Temperature by the validation images, what it does by the test images.
///
/// # Errors
/// A split without images.
pub fn calibration(answers: &Answers) -> Result<Calibration, Problem> {
    let temperature = scores(&answers.validation)?.temperature();
    let test = scores(&answers.test)?;
    Ok(Calibration {
        temperature,
        ece_before: test.ece(1.0),
        ece_after: test.ece(temperature),
        nll_before: test.nll(1.0),
        nll_after: test.nll(temperature),
    })
}

fn scores(part: &Part) -> Result<Scores<'_>, Problem> {
    let empty = || Problem::new(format!("the {} split has no images", part.split.name()));
    Scores::new(&part.logits, &part.label, part.classes()).ok_or_else(empty)
}
