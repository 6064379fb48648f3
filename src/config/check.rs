//! Walking a tree against a schema.

use super::quantity;
use super::schema::{Schema, kind, names, tagged};
use super::tree::{Entry, Node, Value};
use crate::problem::{Problem, Problems, Source, remedy_for_name};
use serde_json::Value as Json;
use std::ops::Range;
use std::sync::Arc;

/// What the walk is at: a key's name and place.
#[derive(Clone, Copy)]
struct At<'a> {
    key: &'a str,
    span: &'a Range<usize>,
}

struct Walk<'a> {
    source: &'a Arc<Source>,
    schema: &'a Schema,
    problems: Problems,
}

/// All that the schema does not allow in the tree.
pub(super) fn check(source: &Arc<Source>, root: &Node, schema: &Schema) -> Problems {
    let mut walk = Walk { source, schema, problems: Problems::default() };
    walk.value(root, schema.root(), At { key: "", span: &(0..0) });
    walk.problems
}

impl<'a> Walk<'a> {
    fn tell(&mut self, span: &Range<usize>, problem: Problem) {
        self.problems.push(problem.at(self.source, span.clone()));
    }

    fn value(&mut self, node: &Node, schema: &'a Json, at: At<'_>) {
        let schema = self.schema.resolve(schema);
        if let Some(alternatives) = self.schema.alternatives(schema) {
            return self.choice(node, schema, &alternatives, at);
        }
        match (kind(schema), &node.value) {
            (None, _) | (Some("boolean"), Value::Boolean(_)) => {}
            (Some("string"), Value::String(text)) => self.text(node, text, schema, at),
            (Some("integer" | "number"), Value::Integer(number)) => self.integer(node, *number, schema),
            (Some("number"), Value::Float(number)) => self.finite(node, *number),
            (Some("array"), Value::Array(items)) => self.list(node, items, schema, at),
            (Some("object"), Value::Table(entries)) => self.table(entries, schema, at),
            _ => self.wrong_kind(node, schema),
        }
    }

    fn wrong_kind(&mut self, node: &Node, schema: &Json) {
        let number = matches!(node.value, Value::Integer(_) | Value::Float(_));
        let what = match schema.get("x-unit") {
            Some(_) if number => "the unit is missing",
            _ => "a value of the wrong kind",
        };
        let received = self.source.text.get(node.span.clone()).unwrap_or_default();
        let received = if received.len() > 40 || received.contains('\n') { node.value.kind() } else { received };
        self.tell(&node.span, Problem::new(what).received(received).remedy(format!("write {}", expected(schema))));
    }

    fn text(&mut self, node: &Node, text: &str, schema: &Json, at: At<'_>) {
        let names = names(schema);
        if !names.is_empty() {
            return self.name(node, text, &names, schema, at);
        }
        let Some(unit) = schema.get("x-unit").and_then(Json::as_str) else { return };
        if let Some(Err(error)) = quantity::read(unit, text) {
            let what = format!("not a quantity: {}", error.reason);
            self.tell(&node.span, Problem::new(what).received(format!("{text:?}")).remedy(write(schema)));
        }
    }

    fn name(&mut self, node: &Node, text: &str, names: &[&str], schema: &Json, at: At<'_>) {
        if !names.contains(&text) {
            self.unknown_name(&node.span, text, names, schema, at);
        }
    }

    fn unknown_name(&mut self, span: &Range<usize>, text: &str, names: &[&str], schema: &Json, at: At<'_>) {
        let noun = schema.get("x-noun").and_then(Json::as_str).map_or(format!("`{}`", at.key), str::to_string);
        let remedy = remedy_for_name(text, names.iter().copied());
        self.tell(span, Problem::new(format!("unknown {noun}")).received(format!("`{text}`")).remedy(remedy));
    }

    fn integer(&mut self, node: &Node, number: i128, schema: &Json) {
        let limit = |key| schema.get(key).and_then(Json::as_f64);
        let format = schema.get("format").and_then(Json::as_str).unwrap_or_default();
        let least = limit("minimum").unwrap_or(f64::NEG_INFINITY);
        let most = limit("maximum").unwrap_or_else(|| largest(format));
        if (number as f64) < least || (number as f64) > most {
            let remedy = format!("write {}", range(least, most));
            self.tell(&node.span, Problem::new("out of range").received(number).remedy(remedy));
        }
    }

