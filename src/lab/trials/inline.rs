//! Values as a recipe writes them, on one line.

use crate::config::Node;
use serde::Deserialize;
use serde_json::Value;

/// A key and its value.
pub fn assigned(key: &str, value: &Node) -> String {
    let value = Value::deserialize(value).unwrap_or(Value::Null);
    format!("{key} = {}", inline(&value))
}

/// A value in TOML; there is no `null` in it.
pub fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) if entries.is_empty() => "{}".into(),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| format!("{key} = {}", inline(value));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written reads as what it was.
    #[test]
    fn values_are_read_again() {
        let text = r#"{ a = [1, 2.5, -3e-7], b = { c = "x \"y\" ä", d = true, e = {} }, f = [[8, 2], []] }"#;
        let node: Node = format!("v = {text}").parse().unwrap();
        let value = &node.entry("v").unwrap().node;
        let again: Node = assigned("v", value).parse().unwrap();
        let json = |node: &Node| Value::deserialize(node).unwrap();
        assert_eq!(json(&again.entry("v").unwrap().node), json(value));
    }
}
