//! Thresholds from validation images.
//!
//! From the last stage back: a stage's image is worth 1 if it is answered there and right, and the next stage's worth
//! less the cost of escalating if it is not answered there. The threshold that maximises the sum over all validation
//! images is found exactly, by one pass over the images in order of confidence. It is where an isotonic fit of
//! `E[right here − worth later | confidence]` crosses minus the cost, so it needs no independence of the two models'
//! errors (a closed form `θ = accuracy of the remote − cost` would).

use crate::catalog::OutputTable;
use crate::policy::Target;
use crate::problem::Problem;
use crate::sim::World;

/// One threshold a stage; the last stage's is 0, so that it always answers.
pub fn choose(world: &World, stages: &[Target], cost: f64) -> Result<Vec<f32>, Problem> {
    let mut thresholds = vec![0.0; stages.len()];
    let mut later: Option<Vec<f64>> = None;
    for (i, stage) in stages.iter().enumerate().rev() {
        let (output, label) = answers(world, stage)?;
        let right: Vec<f64> = output.prediction.iter().zip(label).map(|(p, l)| f64::from(u8::from(p == l))).collect();
        later = Some(match later {
            None => right,
            Some(later) => {
                let escalated: Vec<f64> = later.iter().map(|v| v - cost).collect();
                thresholds[i] = best(&output.confidence, &right, &escalated);
                worth(&output.confidence, thresholds[i], &right, &escalated)
            }
        });
    }
    Ok(thresholds)
}

/// Thresholds as the scenario gives them.
pub fn given(given: &[f64], stages: usize) -> Result<Vec<f32>, Problem> {
    if given.len() + 1 != stages {
        let what = format!("a cascade of {stages} stages needs {} thresholds", stages.saturating_sub(1));
        return Err(Problem::new(what).received(given.len()));
    }
    if let Some(odd) = given.iter().find(|t| !(0.0..=1.0).contains(*t)) {
        return Err(Problem::new("a threshold must lie between 0 and 1").received(odd));
    }
    Ok(given.iter().map(|&t| t as f32).chain([0.0]).collect())
}

/// A stage's answers on the validation images, and their labels.
fn answers<'a>(world: &'a World, stage: &Target) -> Result<(&'a OutputTable, &'a [u16]), Problem> {
    let model = &world.models[stage.model.0 as usize];
    let tap = &model.taps[stage.answer.0 as usize].name;
    let missing = || {
        Problem::new(format!("model `{}` has no validation predictions", model.name))
            .remedy("thresholds are chosen on validation images: measure the model on them, or give `thresholds = { fixed = […] }`")
    };
    let output = model.validation.outputs.iter().find(|o| &o.tap == tap && !o.prediction.is_empty());
    Ok((output.ok_or_else(missing)?, &model.validation.label))
}

/// The threshold with the largest total worth: images at or above it are answered here. Above 1: none is.
fn best(confidence: &[f32], here: &[f64], later: &[f64]) -> f32 {
    let mut order: Vec<usize> = (0..confidence.len()).collect();
    order.sort_by(|&a, &b| confidence[b].total_cmp(&confidence[a]).then(a.cmp(&b)));
    let (mut gain, mut most, mut threshold) = (0.0, 0.0, f32::INFINITY);
    for (k, &i) in order.iter().enumerate() {
        gain += here[i] - later[i];
        let last_of_equals = order.get(k + 1).is_none_or(|&j| confidence[j] < confidence[i]);
        if last_of_equals && gain >= most {
            (most, threshold) = (gain, confidence[i]);
        }
    }
    threshold
}

fn worth(confidence: &[f32], threshold: f32, here: &[f64], later: &[f64]) -> Vec<f64> {
    let one = |((c, h), l): ((&f32, &f64), &f64)| if *c >= threshold { *h } else { *l };
    confidence.iter().zip(here).zip(later).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn total(confidence: &[f32], threshold: f32, here: &[f64], later: &[f64]) -> f64 {
        worth(confidence, threshold, here, later).iter().sum()
    }

    #[test]
    fn keeps_what_is_sure_and_escalates_the_rest() {
        let confidence = [0.9, 0.8, 0.4, 0.3];
        let threshold = best(&confidence, &[1.0, 1.0, 0.0, 0.0], &[0.9, 0.9, 0.9, 0.9]);
        assert_eq!(threshold, 0.8);
    }

    #[test]
    fn escalates_everything_when_later_is_always_better() {
        assert_eq!(best(&[0.9, 0.8], &[0.0, 0.0], &[1.0, 1.0]), f32::INFINITY);
    }

    proptest! {
        /// The one pass finds what trying every threshold finds.
        #[test]
        fn equals_brute_force(rows in prop::collection::vec((0u8..20, 0u8..2, 0u8..2, 0u8..4), 1..60)) {
            let confidence: Vec<f32> = rows.iter().map(|r| f32::from(r.0) / 20.0).collect();
            let here: Vec<f64> = rows.iter().map(|r| f64::from(r.1)).collect();
            let later: Vec<f64> = rows.iter().map(|r| f64::from(r.2) - f64::from(r.3) / 8.0).collect();
            let found = total(&confidence, best(&confidence, &here, &later), &here, &later);
            let tried = confidence.iter().copied().chain([f32::INFINITY]);
            let most = tried.map(|t| total(&confidence, t, &here, &later)).fold(f64::MIN, f64::max);
            prop_assert!((found - most).abs() < 1e-9, "{found} {most}");
        }
    }
}
