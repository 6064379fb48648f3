//! Accuracy and calibration from answers.

use crate::catalog::{Accuracy, Calibration, EarlyExit};
use crate::lab::answers::{Answers, Part, right};
use crate::problem::Problem;
use crate::stats::Scores;

/// How often the answers are right.
pub fn accuracy(answers: &Answers, classes: usize) -> Accuracy {
    let per_class = (0..classes).map(|class| right(&answers.test, |label| label == class)).collect();
    Accuracy { validation: right(&answers.validation, |_| true), test: right(&answers.test, |_| true), per_class }
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

/// The same of early exits.
///
/// # Errors
/// A split without images.
pub fn early_exits(early: &[(String, Answers)], classes: usize) -> Result<Vec<EarlyExit>, Problem> {
    let one = |(tap, answers): &(String, Answers)| {
        let (accuracy, calibration) = (accuracy(answers, classes), calibration(answers)?);
        Ok(EarlyExit { tap: tap.clone(), accuracy, calibration })
    };
    early.iter().map(one).collect()
}

fn scores(part: &Part) -> Result<Scores<'_>, Problem> {
    let empty = || Problem::new(format!("the {} split has no images", part.split.name()));
    Scores::new(&part.logits, &part.label, part.classes()).ok_or_else(empty)
}
