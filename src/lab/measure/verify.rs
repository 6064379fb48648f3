//! Whether a profile and its tables are what its weights give.

use super::answers::{Answers, Part};
use super::{WEIGHTS, bytes, figures, profile, shipped};
use crate::catalog::{BYTES, Calibration, ModelProfile, PREDICTIONS, PROFILE};
use crate::lab::architecture::peak_activations;
use crate::lab::data::{Dataset, Source};
use crate::lab::network::Executor;
use crate::problem::{Problem, Problems};
use crate::store::hash::sha256_hex;
use crate::store::parquet::{Columns, Table};
use std::path::Path;

/// Reads a variant's weights, runs all its images again, and compares with its profile and tables. `at` is its folder
/// or its profile; `files` the folder of the data's files, where the source needs any.
///
/// # Errors
/// Everything that differs, and whatever cannot be read.
pub fn verify(at: &Path, files: Option<&Path>) -> Result<(), Problems> {
    let folder = if at.file_name().is_some_and(|n| n == PROFILE) { at.parent().unwrap_or(Path::new(".")) } else { at };
    let told = ModelProfile::load(folder)?;
    let source = Source::of(&told.lineage.data.source, told.lineage.data.settings.as_ref())?;
    let data = source.load(files)?;
    let (executor, file) = shipped(folder)?;
    let mut check = Check { problems: Problems::default(), folder };
    check.equal("file.bytes", &told.file.bytes, &(file.len() as u64));
    check.equal("file.sha256", &told.file.sha256, &sha256_hex(&file));
    check.equal("file.name", &told.file.name.as_str(), &WEIGHTS);
    check.equal("lineage.data.sha256", &told.lineage.data.sha256, &data.sha256);
    counted(&mut check, &told, &executor)?;
    answered(&mut check, &told, &executor, &data)?;
    check.problems.or(())
}

struct Check<'a> {
    problems: Problems,
    folder: &'a Path,
}

impl Check<'_> {
    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, field: &str, told: &T, found: &T) {
        if told != found {
            let what = format!("`{field}` is not what the weights give: {found:?}");
            self.problems.push(Problem::new(what).received(format!("{told:?}")).in_file(self.folder.join(PROFILE)));
        }
    }

    fn table(&mut self, name: &str, what: String) {
        let remedy = "measure the variant again with `tierwise lab`";
        self.problems.push(Problem::new(what).in_file(self.folder.join(name)).remedy(remedy));
    }
}

/// What follows from the description alone.
fn counted(check: &mut Check, told: &ModelProfile, executor: &Executor) -> Result<(), Problem> {
    let description = executor.architecture();
    let times: Option<Vec<f64>> = told.layers.iter().map(|l| l.host_time_s).collect();
    check.equal("layers", &told.layers, &profile::layers(description, times.as_deref())?);
    check.equal("peak-activation-bytes", &told.peak_activation_bytes, &peak_activations(description)?);
    check.equal("input", &told.input, &description.input.map(|n| n as u32));
    Ok(())
}

/// What follows from running all images.
fn answered(check: &mut Check, told: &ModelProfile, executor: &Executor, data: &Dataset) -> Result<(), Problem> {
    let table = Table::read(&check.folder.join(PREDICTIONS))?;
    let run = Answers::of(executor, data);
    let Some(stored) = stored(&table, &run)? else {
        check.table(PREDICTIONS, "images or labels are not the data's".into());
        return Ok(());
    };
    if let Some((image, found, stored)) = farthest(&run, &stored) {
        check.table(PREDICTIONS, format!("image {image} has the logit {stored}, but the weights give {found}"));
    }
    // From the stored logits on, everything is exact.
    if let Some(name) = differs(&table, &stored.columns(told.calibration.temperature)) {
        check.table(PREDICTIONS, format!("the column `{name}` is not what the logits give"));
    }
    check.equal("accuracy", &told.accuracy, &figures::accuracy(&stored, data.classes.len()));
    calibrated(check, &told.calibration, &figures::calibration(&stored)?);
    check.equal("classes", &told.classes, &data.classes);
    let sizes = bytes::deflated(data)?;
    check.equal("taps", &told.taps, &profile::taps(executor.architecture(), sizes.mean())?);
    if Table::read(&check.folder.join(BYTES))?.columns() != &sizes.columns() {
        check.table(BYTES, "the sizes are not those of the images".into());
    }
    Ok(())
}

/// Equal up to what logarithms differ in between systems.
fn calibrated(check: &mut Check, told: &Calibration, found: &Calibration) {
    let figures = |c: &Calibration| [c.temperature, c.ece_before, c.ece_after, c.nll_before, c.nll_after];
    if figures(told).iter().zip(figures(found)).any(|(a, b)| (a - b).abs() > 1e-6) {
        check.equal("calibration", told, found);
    }
}

/// The stored logits, if the table speaks of the same images with the same labels.
fn stored(table: &Table, run: &Answers) -> Result<Option<Answers>, Problem> {
    let parts = [&run.validation, &run.test];
    let images = parts.iter().flat_map(|p| &p.image);
    let labels = parts.iter().flat_map(|p| &p.label).map(|&l| u32::from(l));
    if !images.eq(table.u32("image")?) || !labels.eq(table.u32("label")?.iter().copied()) {
        return Ok(None);
    }
    let columns = (0..run.test.classes()).map(|k| table.f32(&format!("logit_{k}"))).collect::<Result<Vec<_>, _>>()?;
    let logits: Vec<f32> = (0..table.rows()).flat_map(|row| columns.iter().map(move |c| c[row])).collect();
    let (validation, test) = logits.split_at(run.validation.logits.len());
    let with = |part: &Part, logits: &[f32]| Part { logits: logits.to_vec(), ..part.clone() };
    Ok(Some(Answers { validation: with(&run.validation, validation), test: with(&run.test, test) }))
}

/// The first image with a logit farther off than instruction sets differ: image, run, stored.
fn farthest(run: &Answers, stored: &Answers) -> Option<(u32, f32, f32)> {
    let near = |a: f32, b: f32| (a - b).abs() <= 1e-3 * (1.0 + a.abs());
    [(&run.validation, &stored.validation), (&run.test, &stored.test)].into_iter().find_map(|(run, stored)| {
        let pairs = run.logits.iter().zip(&stored.logits).enumerate();
        let off = pairs.map(|(i, (&a, &b))| (i, a, b)).find(|&(_, a, b)| !near(a, b));
        off.map(|(i, a, b)| (run.image[i / run.classes().max(1)], a, b))
    })
}

/// The first column that differs.
fn differs<'a>(table: &Table, right: &'a Columns) -> Option<&'a str> {
    right.iter().find(|(name, column)| table.columns().get(name) != Some(column)).map(|(name, _)| name)
}
