//! Every key that a schema allows, with what is said of it: for help on one, and for a page of all.

use super::schema::{Schema, kind, names, tagged};
use serde_json::Value;

/// Deeper than any file goes.
const DEEPEST: usize = 12;

/// A key, or one of the choices that a key has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// From the top of the file, with dots; `<name>` stands for a name of the user's.
    pub path: String,
    /// How deep it lies: 0 at the top.
    pub depth: usize,
    /// Its last part; for a word to choose, the word in quotes.
    pub name: String,
    /// What is said of it.
    pub text: String,
    /// What may be written, where that is not a table: a type, an example of a quantity.
    pub takes: Option<String>,
    /// What holds where the key is absent.
    pub default: Option<String>,
}

impl Key {
    /// Whether `wanted` means this key: its path, or the end of its path, names of the user's left out or put in.
    pub fn is_meant_by(&self, wanted: &str) -> bool {
        let bare = self.path.replace(".<name>", "");
        [&self.path, &bare].iter().any(|path| **path == wanted || path.ends_with(&format!(".{wanted}")))
            || self.name.trim_matches('"') == wanted
    }

    /// In one line, without its path.
    pub fn line(&self) -> String {
        let takes = self.takes.iter().map(|takes| format!(" ({takes})"));
        let default = self.default.iter().map(|default| format!(" Default: `{default}`."));
        takes.chain([format!(": {}", self.text.replace('\n', " "))]).chain(default).collect()
    }
}

impl Schema {
    /// All keys, each before those in it.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        self.below(self.root(), "", 0, &mut keys);
        keys
    }

    /// Notes what lies in a value of this schema.
    fn below(&self, schema: &Value, path: &str, depth: usize, keys: &mut Vec<Key>) {
        let schema = self.resolve(schema);
        if depth > DEEPEST {
            return;
        }
        for choice in self.alternatives(schema).unwrap_or_default() {
            self.choice(choice, path, depth, keys);
        }
        for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.key(name, inner, path, depth, keys);
        }
        if let Some(inner) = schema.get("additionalProperties").filter(|inner| inner.is_object()) {
            self.key("<name>", inner, path, depth, keys);
        }
        if let Some(inner) = schema.get("items") {
            self.below(inner, path, depth, keys);
        }
    }

    fn choice(&self, choice: &Value, path: &str, depth: usize, keys: &mut Vec<Key>) {
        match tagged(choice) {
            Some((name, settings)) => {
                let at = keys.len();
                self.key(name, settings, path, depth, keys);
                if let (Some(text), Some(key)) = (said(choice), keys.get_mut(at)) {
                    key.text = text;
                }
            }
            None => {
                names(choice).iter().for_each(|word| keys.push(word_of(word, choice, path, depth)));
                self.below(choice, path, depth, keys);
            }
        }
    }

    fn key(&self, name: &str, schema: &Value, path: &str, depth: usize, keys: &mut Vec<Key>) {
        let resolved = self.resolve(schema);
        let path = if path.is_empty() { name.into() } else { format!("{path}.{name}") };
        let text = said(schema).or_else(|| said(resolved)).unwrap_or_default();
        let default = schema.get("default").filter(|d| !d.is_null() && !d.is_object()).map(plain);
        keys.push(Key { path: path.clone(), depth, name: name.into(), text, takes: takes(resolved), default });
        self.below(resolved, &path, depth + 1, keys);
    }
}

fn word_of(word: &str, schema: &Value, path: &str, depth: usize) -> Key {
    let text = said(schema).unwrap_or_default();
    Key { path: path.into(), depth, name: format!("\"{word}\""), text, takes: None, default: None }
}

fn said(schema: &Value) -> Option<String> {
    schema.get("description").and_then(Value::as_str).map(Into::into)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

/// What a value that is no table looks like.
fn takes(schema: &Value) -> Option<String> {
    match kind(schema)? {
        "object" => None,
        "string" if schema.get("x-unit").is_some() => Some("a quantity with its unit".into()),
        "string" => Some("a text".into()),
        "integer" | "number" => Some("a number".into()),
        "boolean" => Some("true or false".into()),
        "array" => Some("a list".into()),
        other => Some(other.into()),
    }
}

/// A page in Markdown: every key below its table's, indented.
pub fn page(title: &str, head: &str, keys: &[Key]) -> String {
    let line = |key: &Key| format!("{}- `{}`{}\n", "  ".repeat(key.depth), key.name, key.line());
    let section = |key: &Key| match key.depth {
        0 => format!("\n## `{}`\n\n{}\n\n", key.name, key.text),
        _ => line(&Key { depth: key.depth - 1, ..key.clone() }),
    };
    format!("# {title}\n\n{head}\n{}", keys.iter().map(section).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::JsonSchema;

    /// A whole file.
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Whole {
        /// All of them.
        parts: std::collections::BTreeMap<String, Part>,
    }

    /// One of them.
    #[derive(JsonSchema)]
    #[schemars(rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Part {
        /// How it is done.
        way: Way,
        /// How often.
        #[schemars(default)]
        count: u32,
    }

    #[derive(JsonSchema)]
    #[schemars(rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Way {
        /// Not at all.
        None,
        /// By so much.
        Some(More),
    }

    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct More {
        /// So much.
        much: f64,
    }

    fn found(wanted: &str) -> Vec<String> {
        let keys = Schema::of::<Whole>().keys();
        keys.iter().filter(|k| k.is_meant_by(wanted)).map(|k| format!("{} {}{}", k.path, k.name, k.line())).collect()
    }

    #[test]
    fn keys_are_found_by_any_end_of_their_path() {
        let much = ["parts.<name>.way.some.much much (a number): So much."];
        for wanted in ["parts.<name>.way.some.much", "parts.way.some.much", "some.much", "much"] {
            assert_eq!(found(wanted), much, "{wanted}");
        }
        assert_eq!(found("none"), ["parts.<name>.way \"none\": Not at all."]);
        assert_eq!(found("some"), ["parts.<name>.way.some some: By so much."]);
        assert_eq!(found("count"), ["parts.<name>.count count (a number): How often. Default: `0`."]);
        assert!(found("uch").is_empty() && found("").is_empty());
    }

    #[test]
    fn a_page_has_every_key() {
        let keys = Schema::of::<Whole>().keys();
        let page = page("Files", "All keys.", &keys);
        assert!(
            page.starts_with("# Files\n\nAll keys.\n\n## `parts`\n\nAll of them.\n\n- `<name>`: One of them.\n"),
            "{page}"
        );
        assert!(keys.iter().all(|k| page.contains(&k.text)), "{page}");
    }
}
