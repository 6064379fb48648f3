use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

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

impl<'de, T: Copy + FromStr<Err: Display> + Deserialize<'de>> Visitor<'de> for Read<T> {
    type Value = BothWays<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a figure for both directions, or one for `up` and one for `down`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<BothWays<T>, E> {
        text.parse().map(|both| BothWays { up: both, down: both }).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BothWays<T>, A::Error> {
        let Spelt { up, down } = Spelt::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(BothWays { up, down })
    }
}

impl<'de, T: Copy + FromStr<Err: Display> + Deserialize<'de>> Deserialize<'de> for BothWays<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for BothWays<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("BothWays{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<T>(), generator.subschema_for::<Spelt<T>>()] })
    }
}
