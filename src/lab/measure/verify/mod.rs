//! Whether a profile and its tables are what its weights give.

mod corrupted;
mod sizes;

use super::{Wanted, figures, profile, read, shipped_in};
use crate::catalog::{Accuracy, Calibration, ModelProfile, PREDICTIONS, PROFILE};
use crate::lab::answers::{Answers, Output, Part, Shipped, confidence, has_logits};
use crate::lab::architecture::INPUT;
use crate::lab::codec::{bytes_columns, crossings, outputs};
use crate::lab::data::{Dataset, Source};
use crate::lab::distil::subclass::{Partition, relabelled};
use crate::lab::train::best;
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
    let data = seen(source.load(files)?, &told)?;
    let (network, file) = read(folder)?;
    let mut check = Check { problems: Problems::default(), folder };
    check.equal("file.bytes", &told.file.bytes, &(file.len() as u64));
    check.equal("file.sha256", &told.file.sha256, &sha256_hex(&file));
    let name = shipped_in(folder).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    check.equal("file.name", &told.file.name, &name);
    check.equal("lineage.data.sha256", &told.lineage.data.sha256, &data.sha256);
    counted(&mut check, &told, &network)?;
    answered(&mut check, &told, &network, &data)?;
    corrupted::corrupted(&mut check, &told, &network, &data)?;
    check.problems.or(())
}

/// The data with the labels that the network saw.
fn seen(data: Dataset, told: &ModelProfile) -> Result<Dataset, Problem> {
    let Some(superclasses) = &told.lineage.data.superclasses else { return Ok(data) };
    let first = |all: Vec<(_, Problem)>| all.into_iter().next().map_or_else(Problem::default, |(_, p)| p);
    let partition = Partition::new(&superclasses.iter().cloned().collect(), &data.classes).map_err(first)?;
    Ok(relabelled(&data, &partition))
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

    fn other_images(&mut self) -> Result<(), Problem> {
        self.table(PREDICTIONS, "images or labels are not the data's".into());
        Ok(())
    }

    fn table(&mut self, name: &str, what: String) {
        let remedy = "measure the variant again with `tierwise lab`";
        self.problems.push(Problem::new(what).in_file(self.folder.join(name)).remedy(remedy));
    }
}

/// What follows from the description alone.
fn counted(check: &mut Check, told: &ModelProfile, network: &Shipped) -> Result<(), Problem> {
    let times: Option<Vec<f64>> = told.layers.iter().map(|l| l.host_time_s).collect();
    check.equal("layers", &told.layers, &profile::layers(network, times.as_deref())?);
    check.equal("peak-activation-bytes", &told.peak_activation_bytes, &profile::peak(network)?);
    check.equal("input", &told.input, &network.architecture().input.map(|n| n as u32));
    check.equal("file.precision", &told.file.precision.as_str(), &network.precision());
    Ok(())
}

/// What follows from running all images.
fn answered(check: &mut Check, told: &ModelProfile, network: &Shipped, data: &Dataset) -> Result<(), Problem> {
    let table = Table::read(&check.folder.join(PREDICTIONS))?;
    let run = Answers::of(network, data);
    let crossings = crossings(network, data, Wanted::told(told)?.codecs())?;
    let early = Answers::early(network, data);
    let exits = |told: &ModelProfile| told.early_exits.iter().map(|exit| exit.tap.clone()).collect::<Vec<_>>();
    check.equal("early-exits.tap", &exits(told), &early.iter().map(|(tap, _)| tap.clone()).collect());
    let outputs = outputs(&run, &crossings, &early, |tap| told.temperature_at(tap));
    if has_logits(&table) {
        by_logits(check, told, &table, &outputs)?;
    } else {
        by_answers(check, told, &table, &outputs)?;
    }
    check.equal("classes", &told.classes, &data.classes);
    sizes::sizes(check, told, profile::taps(network, &crossings)?, &bytes_columns(&crossings, data))?;
    Ok(())
}

