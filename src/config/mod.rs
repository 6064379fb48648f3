//! TOML files that say everything that is wrong with them at once.
//!
//! A file is parsed once to a tree that knows where each key and value stands ([`Document::parse`]), walked against
//! the JSON schema of the type it describes ([`Document::check`]: unknown keys, missing keys, wrong kinds, units,
//! names), and then fills that type ([`Document::read`]). [`load`] does all three. Values may be substituted in the
//! tree between ([`Document::with`]), for sweeps. Types that are read need no knowledge of places: who checks their
//! meaning asks the document where a path stands ([`Document::blame`]).

mod any;
mod check;
mod named;
mod quantity;
mod read;
mod reference;
mod schema;
mod tree;

pub use named::Named;
pub use quantity::in_base_unit;
pub use read::Fault;
pub use reference::{Key, page};
pub use schema::Schema;
pub use tree::{Entry, Node, Value};

use crate::problem::{Problem, Problems, Source};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A parsed TOML file.
#[derive(Clone, Debug)]
pub struct Document {
    source: Arc<Source>,
    root: Node,
}

impl Document {
    /// Parses a file.
    ///
    /// # Errors
    /// All its syntax errors.
    pub fn parse(source: Arc<Source>) -> Result<Self, Problems> {
        let (root, problems) = tree::parse(&source);
        problems.or(Self { source, root })
    }

    /// The file.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// All of it.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// All that the schema does not allow, in the order of the file.
    pub fn check(&self, schema: &Schema) -> Problems {
        in_order(check::check(&self.source, &self.root, schema))
    }

    /// Fills a type.
    ///
    /// # Errors
    /// The first value that the type refuses; [`Document::check`] finds nearly all of these at once.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        T::deserialize(&self.root).map_err(|fault| {
            let span = fault.span.unwrap_or_else(|| self.root.span.clone());
            let received = self.source.text.get(span.clone()).filter(|t| t.len() <= 40 && !t.contains('\n'));
            let problem = Problem::new(fault.message).at(&self.source, span.clone());
            received.into_iter().fold(problem, |p, text| p.received(text))
        })
    }

    /// The value at a path of keys (and, in lists, of positions).
    pub fn get(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(&self.root, |node, key| step(node, key).map(|(node, _)| node))
    }

    /// Where a path stands: its value, or the key of the innermost table on the way that exists.
    pub fn place(&self, path: &[&str]) -> Range<usize> {
        let mut at = (&self.root, 0..0);
        for (depth, key) in path.iter().enumerate() {
            let Some((node, span)) = step(at.0, key) else { return at.1 };
            let last = depth + 1 == path.len();
            let whole = last && !matches!(node.value, Value::Table(_));
            at = (node, if whole { node.span.clone() } else { span });
        }
        at.1
    }

    /// The problem, at the place of a path.
    pub fn blame(&self, path: &[&str], problem: Problem) -> Problem {
        problem.at(&self.source, self.place(path))
    }

    /// The problem, at the key that a path ends in.
    pub fn blame_key(&self, path: &[&str], problem: Problem) -> Problem {
        let parent = path.split_last().and_then(|(key, table)| self.get(table)?.entry(key));
        match parent {
            Some(entry) => problem.at(&self.source, entry.key_span.clone()),
            None => self.blame(path, problem),
        }
    }

    /// The same file with another value at a dotted path, as if `key` stood there with `value`.
    ///
    /// # Errors
    /// A [`Problem`] at `key` where a table on the path does not exist.
    pub fn with(&self, path: &str, key: &Range<usize>, value: Node) -> Result<Self, Problem> {
        let mut changed = self.clone();
        let steps: Vec<&str> = path.split('.').collect();
        let (last, tables) = steps.split_last().unwrap_or((&"", &[]));
        let missing = |name: &str, node: &Node| self.no_such(path, name, node).at(&self.source, key.clone());
        let mut node = &mut changed.root;
        for name in tables {
            node = match node.entries().iter().position(|e| e.key == *name) {
                Some(i) => inner(node, i).ok_or_else(|| Problem::new("not a table"))?,
                None => return Err(missing(name, node)),
            };
        }
        put(node, last, key, value).map_err(|node| missing(last, &node))?;
        Ok(changed)
    }

    fn no_such(&self, path: &str, name: &str, node: &Node) -> Problem {
        let known: Vec<&str> = node.entries().iter().map(|e| e.key.as_str()).collect();
        let problem = Problem::new(format!("the path `{path}` leads nowhere: there is no `{name}`"));
        match known.as_slice() {
            [] => problem.remedy("write a path through tables of this file, down to a value"),
            known => problem.remedy(crate::problem::remedy_for_name(name, known.iter().copied())),
        }
    }
}

fn step<'a>(node: &'a Node, key: &str) -> Option<(&'a Node, Range<usize>)> {
    match &node.value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?).map(|item| (item, item.span.clone())),
        _ => node.entry(key).map(|entry| (&entry.node, entry.key_span.clone())),
    }
}

fn inner(node: &mut Node, index: usize) -> Option<&mut Node> {
    match &mut node.value {
        Value::Table(entries) => entries.get_mut(index).map(|entry| &mut entry.node),
        _ => None,
    }
}

/// Sets a key of a table; gives back what is no table.
fn put(node: &mut Node, key: &str, key_span: &Range<usize>, value: Node) -> Result<(), Node> {
    let Value::Table(entries) = &mut node.value else { return Err(node.clone()) };
    let entry = Entry { key: key.into(), key_span: key_span.clone(), node: value };
    match entries.iter_mut().find(|e| e.key == key) {
        Some(old) => *old = entry,
        None => entries.push(entry),
    }
    Ok(())
}

/// Problems in the order of the file, each once.
pub fn in_order(mut problems: Problems) -> Problems {
    sort_by_place(&mut problems);
    let mut seen = Vec::new();
    problems.0.retain(|p| is_new(&mut seen, (start_and_end(p), p.to_string())));
    problems
}

fn sort_by_place(problems: &mut Problems) {
    problems.0.sort_by_key(start_and_end);
}

/// Where it stands; without a place, behind all that have one.
fn start_and_end(problem: &Problem) -> (usize, usize) {
    problem.place.as_ref().map_or((usize::MAX, 0), |place| (place.span.start, place.span.end))
}

/// Notes what was not seen before: few enough things to look through.
pub fn is_new<T: PartialEq>(seen: &mut Vec<T>, thing: T) -> bool {
    let new = !seen.contains(&thing);
    if new {
        seen.push(thing);
    }
    new
}

/// Reads a file from disk.
///
/// # Errors
/// A [`Problem`] that names the file.
pub fn source(path: &Path) -> Result<Arc<Source>, Problem> {
    let bytes = std::fs::read(path).map_err(|e| Problem::io("read the file", path, &e))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Problem::new(format!("not UTF-8 text: byte {at} belongs to no character")).in_file(path)
    })?;
    Ok(Source::new(path, text))
}

/// Parses a file, checks it against its type's schema, and fills the type.
///
/// # Errors
/// All syntax errors; or else all that the schema does not allow; or else what the type refuses.
pub fn load<T: DeserializeOwned + JsonSchema>(source: Arc<Source>) -> Result<(T, Document), Problems> {
    let document = Document::parse(source)?;
    document.check(&Schema::of::<T>()).or(())?;
    let value = document.read()?;
    Ok((value, document))
}

#[cfg(test)]
mod tests;
