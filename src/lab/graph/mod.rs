//! From a recipe to networks: each is made after those it needs; what is already made is not made again, what was cut
//! goes on.

mod bench;
mod compare;
mod content;
mod estimate;
mod order;
mod steps;
mod subjects;
mod trial;

pub use compare::{Compared, Spread};
pub(in crate::lab) use estimate::training as training_time;

use super::distil::Memory;
use super::recipe;
use crate::problem::Problems;
pub(in crate::lab) use bench::{Bench, Plan};
use std::path::{Path, PathBuf};
use std::sync::{Arc, atomic::AtomicBool};
use std::time::Duration;
pub(in crate::lab) use trial::needed;

/// How a recipe is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the data's files, where the source needs any.
    pub data: Option<PathBuf>,
    /// Where networks go, each into a folder of its name.
    pub out: PathBuf,
    /// Make these variants and what they need only; all if empty.
    pub only: Vec<String>,
    /// Say what would be made, and make nothing.
    pub dry_run: bool,
    /// The folder into which the tables of all networks of the recipe go, if any.
    pub table: Option<PathBuf>,
    /// Say how far it is, on standard error.
    pub progress: bool,
    /// Where it is told to stop: a training then keeps its state, so that the next run goes on from there.
    pub stop: Option<Arc<AtomicBool>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data: None,
            out: "results/models".into(),
            only: Vec::new(),
            dry_run: false,
            table: None,
            progress: true,
            stop: None,
        }
    }
}

/// A network of the recipe.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, and folder.
    pub name: String,
    /// Names of the networks it needs.
    pub needs: Vec<String>,
    /// Whether it was made now, or in a dry run would be.
    pub made: bool,
    /// In a dry run: about how long that would take.
    pub takes: Option<Duration>,
}

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Every network, those it needs first.
    pub entries: Vec<Entry>,
    /// Of variants with several seeds.
    pub spreads: Vec<Spread>,
    /// What the recipe compares.
    pub compared: Vec<Compared>,
}

/// Makes a recipe's variants.
///
/// # Errors
/// All [`Problems`] of the recipe and the data at once; then the first that a step meets.
pub fn run(path: &Path, options: &Options) -> Result<Summary, Problems> {
    let (recipe, document) = recipe::load(path)?;
    let order = order::order(&recipe, &options.only)?;
    let data = recipe.data.source.load(options.data.as_deref())?;
    recipe::check_against(&recipe, &document, &data)?;
    let recipe_file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut bench = Bench::new(&recipe, recipe_file, &data, options);
    let mut entries = Vec::new();
    for instance in &order {
        let (made, takes) = bench.make(instance)?;
        let needs = order::needs(&recipe, instance).map(|n| n.name).collect();
        entries.push(Entry { name: instance.name.clone(), needs, made, takes });
    }
    if options.only.is_empty() && !options.dry_run {
        Memory::forget(&bench.kept())?;
    }
    let profiles = bench.profiles(&order);
    if let Some(table) = options.table.as_ref().filter(|_| !options.dry_run) {
        subjects::evaluation(&recipe, &data, &options.out, &profiles)?.write(table)?;
    }
    let compared = compare::compared(&recipe, &options.out, &profiles)?;
    Ok(Summary { entries, spreads: compare::spreads(&profiles), compared })
}