/// What a table with logits tells: from the stored logits on, everything is exact.
fn by_logits(check: &mut Check, told: &ModelProfile, table: &Table, outputs: &[Output]) -> Result<(), Problem> {
    let Some(stored) = stored(table, outputs)? else { return check.other_images() };
    if let Some((image, found, stored)) = outputs.iter().zip(&stored).find_map(|(o, stored)| farthest(o, stored)) {
        check.table(PREDICTIONS, format!("image {image} has the logit {stored}, but the weights give {found}"));
    }
    let again: Vec<Output> = outputs.iter().zip(&stored).map(|(o, part)| Output { part, ..*o }).collect();
    if let Some(name) = differs(table, &Output::columns(&again, true)) {
        check.table(PREDICTIONS, format!("the column `{name}` is not what the logits give"));
    }
    for (at, pair) in again.chunks_exact(2).enumerate() {
        if let Some(said) = Said::of(told, at, &pair[0]) {
            let raw = both(pair);
            summed(check, said, (&raw, &raw), 1e-6)?;
        }
    }
    Ok(())
}

/// What a table without logits tells: answers, unless two classes are as good as level; and how sure they are.
fn by_answers(check: &mut Check, told: &ModelProfile, table: &Table, outputs: &[Output]) -> Result<(), Problem> {
    if !same_images(table, outputs)? {
        return check.other_images();
    }
    let right = Output::columns(outputs, false);
    let moved = |name: &&str| table.columns().get(name) != right.get(name);
    if let Some(name) = ["split", "cut", "tap", "codec"].into_iter().find(moved) {
        check.table(PREDICTIONS, format!("the column `{name}` is not what was measured"));
    }
    let stored = table.u32("prediction")?;
    if let Some(what) = unlike(table, outputs)? {
        check.table(PREDICTIONS, what);
    }
    let mut stored = stored.iter();
    let mut answered = |part: &Part| {
        let answers: Vec<u32> = stored.by_ref().take(part.image.len()).copied().collect();
        part.clone().answered(&answers, told.classes.len())
    };
    for (at, pair) in outputs.chunks_exact(2).enumerate() {
        let raw = Answers { validation: answered(pair[0].part), test: answered(pair[1].part) };
        if let Some(said) = Said::of(told, at, &pair[0]) {
            summed(check, said, (&raw, &both(pair)), 1e-3)?;
        }
    }
    Ok(())
}

/// The answers of an output on both splits.
fn both(pair: &[Output]) -> Answers {
    Answers { validation: pair[0].part.clone(), test: pair[1].part.clone() }
}

/// What the profile says of an exit, the last or an early one.
struct Said<'a> {
    /// Where in the profile.
    field: String,
    accuracy: &'a Accuracy,
    calibration: &'a Calibration,
    /// How many classes there are.
    classes: usize,
}

impl<'a> Said<'a> {
    /// Of the answers at a place of the table; none where the profile does not speak of them.
    fn of(told: &'a ModelProfile, at: usize, output: &Output) -> Option<Self> {
        let classes = told.classes.len();
        if at == 0 {
            let (accuracy, calibration) = (&told.accuracy, &told.calibration);
            return Some(Self { field: String::new(), accuracy, calibration, classes });
        }
        let exit = told.early_exits.iter().find(|exit| exit.tap == output.tap && output.cut == INPUT)?;
        let field = format!("early-exits.{}.", exit.tap);
        Some(Self { field, accuracy: &exit.accuracy, calibration: &exit.calibration, classes })
    }
}

/// Whether that follows from the answers and the logits that an exit gives.
fn summed(
    check: &mut Check,
    Said { field, accuracy, calibration, classes }: Said,
    (answers, logits): (&Answers, &Answers),
    near: f64,
) -> Result<(), Problem> {
    check.equal(&format!("{field}accuracy"), accuracy, &figures::accuracy(answers, classes));
    calibrated(check, (&format!("{field}calibration"), calibration), &figures::calibration(logits)?, near);
    Ok(())
}

