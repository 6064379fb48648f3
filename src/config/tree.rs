//! A TOML file as a tree that knows where each key and value stands.

use crate::problem::{Problem, Problems, Source};
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Bytes in the file.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    String(String),
    /// A whole number; TOML's 64 bits, and those above that an unsigned field takes.
    Integer(i128),
    /// A real number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A date or time, as text.
    Datetime(String),
    /// A list.
    Array(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Range<usize>,
    /// The value.
    pub node: Node,
}

impl Value {
    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Datetime(_) => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Default for Node {
    /// A table without entries.
    fn default() -> Self {
        Self { span: 0..0, value: Value::Table(Vec::new()) }
    }
}

impl Node {
    /// The entries of a table; none if it is something else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none if it is something else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The entry of this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

impl std::str::FromStr for Node {
    type Err = Problems;

    /// The table that a TOML text describes.
    fn from_str(text: &str) -> Result<Self, Problems> {
        let (root, problems) = parse(&Source::new("", text));
        problems.or(root)
    }
}

/// Parses a file, with all its syntax errors.
pub(super) fn parse(source: &Arc<Source>) -> (Node, Problems) {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    let mut problems = Problems(errors.iter().map(|e| syntax(source, e)).collect());
    let span = root.span();
    let value = table(root.into_inner(), source, &mut problems);
    super::sort_by_place(&mut problems);
    (Node { span, value }, problems)
}

fn syntax(source: &Arc<Source>, error: &toml::de::Error) -> Problem {
    let end = source.text.len();
    Problem::new(format!("not TOML: {}", error.message())).at(source, error.span().unwrap_or(end..end))
}

fn table(table: DeTable<'_>, source: &Arc<Source>, problems: &mut Problems) -> Value {
    let mut entries: Vec<Entry> = table.into_iter().map(|(key, value)| entry(key, value, source, problems)).collect();
    entries.sort_by_key(|e| e.key_span.start);
    Value::Table(entries)
}

fn entry(
    key: Spanned<std::borrow::Cow<'_, str>>,
    value: Spanned<DeValue<'_>>,
    source: &Arc<Source>,
    problems: &mut Problems,
) -> Entry {
    let key_span = key.span();
    Entry { key: key.into_inner().into_owned(), key_span, node: node(value, source, problems) }
}

fn node(value: Spanned<DeValue<'_>>, source: &Arc<Source>, problems: &mut Problems) -> Node {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(number) => Value::Integer(integer(&number, &span, source, problems)),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Boolean(flag),
        DeValue::Datetime(date) => Value::Datetime(date.to_string()),
        DeValue::Array(items) => Value::Array(items.into_iter().map(|item| node(item, source, problems)).collect()),
        DeValue::Table(inner) => table(inner, source, problems),
    };
    Node { span, value }
}

fn integer(number: &DeInteger<'_>, span: &Range<usize>, source: &Arc<Source>, problems: &mut Problems) -> i128 {
    let parsed = i128::from_str_radix(number.as_str(), number.radix());
    let in_range = parsed.ok().filter(|n| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(n));
    if in_range.is_none() {
        let problem = Problem::new("a whole number of more than 64 bits").received(number);
        problems.push(problem.at(source, span.clone()));
    }
    in_range.unwrap_or(0)
}
