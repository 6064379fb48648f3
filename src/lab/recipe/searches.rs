//! What must hold of a recipe's searches, and the recipe that a trial is.

use super::check::{is_plain, unknown, variants};
use super::{Recipe, Variant};
use crate::config::{Document, Node, Schema, Value};
use crate::lab::architecture::Form;
use crate::lab::data::Dataset;
use crate::lab::search::settings::{Dimension, Hyper, Search, space};
use crate::lab::search::space::{Point, Setting, Space};
use crate::problem::{Problem, Problems, remedy_for_name};
use std::ops::Range;

/// The name under which a trial's network stands among a recipe's.
const TRIED: &str = "tried";

/// All that needs no data.
pub fn meaning(recipe: &Recipe, document: &Document) -> Problems {
    let mut problems = Problems::default();
    for (name, search) in recipe.searches.iter() {
        let blame = |path: &[String], problem: Problem| {
            let all = ["searches", name, search.kind()].into_iter().chain(path.iter().map(String::as_str));
            document.blame(&all.collect::<Vec<_>>(), problem)
        };
        if !is_plain(name) {
            let problem = Problem::new("a search's name is a folder's: letters, digits, `-` and `_`");
            problems.push(document.blame_key(&["searches", name], problem.received(format!("`{name}`"))));
        }
        let complaints = search.complaints();
        let sound = complaints.is_empty();
        complaints.into_iter().for_each(|(path, why)| problems.push(blame(&path, Problem::new(why))));
        match unfit(recipe, search) {
            Some(problem) => problems.push(blame(&["base".into()], problem)),
            None if sound => problems.0.extend(trials_at_ends(recipe, document, name, None).0),
            None => {}
        }
    }
    problems
}

/// Why a variant cannot be searched, if it cannot.
fn unfit(recipe: &Recipe, search: &Search) -> Option<Problem> {
    let name = search.base();
    let Some(base) = recipe.variants.get(name) else {
        return Some(unknown("variant", name, remedy_for_name(name, recipe.variants.names())));
    };
    let Variant { train, prune, quantise, coded, architecture, .. } = base;
    let whole = train.is_some() && prune.is_none() && quantise.is_none() && !coded;
    let remedy = "name a variant that is trained, and neither pruned, quantised nor coded";
    match search {
        _ if !whole => Some(Problem::new("nothing that is done by one training").remedy(remedy)),
        Search::Architecture(_) if architecture.is_none() => {
            let problem = Problem::new("begins from another network, in whose place none can be put");
            Some(problem.remedy("name a variant that begins from an `architecture`"))
        }
        _ => None,
    }
}

/// What is wrong with trials that set one axis to an end and the others to their middle; with `data`, what they say too.
pub fn trials_at_ends(recipe: &Recipe, document: &Document, name: &str, data: Option<&Dataset>) -> Problems {
    let mut problems = Problems::default();
    let Some(Search::Hyper(hyper)) = recipe.searches.get(name) else { return problems };
    let space = space(&hyper.space);
    for point in space.ends() {
        let overrides = overrides(hyper, &space, &point, |axis| place(document, name, axis));
        let Some((changed, document)) = problems.note(checked(document, &hyper.base, &overrides)) else { continue };
        if let Some(data) = data {
            problems.note(super::check_against(&changed, &document, data));
        }
    }
    problems
}

/// Where an axis stands.
fn place(document: &Document, name: &str, axis: usize) -> Range<usize> {
    document.place(&["searches", name, "hyper", "space", &axis.to_string(), "key"])
}

/// What a point sets: key and value of each axis that counts, each value said to stand at a place.
fn overrides(hyper: &Hyper, space: &Space, point: &Point, at: impl Fn(usize) -> Range<usize>) -> Vec<(String, Node)> {
    let one = |(axis, dimension): (usize, &Dimension)| {
        let value = value(dimension, space.setting(point, axis)?);
        Some((dimension.key.clone(), placed(value, &at(axis))))
    };
    hyper.space.iter().enumerate().filter_map(one).collect()
}

fn value(dimension: &Dimension, setting: Setting) -> Value {
    match setting {
        Setting::Real(number) => Value::Float(number),
        Setting::Whole(number) => Value::Integer(number.into()),
        Setting::Choice(choice) => {
            dimension.choices.get(choice).map_or(Value::Table(Vec::new()), |node| node.value.clone())
        }
    }
}

/// A value all of whose parts are said to stand at one place.
fn placed(mut value: Value, span: &Range<usize>) -> Node {
    match &mut value {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = placed(item.value.clone(), span)),
        Value::Table(entries) => entries.iter_mut().for_each(|entry| {
            entry.key_span = span.clone();
            entry.node = placed(entry.node.value.clone(), span);
        }),
        _ => {}
    }
    Node { span: span.clone(), value }
}

fn with(document: &Document, base: &str, overrides: &[(String, Node)]) -> Result<Document, Problem> {
    overrides.iter().try_fold(document.clone(), |document, (key, node)| {
        let whole = key.starts_with("architectures.");
        let path = if whole { key.clone() } else { format!("variants.{base}.{key}") };
        document.with(&path, &node.span, node.clone())
    })
}

fn checked(document: &Document, base: &str, overrides: &[(String, Node)]) -> Result<(Recipe, Document), Problems> {
    let document = with(document, base, overrides)?;
    document.check(&Schema::of::<Recipe>()).or(())?;
    let recipe: Recipe = document.read()?;
    variants(&recipe, &document).or((recipe, document))
}

/// The recipe of the trial at a point, and what it sets.
///
/// # Errors
/// What it sets together makes no sense.
pub fn at_point(
    document: &Document,
    name: &str,
    hyper: &Hyper,
    point: &Point,
) -> Result<(Recipe, Vec<(String, Node)>), Problem> {
    let overrides = overrides(hyper, &space(&hyper.space), point, |axis| place(document, name, axis));
    let recipe = with(document, &hyper.base, &overrides)?.read()?;
    Ok((recipe, overrides))
}

/// The recipe of a trial with another network in the variant.
pub fn with_form(recipe: &Recipe, base: &str, form: Form) -> Recipe {
    let mut changed = varied(recipe, base, |variant| variant.architecture = Some(TRIED.into()));
    let others = recipe.architectures.iter().filter(|(name, _)| *name != TRIED);
    let others = others.map(|(name, form)| (name.to_string(), form.clone()));
    changed.architectures = others.chain([(TRIED.to_string(), form)]).collect();
    changed
}

/// The recipe with a variant trained for so many epochs.
pub fn with_epochs(recipe: &Recipe, base: &str, epochs: u32) -> Recipe {
    varied(recipe, base, |variant| variant.train.iter_mut().for_each(|train| train.epochs = epochs))
}

fn varied(recipe: &Recipe, base: &str, change: impl Fn(&mut Variant)) -> Recipe {
    let variant = |(name, variant): (&str, &Variant)| {
        let mut variant = variant.clone();
        if name == base {
            change(&mut variant);
        }
        (name.to_string(), variant)
    };
    Recipe { variants: recipe.variants.iter().map(variant).collect(), ..recipe.clone() }
}
