//! How what crosses a tap is written for sending, with the bytes that it takes and the answers that it leaves.
//!
//! A codec for images is one file in `input/`, one for activations a file in `inner/`; each is one line in [`CODECS`]. What
//! a lossy one leaves is decoded, and the rest of the network runs on that: [`crossings`] measures it, image by image.
//! Raw images and raw activations (`raw`) need no codec: they are measured with the network itself.

mod inner;
mod input;
mod measure;
mod table;
#[cfg(test)]
mod tests;

pub use inner::{Fitted, InnerCodec};
pub use input::{InputCodec, packed};
pub use measure::{Crossing, Sizes, crossings};
pub use table::{bytes_columns, outputs, profiles};

use crate::problem::{Problem, remedy_for_name};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::sync::Arc;

/// The name of what is sent as it is.
pub const RAW: &str = "raw";

/// Where a codec is used.
#[derive(Clone, Debug)]
pub enum Way {
    /// On raw images, at the input.
    Input(Arc<dyn InputCodec>),
    /// On activations, at every tap behind it that does not answer.
    Inner(Arc<dyn InnerCodec>),
}

/// One line of the list.
struct Entry {
    /// Its name, `N` standing for a number.
    name: &'static str,
    /// The numbers it takes.
    numbers: std::ops::RangeInclusive<u16>,
    make: fn(u16) -> Way,
}

/// A codec without a number.
const fn plain(name: &'static str, make: fn(u16) -> Way) -> Entry {
    Entry { name, numbers: 0..=0, make }
}

/// All codecs.
const CODECS: &[Entry] = &[
    plain("deflate", |_| Way::Input(Arc::new(input::Deflate))),
    plain("png", |_| Way::Input(Arc::new(input::Png))),
    plain("four-bit", |_| Way::Input(Arc::new(input::FourBit))),
    plain("half", |_| Way::Input(Arc::new(input::Half))),
    Entry { name: "jpeg-N", numbers: 1..=100, make: |quality| Way::Input(Arc::new(input::Jpeg(quality as u8))) },
    plain("int8", |_| Way::Inner(Arc::new(inner::Int8))),
    plain("int8-deflate", |_| Way::Inner(Arc::new(inner::Int8Deflate))),
    plain("int8-rans", |_| Way::Inner(Arc::new(inner::Int8Rans))),
    Entry {
        name: "bottleneck-N",
        numbers: 1..=1024,
        make: |channels| Way::Inner(Arc::new(inner::Bottleneck(channels.into()))),
    },
];

/// A way to write what crosses a tap, by its name: `png`, `jpeg-50`, `int8`, …
#[derive(Clone, Debug)]
pub struct Codec {
    name: String,
    way: Way,
}

impl Codec {
    /// The codec of a name.
    ///
    /// # Errors
    /// An unknown name; the known ones are told.
    pub fn named(name: &str) -> Result<Self, Problem> {
        let made = CODECS.iter().find_map(|entry| entry.make(name));
        let remedy = || remedy_for_name(name, CODECS.iter().map(|e| e.name));
        let way = made.ok_or_else(|| Problem::new(format!("unknown codec `{name}`")).remedy(remedy()))?;
        Ok(Self { name: name.into(), way })
    }

    /// Its name in tables and scenarios.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is used.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// Whether what is decoded equals what was encoded.
    pub fn lossless(&self) -> bool {
        match &self.way {
            Way::Input(codec) => codec.lossless(),
            Way::Inner(_) => false,
        }
    }
}

impl Entry {
    fn make(&self, name: &str) -> Option<Way> {
        let Some(stem) = self.name.strip_suffix('N') else { return (self.name == name).then(|| (self.make)(0)) };
        let digits = name.strip_prefix(stem)?;
        let number: u16 = digits.parse().ok().filter(|n| self.numbers.contains(n) && n.to_string() == digits)?;
        Some((self.make)(number))
    }

    /// As a regular expression, for the schema.
    fn pattern(&self) -> String {
        self.name.strip_suffix('N').map_or(self.name.into(), |stem| format!("{stem}[1-9][0-9]*"))
    }
}

impl PartialEq for Codec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Serialize for Codec {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for Codec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(from)?;
        Self::named(&name).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Codec {
    fn schema_name() -> Cow<'static, str> {
        "Codec".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<String> = CODECS.iter().map(Entry::pattern).collect();
        json_schema!({
            "description": "How what crosses a tap is written for sending: for raw images `deflate`, `png`, `four-bit`, \
                `half`, `jpeg-1` to `jpeg-100`; for activations `int8`, `int8-deflate`, `int8-rans`, \
                `bottleneck-1` to `bottleneck-1024` (taps of no more channels are left out).",
            "type": "string",
            "pattern": format!("^({})$", names.join("|")),
        })
    }
}
