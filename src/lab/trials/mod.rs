//! From a recipe's searches to trials, their history and what is best.
//!
//! A search's folder holds `trials/` (what is known of each trial, by the hash of all that makes it), `.checkpoints/` (their
//! trainings), `history.parquet` (a row a trial and rung), `summary.json` and `best.toml`. A search that was cut walks the
//! same way again: what is known is not trained a second time, and a cut training goes on from its state.

pub mod history;
mod hyper;
mod inline;
mod networks;
mod race;
mod record;
mod shop;
mod stopwatch;
mod summary;
#[cfg(test)]
mod tests;

pub use summary::Outcome;

use crate::catalog;
use crate::config::Document;
use crate::lab::data::{Dataset, Images};
use crate::lab::graph;
use crate::lab::recipe::{self, Recipe, instances};
use crate::lab::search::Search;
use crate::lab::search::architecture::Precision;
use crate::problem::{Problem, Problems, remedy_for_name};
use history::{HISTORY, History};
use shop::Shop;
use std::path::{Path, PathBuf};
use std::sync::{Arc, atomic::AtomicBool};

/// How searches are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the data's files, where the source needs any.
    pub data: Option<PathBuf>,
    /// Where networks are that variants need, such as teachers; they are made first.
    pub models: PathBuf,
    /// Where results go, those of each search into a folder of its name.
    pub out: PathBuf,
    /// Only these searches; all if empty.
    pub only: Vec<String>,
    /// Say about how long it would take, and try nothing.
    pub dry_run: bool,
    /// Say how far it is, on standard error.
    pub progress: bool,
    /// Where it is told to stop: what was found is kept, and the next run goes on from there.
    pub stop: Option<Arc<AtomicBool>>,
}

/// Runs a recipe's searches.
///
/// # Errors
/// All [`Problems`] of the recipe and the data at once; then the first that a trial meets.
pub fn run(path: &Path, options: &Options) -> Result<Vec<Outcome>, Problems> {
    let (recipe, document) = recipe::load(path)?;
    let names = wanted(&recipe, &options.only)?;
    let data = unseen(recipe.data.source.load(options.data.as_deref())?);
    recipe::check_against(&recipe, &document, &data)?;
    let told = names.iter().flat_map(|name| recipe::trials_at_ends(&recipe, &document, name, Some(&data)).0);
    crate::config::in_order(Problems(told.collect())).or(())?;
    let mut outcomes = Vec::new();
    for name in names {
        if let Some(search) = recipe.searches.get(&name) {
            outcomes.push(one(path, &recipe, &document, &data, &name, search, options)?);
        }
    }
    Ok(outcomes)
}

fn wanted(recipe: &Recipe, only: &[String]) -> Result<Vec<String>, Problems> {
    let mut problems = Problems::default();
    for name in only.iter().filter(|name| recipe.searches.get(name).is_none()) {
        let remedy = remedy_for_name(name, recipe.searches.names());
        problems.push(Problem::new("the recipe has no such search").received(format!("`{name}`")).remedy(remedy));
    }
    if recipe.searches.is_empty() {
        problems.push(Problem::new("the recipe has no searches").remedy("add a table `[searches.NAME.hyper]`"));
    }
    let all = recipe.searches.names().filter(|name| only.is_empty() || only.iter().any(|o| o == name));
    problems.or(all.map(String::from).collect())
}

/// The data without their test images: no choice can be made by what is not there.
fn unseen(data: Dataset) -> Dataset {
    Dataset { test: Images::default(), ..data }
}

fn one(
    path: &Path,
    recipe: &Recipe,
    document: &Document,
    data: &Dataset,
    name: &str,
    search: &Search,
    options: &Options,
) -> Result<Outcome, Problems> {
    let base = search.base();
    let recipe = search.epochs().map_or_else(|| recipe.clone(), |n| recipe::with_epochs(recipe, base, n));
    let missing = || Problem::new("unknown variant").received(format!("`{base}`"));
    let instance = instances(&recipe, base).into_iter().next().ok_or_else(missing)?;
    let train = recipe.variants.get(base).and_then(|v| v.train.clone()).ok_or_else(missing)?;
    let making = graph::Options {
        data: options.data.clone(),
        out: options.models.clone(),
        only: graph::needed(&recipe, &instance),
        dry_run: true,
        progress: options.progress,
        stop: options.stop.clone(),
        table: None,
    };
    let (device, precision) = match search {
        Search::Architecture(networks) => (catalog::device(&networks.preset), networks.precision),
        Search::Hyper(_) => (None, Precision::F32),
    };
    let shop = Shop {
        name,
        recipe: &recipe,
        document,
        data,
        making: &making,
        options,
        base,
        instance,
        train,
        precision,
        device,
        folder: options.out.join(name),
    };
    if options.dry_run {
        return summary::foreseen(&shop, search);
    }
    if !making.only.is_empty() {
        graph::run(path, &graph::Options { dry_run: false, ..making.clone() })?;
    }
    searched(&shop, search)
}

/// What was found is kept, however the search ends.
fn searched(shop: &Shop, search: &Search) -> Result<Outcome, Problems> {
    let mut history = History::default();
    let ended = match search {
        Search::Hyper(hyper) => hyper::search(shop, hyper, &mut history),
        Search::Architecture(networks) => networks::search(shop, networks, &mut history),
    };
    if let Search::Architecture(networks) = search {
        history.judge(&networks.goals, shop.data.classes.len());
    }
    history.columns(shop.name).write(&shop.folder.join(HISTORY))?;
    ended?;
    summary::write(shop, search, &history)
}
