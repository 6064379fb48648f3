//! The models of a scenario: where they come from, and whether their tables are whole.

use super::trace;
use crate::catalog::{ModelProfile, ModelTables, PROFILE, SizeOf, Split};
use crate::problem::{Problem, Problems, Source};
use crate::sim::Trace;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where profiles and tables come from: files, or a test's made-up ones.
pub trait Loader {
    /// The profile in a variant's folder.
    ///
    /// # Errors
    /// The folder or profile is missing, unreadable or broken.
    fn profile(&self, folder: &Path) -> Result<ModelProfile, Problems>;

    /// What the variant in this folder said about the images of a split.
    ///
    /// # Errors
    /// The tables are missing, unreadable or broken.
    fn tables(&self, folder: &Path, split: Split) -> Result<ModelTables, Problems>;

    /// The text of a file: a trace.
    ///
    /// # Errors
    /// It is missing, unreadable or no text.
    fn text(&self, file: &Path) -> Result<String, Problem> {
        Err(Problem::new("cannot read the trace: no such file").in_file(file))
    }
}

/// A variant with all that was measured of it.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its profile.
    pub profile: ModelProfile,
    /// What it said about the validation images.
    pub validation: Arc<ModelTables>,
    /// What it said about the test images.
    pub test: Arc<ModelTables>,
}

/// All variants that a scenario names, by folder, and all traces, by file.
#[derive(Clone, Debug, Default)]
pub struct Library {
    variants: BTreeMap<PathBuf, Variant>,
    traces: BTreeMap<PathBuf, Arc<Trace>>,
}

impl Library {
    /// The variant in this folder.
    pub fn get(&self, folder: &Path) -> Option<&Variant> {
        self.variants.get(folder)
    }

    /// All variants, in the order of their folders.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &Variant)> {
        self.variants.iter().map(|(folder, variant)| (folder.as_path(), variant))
    }

    pub(super) fn add(&mut self, folder: &Path, variant: Variant) {
        self.variants.insert(folder.to_path_buf(), variant);
    }

    /// The trace in this file.
    pub fn trace(&self, file: &Path) -> Option<&Arc<Trace>> {
        self.traces.get(file)
    }

    /// All traces, in the order of their files.
    pub fn traces(&self) -> impl Iterator<Item = (&Path, &Trace)> {
        self.traces.iter().map(|(file, trace)| (file.as_path(), trace.as_ref()))
    }

    /// Loads a trace, unless it is there.
    pub(super) fn load_trace(&mut self, file: &Path, loader: &dyn Loader) -> Result<(), Problems> {
        if !self.traces.contains_key(file) {
            let source = Source::new(file, loader.text(file)?);
            self.traces.insert(file.to_path_buf(), Arc::new(trace::parse(&source)?));
        }
        Ok(())
    }
}

impl Variant {
    /// Loads a variant and checks that its tables are whole.
    pub(super) fn load(folder: &Path, loader: &dyn Loader) -> Result<Self, Problems> {
        let profile = loader.profile(folder).map_err(|problems| advise(problems, folder))?;
        let mut problems = Problems::default();
        let validation = problems.note(tables(&profile, folder, loader, Split::Validation));
        let test = problems.note(tables(&profile, folder, loader, Split::Test));
        match (validation, test) {
            (Some(validation), Some(test)) => Ok(Self { profile, validation, test }),
            _ => Err(problems),
        }
    }

    /// What it said about the images of a split.
    pub fn tables(&self, split: Split) -> &Arc<ModelTables> {
        match split {
            Split::Validation => &self.validation,
            Split::Test => &self.test,
        }
    }
}

/// A missing profile is most often a folder's name mistyped, or a lab that was not run.
fn advise(mut problems: Problems, folder: &Path) -> Problems {
    let there = folder.join(PROFILE).exists();
    let missing = |problem: &&mut Problem| !there && problem.file.is_some() && problem.remedy.is_none();
    for problem in problems.0.iter_mut().filter(missing) {
        problem.remedy =
            Some(format!("name the folder of a variant (it holds `{PROFILE}`), or make it with `tierwise lab`"));
    }
    problems
}

fn tables(
    profile: &ModelProfile,
    folder: &Path,
    loader: &dyn Loader,
    split: Split,
) -> Result<Arc<ModelTables>, Problems> {
    let tables = loader.tables(folder, split)?;
    whole(profile, &tables, split).map(|()| Arc::new(tables))
}

/// Whether all columns have an entry for each image that the profile counted.
fn whole(profile: &ModelProfile, tables: &ModelTables, split: Split) -> Result<(), Problems> {
    let of = match split {
        Split::Validation => profile.accuracy.validation.of,
        Split::Test => profile.accuracy.test.of,
    };
    let mut check = Tables { id: &profile.id, split, problems: Problems::default() };
    check.rows("image", tables.image.len(), of);
    check.rows("label", tables.label.len(), of);
    check.classes("label", &tables.label, profile.classes.len());
    for output in &tables.outputs {
        let column = |name: &str| format!("{name} of `{}` under `{}`", output.tap, output.codec);
        check.rows(&column("prediction"), output.prediction.len(), of);
        check.rows(&column("confidence"), output.confidence.len(), of);
        check.rows(&column("margin"), output.margin.len(), of);
        check.classes(&column("prediction"), &output.prediction, profile.classes.len());
        check.probabilities(&column("confidence"), &output.confidence);
    }
    tables
        .sizes
        .iter()
        .for_each(|s| check.rows(&format!("bytes of `{}` under `{}`", s.tap, s.codec), s.bytes.len(), of));
    check.measured(profile, tables);
    check.problems.or(())
}

struct Tables<'a> {
    id: &'a str,
    split: Split,
    problems: Problems,
}

impl Tables<'_> {
    fn tell(&mut self, what: &str, received: String) {
        let problem = Problem::new(format!("the tables of `{}` ({} images) {what}", self.id, self.split.name()));
        let remedy = "measure the variant again with `tierwise lab`";
        self.problems.push(problem.received(received).remedy(remedy));
    }

    fn rows(&mut self, column: &str, rows: usize, of: u64) {
        if rows as u64 != of {
            self.tell("are truncated or belong to another profile", format!("{rows} rows of {column}, {of} images"));
        }
    }

    fn classes(&mut self, column: &str, values: &[u16], classes: usize) {
        if let Some(class) = values.iter().find(|class| usize::from(**class) >= classes) {
            self.tell("name a class that does not exist", format!("class {class} in {column}, {classes} classes"));
        }
    }

    fn probabilities(&mut self, column: &str, values: &[f32]) {
        if let Some(value) = values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            self.tell("hold a confidence that is no probability", format!("{value} in {column}"));
        }
    }

    /// Each exit needs its answers, each codec whose size differs its bytes.
    fn measured(&mut self, profile: &ModelProfile, tables: &ModelTables) {
        for tap in &profile.taps {
            if tap.exit && tables.output(&tap.name, "raw").is_none() {
                self.tell("lack the answers of an exit", format!("nothing for `{}`", tap.name));
            }
            let differ = tap.codecs.iter().filter(|c| matches!(c.bytes, SizeOf::PerImage { .. }));
            for codec in differ.filter(|c| tables.size(&tap.name, &c.name).is_none()) {
                self.tell(
                    "lack bytes that differ by image",
                    format!("nothing for `{}` under `{}`", tap.name, codec.name),
                );
            }
        }
    }
}
