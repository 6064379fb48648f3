//! Random search (Bergstra and Bengio 2012).

use schemars::JsonSchema;
use serde::Deserialize;

/// Each place of an axis is as likely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Random {}
