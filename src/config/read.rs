//! Filling a type from the tree: serde's data format, with the place of each failure.
//!
//! A type says what it reads from, and only that is compiled for it: the rest is refused in one place ([`Node::unlike`]).

use super::tree::{Entry, Node, Value};
use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use std::fmt;
use std::ops::Range;

/// Why a type could not be filled, and where.
#[derive(Debug)]
pub struct Fault {
    /// What its reader said.
    pub message: String,
    /// Bytes in the file.
    pub span: Option<Range<usize>>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None }
    }
}

impl Fault {
    /// The innermost value that a fault passes through is its place.
    #[cold]
    fn within(mut self, span: &Range<usize>) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }
}

/// The entries of a table that are still to be read, and the one whose value is next.
///
/// Files are read once: these methods are cold, so that not every type is read in line.
struct Entries<'de>(std::slice::Iter<'de, Entry>, Option<&'de Node>);

impl<'de> Entries<'de> {
    fn of(table: &'de [Entry]) -> Self {
        Self(table.iter(), None)
    }

    fn next_value(&mut self) -> Result<&'de Node, Fault> {
        self.1.take().ok_or_else(|| Fault::custom("a value before its key"))
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    #[cold]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(entry) = self.0.next() else { return Ok(None) };
        self.1 = Some(&entry.node);
        let key: StrDeserializer<'de, Fault> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|fault| fault.within(&entry.key_span))
    }

    #[cold]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let node = self.next_value()?;
        seed.deserialize(node).map_err(|fault| fault.within(&node.span))
    }
}

/// The items of a list that are still to be read.
struct Items<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    #[cold]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.0.next() else { return Ok(None) };
        seed.deserialize(node).map(Some).map_err(|fault| fault.within(&node.span))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

impl Node {
    fn fill_text<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::String(text) | Value::Datetime(text) => visitor.visit_borrowed_str(text),
            _ => Err(self.unlike(&visitor)),
        }
    }

    fn fill_number<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, Fault> {
        match (&self.value, self.signed(), self.unsigned()) {
            (Value::Float(number), ..) => visitor.visit_f64(*number),
            (_, Some(number), _) => visitor.visit_i64(number),
            (_, _, Some(number)) => visitor.visit_u64(number),
            _ => Err(self.unlike(&visitor)),
        }
    }

    fn fill_flag<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Boolean(flag) => visitor.visit_bool(*flag),
            _ => Err(self.unlike(&visitor)),
        }
    }

    fn fill_list<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            _ => Err(self.unlike(&visitor)),
        }
    }

    fn fill_table<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Table(table) => visitor.visit_map(Entries::of(table)),
            _ => Err(self.unlike(&visitor)),
        }
    }

    /// That this is not what was wanted.
    #[cold]
    fn unlike(&self, wanted: &dyn Expected) -> Fault {
        let whole = || self.signed().map(Unexpected::Signed).or(self.unsigned().map(Unexpected::Unsigned));
        let found = match &self.value {
            Value::String(text) | Value::Datetime(text) => Unexpected::Str(text),
            Value::Integer(_) => whole().unwrap_or(Unexpected::Other("a whole number of more than 64 bits")),
            Value::Float(number) => Unexpected::Float(*number),
            Value::Boolean(flag) => Unexpected::Bool(*flag),
            Value::Array(_) => Unexpected::Seq,
            Value::Table(_) => Unexpected::Map,
        };
        Fault::invalid_type(found, wanted)
    }

    fn signed(&self) -> Option<i64> {
        let Value::Integer(number) = self.value else { return None };
        number.try_into().ok()
    }

    fn unsigned(&self) -> Option<u64> {
        let Value::Integer(number) = self.value else { return None };
        number.try_into().ok()
    }
}

/// Methods of a deserializer that read one kind of value.
macro_rules! fill {
    ($($method:ident)+ => $fill:ident) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.$fill(visitor)
        }
    )+};
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::String(_) | Value::Datetime(_) => self.fill_text(visitor),
            Value::Integer(_) | Value::Float(_) => self.fill_number(visitor),
            Value::Boolean(_) => self.fill_flag(visitor),
            Value::Array(_) => self.fill_list(visitor),
            Value::Table(_) => self.fill_table(visitor),
        }
    }

    fill!(deserialize_string deserialize_str => fill_text);
    fill!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 => fill_number);
    fill!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 => fill_number);
    fill!(deserialize_f32 deserialize_f64 => fill_number);
    fill!(deserialize_bool => fill_flag);
    fill!(deserialize_seq => fill_list);
    fill!(deserialize_map => fill_table);

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.fill_list(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.fill_table(visitor)
    }

    /// What is written is there: absent keys are what is `None`.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.value {
            Value::String(name) => visitor.visit_enum(Variant { name, entry: None }),
            Value::Table(table) if table.len() == 1 => {
                visitor.visit_enum(Variant { name: &table[0].key, entry: table.first() })
            }
            other => Err(Fault::custom(format!("expected one variant, received {}", other.kind()))),
        }
    }

    /// A table without entries stands for a variant without settings.
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Table(table) if table.is_empty() => visitor.visit_unit(),
            _ => Err(self.unlike(&visitor)),
        }
    }

    serde::forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit_struct tuple_struct identifier ignored_any }
}

/// A variant that is only named, all its settings having their defaults, or that is the one entry of a table.
#[derive(Clone, Copy)]
struct Variant<'de> {
    name: &'de str,
    entry: Option<&'de Entry>,
}

static NO_SETTINGS: Node = Node { span: 0..0, value: Value::Table(Vec::new()) };

impl<'de> Variant<'de> {
    fn settings(&self) -> &'de Node {
        self.entry.map_or(&NO_SETTINGS, |entry| &entry.node)
    }

    fn blame(&self, fault: Fault) -> Fault {
        self.entry.map(|entry| &entry.node.span).into_iter().fold(fault, Fault::within)
    }

    fn blame_name(&self, fault: Fault) -> Fault {
        self.entry.map(|entry| &entry.key_span).into_iter().fold(fault, Fault::within)
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        let name: StrDeserializer<'de, Fault> = self.name.into_deserializer();
        let variant = seed.deserialize(name).map_err(|fault| self.blame_name(fault))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Deserialize::deserialize(self.settings()).map_err(|fault| self.blame(fault))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self.settings()).map_err(|fault| self.blame(fault))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        match self.entry {
            Some(entry) => entry.node.fill_list(visitor).map_err(|fault| self.blame(fault)),
            None => Err(Fault::custom(format!("`{}` needs a list of settings", self.name))),
        }
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.settings().fill_table(visitor).map_err(|fault| self.blame(fault))
    }
}