/// The first image with another answer, or another confidence.
fn unlike(table: &Table, outputs: &[Output]) -> Result<Option<String>, Problem> {
    let (answer, sure, led) = (table.u32("prediction")?, table.f32("confidence")?, table.f32("margin")?);
    let mut rows = outputs.iter().flat_map(|o| o.part.image.iter().zip(o.part.rows()).map(move |row| (o, row)));
    let different = |i: usize| {
        let (output, (image, (_, logits))) = rows.next()?;
        let (given, [now, lead], near) =
            (best(logits) as u32, confidence(logits, output.temperature), tolerance(output));
        let moved = (now - sure[i]).abs().max((lead - led[i]).abs());
        let told = || {
            let stored = format!("image {image} is answered with {} at {}", answer[i], sure[i]);
            format!("{stored}, but the weights give {given} at {now}")
        };
        (moved > near || (given != answer[i] && lead > near)).then(told)
    };
    Ok((0..answer.len()).find_map(different))
}

/// Equal up to what logarithms, and without stored logits instruction sets, differ in.
fn calibrated(check: &mut Check, (field, told): (&str, &Calibration), found: &Calibration, near: f64) {
    let figures = |c: &Calibration| [c.temperature, c.ece_before, c.ece_after, c.nll_before, c.nll_after];
    if figures(told).iter().zip(figures(found)).any(|(a, b)| (a - b).abs() > near) {
        check.equal(field, told, found);
    }
}

/// Whether a table speaks of the same images with the same labels.
fn same_images(table: &Table, run: &[Output]) -> Result<bool, Problem> {
    let images = run.iter().flat_map(|o| &o.part.image);
    let labels = run.iter().flat_map(|o| &o.part.label).map(|&l| u32::from(l));
    Ok(images.eq(table.u32("image")?) && labels.eq(table.u32("label")?.iter().copied()))
}

/// The stored answers, output by output, if the table speaks of the same images.
fn stored(table: &Table, run: &[Output]) -> Result<Option<Vec<Part>>, Problem> {
    if !same_images(table, run)? {
        return Ok(None);
    }
    let classes = run.first().map_or(0, |o| o.part.classes());
    let columns = (0..classes).map(|k| table.f32(&format!("logit_{k}"))).collect::<Result<Vec<_>, _>>()?;
    let mut rows = 0..table.rows();
    let part = |o: &Output| {
        let rows = rows.by_ref().take(o.part.image.len());
        let logits = rows.flat_map(|row| columns.iter().map(move |c| c[row])).collect();
        Part { logits, ..o.part.clone() }
    };
    Ok(Some(run.iter().map(part).collect()))
}

/// How far a logit may be off, as instruction sets differ; where activations are rounded on their way, a small
/// difference can become one step of the codec's.
fn tolerance(output: &Output) -> f32 {
    if output.cut == INPUT { 1e-3 } else { 1e-1 }
}

/// The first image with a logit farther off: image, run, stored.
fn farthest(output: &Output, stored: &Part) -> Option<(u32, f32, f32)> {
    let run = output.part;
    let near = |a: f32, b: f32| (a - b).abs() <= tolerance(output) * (1.0 + a.abs());
    let pairs = run.logits.iter().zip(&stored.logits).enumerate();
    let off = pairs.map(|(i, (&a, &b))| (i, a, b)).find(|&(_, a, b)| !near(a, b));
    off.map(|(i, a, b)| (run.image[i / run.classes().max(1)], a, b))
}

/// The first column that differs.
fn differs<'a>(table: &Table, right: &'a Columns) -> Option<&'a str> {
    right.iter().find(|(name, column)| table.columns().get(name) != Some(column)).map(|(name, _)| name)
}
