//! Families of networks with what may be chosen in each. A family is one file here and one line in [`Family`].

mod bottleneck;
mod inverted;
mod plain;
mod residual;
mod separable;

pub use bottleneck::Bottlenecks;
pub use inverted::Inverteds;
pub use plain::Plains;
pub use residual::Residuals;
pub use separable::Separables;

use super::genome::Reader;
use crate::lab::architecture::Form;
use schemars::JsonSchema;
use serde::Deserialize;

/// A family, with a list for everything that is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Family {
    /// Residual networks of three stages.
    Residual(Residuals),
    /// Depthwise-separable networks.
    Separable(Separables),
    /// Residual networks of bottlenecks.
    Bottleneck(Bottlenecks),
    /// Networks of inverted residuals.
    Inverted(Inverteds),
    /// Convolutions one after another.
    Plain(Plains),
}

/// What a family's lists make of choices.
trait Choose {
    /// The network of the choices that are read, one after another.
    fn form(&self, reader: &mut Reader) -> Form;

    /// Its lists, by key.
    fn lists(&self) -> Vec<(&'static str, &[usize])>;
}

/// By how much the input is averaged first, if that is chosen, and not 1.
fn shrunk(reader: &mut Reader, sides: &[usize]) -> Option<usize> {
    if sides.is_empty() { None } else { Some(reader.pick(sides)).filter(|side| *side > 1) }
}

impl Family {
    fn inner(&self) -> &dyn Choose {
        match self {
            Self::Residual(family) => family,
            Self::Separable(family) => family,
            Self::Bottleneck(family) => family,
            Self::Inverted(family) => family,
            Self::Plain(family) => family,
        }
    }

    /// Its name in recipes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Residual(_) => "residual",
            Self::Separable(_) => "separable",
            Self::Bottleneck(_) => "bottleneck",
            Self::Inverted(_) => "inverted",
            Self::Plain(_) => "plain",
        }
    }

    /// The network of the choices that are read, one after another.
    pub fn form(&self, reader: &mut Reader) -> Form {
        self.inner().form(reader)
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let wrong = |key: &str, list: &[usize]| match list {
            [] if key == "shrink" => None,
            [] => Some("is empty"),
            list if list.contains(&0) => Some("holds a zero"),
            list if list.iter().enumerate().any(|(i, n)| list[..i].contains(n)) => Some("holds a number twice"),
            _ => None,
        };
        self.inner().lists().into_iter().filter_map(|(key, list)| Some((key, wrong(key, list)?.to_string()))).collect()
    }
}