    fn finite(&mut self, node: &Node, number: f64) {
        if !number.is_finite() {
            self.tell(&node.span, Problem::new("not a finite number").received(number).remedy("write a number"));
        }
    }

    fn list(&mut self, node: &Node, items: &[Node], schema: &'a Json, at: At<'_>) {
        let limit = |key| schema.get(key).and_then(Json::as_u64);
        let (least, most) = (limit("minItems").unwrap_or(0), limit("maxItems").unwrap_or(u64::MAX));
        if !(least..=most).contains(&(items.len() as u64)) {
            let exact = if most == least { "" } else { "at least " };
            let remedy = format!("write a list of {exact}{least} items");
            self.tell(&node.span, Problem::new("a list of the wrong length").received(items.len()).remedy(remedy));
        }
        let fixed = schema.get("prefixItems").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        for (i, item) in items.iter().enumerate() {
            if let Some(schema) = fixed.get(i).or_else(|| schema.get("items")) {
                self.value(item, schema, At { span: &item.span, ..at });
            }
        }
    }

    fn table(&mut self, entries: &[Entry], schema: &'a Json, at: At<'_>) {
        for entry in entries {
            self.entry(entry, schema);
        }
        let required = schema.get("required").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        for key in required.iter().filter_map(Json::as_str) {
            if !entries.iter().any(|entry| entry.key == key) {
                self.missing(key, schema, at);
            }
        }
    }

    fn missing(&mut self, key: &str, schema: &Json, at: At<'_>) {
        let inner = schema.get("properties").and_then(|p| p.get(key)).unwrap_or(&Json::Null);
        let place = if at.key.is_empty() { String::new() } else { format!(" in `{}`", at.key) };
        let write = expected(self.schema.resolve(inner));
        let about = inner.get("description").and_then(Json::as_str).map(first_sentence).unwrap_or_default();
        let remedy = format!("add `{key} = …`: {write}. {about}");
        self.tell(at.span, Problem::new(format!("`{key}` is missing{place}")).remedy(remedy.trim_end()));
    }

    /// A key that the schema does not name is wrong unless the schema says what others may be.
    fn entry(&mut self, entry: &Entry, schema: &'a Json) {
        let at = At { key: &entry.key, span: &entry.key_span };
        let known = schema.get("properties").and_then(Json::as_object);
        let more = schema.get("additionalProperties").filter(|more| **more != true);
        match (known.and_then(|k| k.get(&entry.key)), more) {
            (Some(inner), _) => self.value(&entry.node, inner, at),
            (None, Some(inner)) if inner.is_object() => self.value(&entry.node, inner, at),
            (None, None) if known.is_none() => {}
            _ => self.unknown_key(entry, known),
        }
    }

    fn unknown_key(&mut self, entry: &Entry, known: Option<&serde_json::Map<String, Json>>) {
        let names: Vec<&str> = known.into_iter().flat_map(|k| k.keys()).map(String::as_str).collect();
        let remedy = remedy_for_name(&entry.key, names.iter().copied());
        let problem = Problem::new("unknown key").received(format!("`{}`", entry.key));
        self.tell(
            &entry.key_span,
            if names.is_empty() { problem.remedy("leave it out") } else { problem.remedy(remedy) },
        );
    }

