//! Answers to corrupted images, given again.

use super::Check;
use crate::catalog::{ModelProfile, Split};
use crate::lab::answers::Shipped;
use crate::lab::corrupt::{CORRUPTED, Corrupted, answers};
use crate::lab::data::Dataset;
use crate::lab::measure::wanted::CORRUPTION_SEED;
use crate::problem::Problem;

/// How far a confidence may be off, as instruction sets differ.
const NEAR: f32 = 1e-3;

/// Where corrupted images were answered, whether they are answered so.
pub(super) fn corrupted(
    check: &mut Check,
    told: &ModelProfile,
    network: &Shipped,
    data: &Dataset,
) -> Result<(), Problem> {
    let stored = Corrupted::read(check.folder)?;
    let mut kinds: Vec<_> = stored.iter().map(|set| set.corruption).collect();
    kinds.dedup();
    let found = answers(network, data, Split::Test, &kinds, told.calibration.temperature, CORRUPTION_SEED);
    let same = |a: &Corrupted, b: &Corrupted| {
        (a.corruption, a.severity, a.split) == (b.corruption, b.severity, b.split)
            && (&a.image, &a.label) == (&b.image, &b.label)
    };
    if stored.len() != found.len() || !stored.iter().zip(&found).all(|(a, b)| same(a, b)) {
        check.table(CORRUPTED, "corruptions, severities or images are not those that were measured".into());
    } else if let Some(what) = stored.iter().zip(&found).find_map(|(stored, found)| unlike(stored, found)) {
        check.table(CORRUPTED, what);
    }
    Ok(())
}

/// The first image with another answer, unless two classes are as good as level, or with another confidence.
fn unlike(stored: &Corrupted, found: &Corrupted) -> Option<String> {
    (0..stored.image.len()).find_map(|i| {
        let ([told, led], [now, lead]) = (stored.sure[i], found.sure[i]);
        let (answer, given) = (stored.prediction[i], found.prediction[i]);
        let differs = (now - told).abs().max((lead - led).abs()) > NEAR || (answer != given && lead > NEAR);
        let which = format!("image {} under {} {}", stored.image[i], stored.corruption.name(), stored.severity);
        let told = format!("is answered with {answer} at {told}");
        differs.then(|| format!("{which} {told}, but the weights give {given} at {now}"))
    })
}
