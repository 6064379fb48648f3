//! Points: the assignments of a sweep.

use super::file::File;
use crate::config::{Document, Entry, Node, Value, in_base_unit};
use crate::problem::{Problem, Problems};

/// One assignment of the swept parameter.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its number, from 0.
    pub index: u32,
    /// The swept parameter's dotted path; empty if nothing is swept.
    pub parameter: String,
    /// Its value, as written.
    pub value: String,
    /// Its value in its base unit; not a number if it is none.
    pub value_base: f64,
    /// That base unit; empty if it has none.
    pub unit: &'static str,
    /// What the file says with this value put in its place.
    pub file: File,
    pub(super) document: Document,
}

/// A value put into a document: the document as it is then.
pub(super) struct Assignment {
    pub(super) parameter: String,
    pub(super) value: Value,
    pub(super) document: Document,
}

/// The documents of all points: the swept parameter's values put in, or the one document if nothing is swept.
pub(super) fn assignments(document: &Document) -> Result<Vec<Assignment>, Problems> {
    let grid = document.get(&["sweep", "grid"]).map_or(&[][..], Node::entries);
    match grid {
        [] => {
            Ok(vec![Assignment { parameter: String::new(), value: Value::Boolean(true), document: document.clone() }])
        }
        [swept] => each(document, swept),
        [_, others @ ..] => Err(Problems(others.iter().map(|entry| second(document, entry)).collect())),
    }
}

fn each(document: &Document, swept: &Entry) -> Result<Vec<Assignment>, Problems> {
    let mut problems = Problems::default();
    let one = |value: &Node| {
        let document = document.with(&swept.key, &swept.key_span, value.clone())?;
        Ok(Assignment { parameter: swept.key.clone(), value: value.value.clone(), document })
    };
    let all: Vec<Assignment> =
        swept.node.items().iter().filter_map(|v| problems.note(one(v) as Result<_, Problem>)).collect();
    problems.or(all)
}

fn second(document: &Document, entry: &Entry) -> Problem {
    let remedy = "sweep one path, and write a scenario for each value of the others";
    Problem::new("a second swept path")
        .received(format!("`{}`", entry.key))
        .remedy(remedy)
        .at(document.source(), entry.key_span.clone())
}

impl Assignment {
    /// The value as written, as a number in its base unit, and that unit.
    pub(super) fn told(&self) -> (String, f64, &'static str) {
        match &self.value {
            _ if self.parameter.is_empty() => (String::new(), f64::NAN, ""),
            Value::String(text) | Value::Datetime(text) => {
                let (base, unit) = in_base_unit(text).unwrap_or((f64::NAN, ""));
                (text.clone(), base, unit)
            }
            Value::Integer(number) => (number.to_string(), *number as f64, ""),
            Value::Float(number) => (number.to_string(), *number, ""),
            Value::Boolean(flag) => (flag.to_string(), f64::NAN, ""),
            Value::Array(_) | Value::Table(_) => (self.written(), f64::NAN, ""),
        }
    }

    fn written(&self) -> String {
        let node = self.document.get(&self.parameter.split('.').collect::<Vec<_>>());
        let text = &self.document.source().text;
        let words = node.and_then(|n| text.get(n.span.clone())).unwrap_or_default().split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    }
}