    /// One of several forms: a name, a table with a variant's settings, or whatever else is of the right kind.
    fn choice(&mut self, node: &Node, schema: &'a Json, alternatives: &[&'a Json], at: At<'_>) {
        let plain = |want: &str| {
            let fits = |a: &&&Json| kind(a) == Some(want) && names(a).is_empty() && tagged(a).is_none();
            alternatives.iter().find(fits).copied()
        };
        match &node.value {
            Value::String(text) => match (self.bare(alternatives, text), plain("string")) {
                (Some(None), _) => {}
                (Some(Some(settings)), _) => self.without_settings(settings, At { key: text, span: &node.span }),
                (None, Some(other)) => self.text(node, text, other, at),
                (None, None) if all_names(alternatives).is_empty() => self.wrong_choice(node, alternatives),
                (None, None) => self.unknown_name(&node.span, text, &all_names(alternatives), schema, at),
            },
            Value::Table(entries) => match plain("object") {
                Some(other) => self.table(entries, other, at),
                None => self.variant(node, entries, schema, alternatives, at),
            },
            other => {
                match plain(json_kind(other)).or_else(|| plain("number").filter(|_| json_kind(other) == "integer")) {
                    Some(alternative) => self.value(node, alternative, at),
                    None => self.wrong_choice(node, alternatives),
                }
            }
        }
    }

    /// The variant of this name: `Some(None)` if it is nothing but a name, `Some(Some(settings))` if it has settings.
    fn bare(&self, alternatives: &[&'a Json], name: &str) -> Option<Option<&'a Json>> {
        let named = alternatives.iter().find(|a| names(a).contains(&name)).map(|_| None);
        named.or_else(|| alternatives.iter().filter_map(|a| tagged(a)).find(|(n, _)| *n == name).map(|(_, s)| Some(s)))
    }

    /// A variant that is only named must need no settings.
    fn without_settings(&mut self, settings: &'a Json, at: At<'_>) {
        let settings = self.schema.resolve(settings);
        if kind(settings) == Some("object") {
            self.table(&[], settings, at);
        } else {
            let remedy = format!("write `{{ {} = … }}`: {}", at.key, expected(settings));
            self.tell(at.span, Problem::new(format!("`{}` needs a setting", at.key)).remedy(remedy));
        }
    }

    fn variant(&mut self, node: &Node, entries: &[Entry], schema: &'a Json, alternatives: &[&'a Json], at: At<'_>) {
        let all = all_names(alternatives);
        for entry in entries {
            match self.bare(alternatives, &entry.key) {
                Some(Some(settings)) => {
                    self.value(&entry.node, settings, At { key: &entry.key, span: &entry.key_span })
                }
                Some(None) => {}
                None => self.unknown_name(&entry.key_span, &entry.key, &all, schema, at),
            }
        }
        if entries.len() != 1 {
            let remedy = format!("write exactly one of: {}", all.join(", "));
            let problem = Problem::new("not one variant").received(format!("{} of them", entries.len()));
            self.tell(&node.span, problem.remedy(remedy));
        }
    }

    fn wrong_choice(&mut self, node: &Node, alternatives: &[&Json]) {
        let unit = alternatives.iter().find(|a| a.get("x-unit").is_some()).copied();
        let names = all_names(alternatives);
        let shown = serde_json::json!({ "enum": names });
        let fallback = if names.is_empty() { alternatives.first().copied() } else { Some(&shown) };
        self.wrong_kind(node, unit.or(fallback).unwrap_or(&Json::Null));
    }
}

fn all_names<'a>(alternatives: &[&'a Json]) -> Vec<&'a str> {
    alternatives.iter().flat_map(|a| names(a).into_iter().chain(tagged(a).map(|(name, _)| name))).collect()
}

fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) | Value::Datetime(_) => "string",
        Value::Integer(_) => "integer",
        Value::Float(_) => "number",
        Value::Boolean(_) => "boolean",
        Value::Array(_) => "array",
        Value::Table(_) => "object",
    }
}

/// The largest whole number of a format.
fn largest(format: &str) -> f64 {
    match format {
        "uint8" => f64::from(u8::MAX),
        "uint16" => f64::from(u16::MAX),
        "uint32" => f64::from(u32::MAX),
        "uint64" | "uint" => u64::MAX as f64,
        _ => f64::INFINITY,
    }
}

fn range(least: f64, most: f64) -> String {
    match (least.is_finite(), most.is_finite()) {
        (true, true) => format!("a whole number from {least} to {most}"),
        (true, false) => format!("a whole number from {least} up"),
        _ => format!("a whole number up to {most}"),
    }
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or(text).trim_end()
}

fn write(schema: &Json) -> String {
    format!("write {}", expected(schema))
}

/// What may be written, in words.
fn expected(schema: &Json) -> String {
    let names = names(schema);
    if let Some(units) = schema.get("x-units").and_then(Json::as_array) {
        return quantity_in_words(schema, &units.iter().filter_map(Json::as_str).collect::<Vec<_>>());
    }
    if !names.is_empty() {
        return format!("one of: {}", names.join(", "));
    }
    let words = match kind(schema) {
        Some("string") => "a text",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("boolean") => "true or false",
        Some("array") => "a list",
        Some("object") => "a table",
        _ => "a value",
    };
    words.into()
}

/// A quantity's description (`A time, such as "20 ms".`) with its units.
fn quantity_in_words(schema: &Json, units: &[&str]) -> String {
    let about = schema.get("description").and_then(Json::as_str).unwrap_or("A text with a number and its unit");
    let about = about.trim_end_matches('.').replacen('A', "a", 1);
    format!("{about}; units: {}", units.join(", "))
}
