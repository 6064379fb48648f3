//! Quantities with their units.
//!
//! Every quantity in a file is a string with a unit (`"20 ms"`, `"50 Mbit/s"`); inside, it is a newtype whose unit
//! its name says. Each prints what it parses. Bits and bytes are told apart (`Mbit/s`, `kB`), decimal prefixes are
//! powers of ten (`kB` = 1000 bytes) and binary ones of two (`KiB` = 1024 bytes).

mod quantity;
mod time;

pub use quantity::{BitsPerSec, Bytes, BytesPerSec, Joules, Macs, MacsPerSec, PerSec, Watts};
pub use time::SimTime;

use std::fmt;

/// Why a text is not a quantity of the unit that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError {
    /// What was received, verbatim.
    pub received: String,
    /// What is wrong with it.
    pub reason: String,
    /// The units that are accepted.
    pub accepted: &'static [&'static str],
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = self.accepted.join(", ");
        write!(f, "{} (received {:?}; write a number and one of: {units})", self.reason, self.received)
    }
}

impl std::error::Error for UnitError {}

/// A table of units: name and size in the base unit; the first is printed when none divides evenly.
type Table = &'static [(&'static str, f64)];

/// Splits `"20 ms"` into its number and the size of its unit.
fn parse(text: &str, table: Table, accepted: &'static [&'static str]) -> Result<f64, UnitError> {
    let fail = |reason: &str| UnitError { received: text.into(), reason: reason.into(), accepted };
    let (digits, unit) = split(text.trim());
    let number: f64 = digits.replace('_', "").parse().map_err(|_| fail("not a number with a unit"))?;
    if unit.is_empty() {
        return Err(fail("the unit is missing"));
    }
    let scale = table.iter().find(|(name, _)| *name == unit).ok_or_else(|| fail("unknown unit"))?.1;
    let value = number * scale;
    if !value.is_finite() {
        return Err(fail("not a finite number"));
    }
    if value < 0.0 {
        return Err(fail("negative"));
    }
    Ok(value)
}

/// The number's part and the unit's part of a text; an exponent (`1e3 s`) belongs to the number.
fn split(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let is_exponent = |i: usize| {
        matches!(bytes[i], b'e' | b'E')
            && bytes.get(i + 1).is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+'))
    };
    let in_number =
        |i: usize| bytes[i].is_ascii_digit() || matches!(bytes[i], b'.' | b'_' | b'-' | b'+') || is_exponent(i);
    let end = (0..bytes.len()).find(|&i| !in_number(i)).unwrap_or(bytes.len());
    (&text[..end], text[end..].trim())
}

/// Prints a value in the largest unit that keeps it at 1 or above, with as few digits as give it back exactly.
fn print(value: f64, table: Table, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let fits = |&&(_, scale): &&(&str, f64)| value >= scale && (value / scale) * scale == value;
    let short = |&(name, scale): &(&'static str, f64)| (format!("{}", value / scale).len(), name, scale);
    let (_, name, scale) = table
        .iter()
        .filter(fits)
        .map(short)
        .min_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)))
        .unwrap_or_else(|| short(&table[0]));
    write!(f, "{} {name}", value / scale)
}

/// The schema of texts with these units; `unit` is the base one.
fn schema(what: &str, unit: &str, accepted: &[&str]) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "description": what, "x-unit": unit, "x-units": accepted })
}

/// Hands a newtype its parsing, printing, serde and schema, all from one table of units.
macro_rules! textual {
    ($name:ident, $what:literal, $unit:literal, [$(($text:literal, $scale:expr)),+ $(,)?]) => {
        impl $name {
            const UNITS: super::Table = &[$(($text, $scale)),+];
            const ACCEPTED: &'static [&'static str] = &[$($text),+];
        }
        impl std::str::FromStr for $name {
            type Err = super::UnitError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let value = super::parse(text, Self::UNITS, Self::ACCEPTED)?;
                Self::from_base(value).ok_or_else(|| super::UnitError {
                    received: text.into(),
                    reason: "too large".into(),
                    accepted: Self::ACCEPTED,
                })
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                super::print(self.to_base(), Self::UNITS, f)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                super::schema($what, $unit, Self::ACCEPTED)
            }
        }
    };
}
use textual;

#[cfg(test)]
mod tests;
