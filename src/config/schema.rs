//! The schema that files are walked against: JSON Schema as `schemars` derives it, with units.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// A schema with its definitions.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    root: Value,
}

impl Schema {
    /// The schema of a type.
    pub fn of<T: JsonSchema>() -> Self {
        Self { root: schemars::schema_for!(T).to_value() }
    }

    /// As JSON, for people and editors.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.root).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Lets each entry of the table `key` be one of these variants: its name, or a table with its settings.
    ///
    /// `noun` is what a variant is called in problems.
    pub fn let_entries_be<'a>(
        &mut self,
        key: &str,
        noun: &str,
        variants: impl IntoIterator<Item = (&'a str, &'a schemars::Schema)>,
    ) {
        let variants: Vec<Value> =
            variants.into_iter().map(|(name, schema)| self.variant(name, name, schema)).collect();
        self.root["properties"][key]["additionalProperties"] = json!({ "oneOf": variants, "x-noun": noun });
    }

    /// Lets `key` itself be one of these variants; what is said of the key stays.
    pub fn let_it_be<'a>(&mut self, key: &str, variants: impl IntoIterator<Item = (&'a str, &'a schemars::Schema)>) {
        let variant = |(name, schema)| self.variant(&format!("{key}.{name}"), name, schema);
        let variants: Vec<Value> = variants.into_iter().map(variant).collect();
        let said = self.root["properties"][key]["description"].take();
        self.root["properties"][key] = json!({ "oneOf": variants, "x-noun": key, "description": said });
    }

    /// An externally tagged variant; its definitions come along below `prefix`.
    fn variant(&mut self, prefix: &str, name: &str, schema: &schemars::Schema) -> Value {
        let mut settings = schema.clone().to_value();
        rename(&mut settings, prefix);
        if let Some(Value::Object(own)) = settings.get_mut("$defs").map(Value::take) {
            let all = self.root.as_object_mut().map(|root| root.entry("$defs").or_insert_with(|| json!({})));
            if let Some(Value::Object(all)) = all {
                all.extend(own.into_iter().map(|(key, value)| (format!("{prefix}.{key}"), value)));
            }
        }
        let mut properties = Map::new();
        properties.insert(name.into(), settings);
        json!({ "type": "object", "properties": properties, "required": [name], "additionalProperties": false })
    }

    pub(super) fn root(&self) -> &Value {
        &self.root
    }

    /// Follows references to a definition.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/$defs/"));
        match target.and_then(|name| self.root.get("$defs")?.get(name)) {
            Some(definition) => self.resolve(definition),
            None => schema,
        }
    }

    /// The alternatives of a choice, nested ones included and `null` left out; `None` if there is no choice.
    pub(super) fn alternatives<'a>(&'a self, schema: &'a Value) -> Option<Vec<&'a Value>> {
        let list = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(*key)?.as_array())?;
        let flat = list.iter().map(|item| self.resolve(item)).flat_map(|item| self.flat(item));
        Some(flat.filter(|item| item.get("type").is_none_or(|t| t != "null")).collect())
    }

    fn flat<'a>(&'a self, item: &'a Value) -> Vec<&'a Value> {
        self.alternatives(item).unwrap_or_else(|| vec![item])
    }
}

/// Renames references to definitions to what they are called after they moved.
fn rename(value: &mut Value, prefix: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, prefix)),
        Value::Object(entries) => entries.iter_mut().for_each(|(key, inner)| match inner {
            Value::String(to) if key == "$ref" => *to = to.replacen("#/$defs/", &format!("#/$defs/{prefix}."), 1),
            inner => rename(inner, prefix),
        }),
        _ => {}
    }
}

/// The names that a text may be under this schema.
pub(super) fn names(schema: &Value) -> Vec<&str> {
    let list = schema.get("enum").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().chain(schema.get("const")).filter_map(Value::as_str).collect()
}

/// The name and settings of an externally tagged variant.
pub(super) fn tagged(schema: &Value) -> Option<(&str, &Value)> {
    let properties = schema.get("properties")?.as_object()?;
    let closed = schema.get("additionalProperties").is_some_and(|more| more == false);
    let required = schema.get("required")?.as_array()?;
    let (name, settings) = properties.iter().next()?;
    let only = properties.len() == 1 && required.len() == 1 && required[0] == name.as_str();
    (closed && only).then_some((name, settings))
}

/// The type's name, `null` aside; `None` if anything goes.
pub(super) fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}
