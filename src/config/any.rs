//! A value of any kind kept as it was read, for options whose type is chosen later by a name.

use super::tree::{Entry, Node, Value};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Where a value that was read stands is its reader's affair: it keeps no place.
fn placeless(value: Value) -> Node {
    Node { span: 0..0, value }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Node, E> {
        Ok(placeless(Value::Boolean(flag)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Ok(placeless(Value::Integer(number.into())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        Ok(placeless(Value::Integer(number.into())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        Ok(placeless(Value::Float(number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(placeless(Value::String(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(placeless(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, node)) = table.next_entry()? {
            entries.push(Entry { key, key_span: 0..0, node });
        }
        Ok(placeless(Value::Table(entries)))
    }
}
