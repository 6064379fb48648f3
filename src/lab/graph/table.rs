//! All networks of a recipe in one table.

use crate::catalog::ModelProfile;
use crate::lab::recipe::Instance;
use crate::problem::Problem;
use crate::store::atomic;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "variant,seed,parent,method,architecture,precision,parameters,macs,bytes,peak_activation_bytes,\
                    validation,top1,top1_low,top1_high,ece_before,ece_after,nll_after,epochs,wall_s,cpu_s,train_macs";

/// Writes the table, a row a network.
pub fn write(path: &Path, profiles: &[(Instance, ModelProfile)]) -> Result<(), Problem> {
    let mut text = format!("{HEAD}\n");
    for (instance, profile) in profiles {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", row(instance, profile).join(","));
    }
    atomic::write(path, text.as_bytes())
}

fn row(instance: &Instance, profile: &ModelProfile) -> Vec<String> {
    let (lineage, test, calibration) = (&profile.lineage, &profile.accuracy.test, &profile.calibration);
    let parent = lineage.parent.as_ref().map_or(String::new(), |(name, _)| name.clone());
    let names = [instance.variant.clone(), instance.seed.to_string(), parent, lineage.method.clone()];
    let form = [profile.architecture.clone(), profile.file.precision.clone()];
    let sizes = [profile.parameters, profile.macs, profile.file.bytes, profile.peak_activation_bytes];
    let shares = [profile.accuracy.validation.value, test.value, test.low, test.high];
    let doubts = [calibration.ece_before, calibration.ece_after, calibration.nll_after];
    let cost = [lineage.cost.wall_s, lineage.cost.cpu_s, lineage.cost.macs];
    let mut row: Vec<String> = names.into_iter().chain(form).collect();
    row.extend(sizes.map(|n| n.to_string()));
    row.extend(shares.map(|x| format!("{x:.4}")));
    row.extend(doubts.map(|x| format!("{x:.5}")));
    row.push(lineage.epochs.to_string());
    row.extend(cost.map(|x| format!("{x:.0}")));
    row
}
