use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{
    F64Deserializer, I64Deserializer, MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer,
};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// A figure for each direction: `"50 Mbit/s"` for both, or `{ up = "10 Mbit/s", down = "50 Mbit/s" }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BothWays<T> {
    /// Towards the cloud.
    pub up: T,
    /// Towards the devices.
    pub down: T,
}

/// The two directions, spelt out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Spelt<T> {
    /// Towards the cloud.
    up: T,
    /// Towards the devices.
    down: T,
}

struct Read<T>(PhantomData<T>);

impl<T: Clone> BothWays<T> {
    fn same(both: T) -> Self {
        Self { up: both.clone(), down: both }
    }
}

impl<'de, T: Clone + Deserialize<'de>> Visitor<'de> for Read<T> {
    type Value = BothWays<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a figure for both directions, or one for `up` and one for `down`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<BothWays<T>, E> {
        T::deserialize(StrDeserializer::new(text)).map(BothWays::same)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<BothWays<T>, E> {
        T::deserialize(F64Deserializer::new(number)).map(BothWays::same)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<BothWays<T>, E> {
        T::deserialize(I64Deserializer::new(number)).map(BothWays::same)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<BothWays<T>, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(list)).map(BothWays::same)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BothWays<T>, A::Error> {
        let Spelt { up, down } = Spelt::deserialize(MapAccessDeserializer::new(map))?;
        Ok(BothWays { up, down })
    }
}

impl<'de, T: Clone + Deserialize<'de>> Deserialize<'de> for BothWays<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for BothWays<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("BothWays{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        either(generator.subschema_for::<T>(), generator.subschema_for::<Spelt<T>>())
    }
}

fn either(one: Schema, other: Schema) -> Schema {
    json_schema!({ "anyOf": [one, other] })
}

/// One for all nodes of a group, or a list: the `i`-th node has the one at `i` modulo its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Each<T>(pub Vec<T>);

struct ReadEach<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ReadEach<T> {
    type Value = Each<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one for all nodes, or a list")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Each<T>, E> {
        T::deserialize(StrDeserializer::new(text)).map(|one| Each(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Each<T>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Each)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Each<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadEach(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Each<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Each{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        one_or_list(generator.subschema_for::<T>())
    }
}

fn one_or_list(one: Schema) -> Schema {
    let list = json_schema!({ "type": "array", "items": one, "minItems": 1 });
    either(one, list)
}
