//! What a scenario file says, key by key.

use super::link::Link;
use super::node::Node;
use super::workload::Workload;
use crate::catalog::Split;
use crate::config::{self, Named};
use crate::policy::Spec;
use crate::units::SimTime;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// A scenario: nodes, links, models, workload, policies, and what is swept.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// What is simulated, in a few words.
    pub title: String,
    /// The question it answers.
    #[serde(default)]
    pub question: String,
    /// Seed of all randomness.
    #[serde(default = "one")]
    pub seed: u64,
    /// Whose images the requests are: `test` for results, `validation` when something is being chosen.
    #[serde(default)]
    pub images: Split,
    /// How long, and how often.
    pub run: Run,
    /// Roles: each name with the folder of the variant that plays it.
    pub models: Named<PathBuf>,
    /// Groups of equal nodes.
    pub nodes: Named<Node>,
    /// What joins the nodes.
    #[serde(default)]
    pub links: Named<Link>,
    /// Where requests come from.
    pub workload: Named<Workload>,
    /// What a policy may know, and how late.
    #[serde(default)]
    pub information: Information,
    /// What is compared: each name (in tables and figures) with its strategy.
    #[schemars(schema_with = "any_table")]
    pub policies: Named<Spec>,
    /// What changes resources while a run goes on, under all policies alike. Absent: nothing does.
    #[serde(default)]
    #[schemars(schema_with = "any_table")]
    pub controller: Option<Spec>,
    /// What is varied.
    #[serde(default)]
    pub sweep: Sweep,
    /// What is kept beside the results.
    #[serde(default)]
    pub record: Record,
}

fn one() -> u64 {
    1
}

/// Strategies and controllers are registered, not listed here: the walk is told of them by name.
fn any_table(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object" })
}

/// How long a run is, and how often it is repeated.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Run {
    /// Which requests count.
    #[serde(default)]
    pub horizon: Horizon,
    /// How long counted requests are born, after the warm-up if there is one.
    pub length: SimTime,
    /// How many replications: runs that differ in nothing but their random numbers.
    #[serde(default = "ten")]
    pub replications: u32,
    /// How long after the last birth answers are still waited for. Absent: as long as `length`.
    pub drain: Option<SimTime>,
    /// Period of samples over time (`series.parquet`): queues, busy servers, power and the use of links, in the mean of each
    /// period, from the run's beginning to the last birth. Absent: none.
    pub series: Option<SimTime>,
}

fn ten() -> u32 {
    10
}

/// Which requests count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Horizon {
    /// All of them: the run is a whole story, its beginning included.
    #[default]
    Terminating,
    /// Those born after a warm-up: the run is a stretch of something that goes on.
    #[serde(rename_all = "kebab-case")]
    Steady {
        /// Requests born before this are simulated and not counted. Where that is too short, by MSER-5, the results are
        /// flagged (`unsettled`).
        warm_up: WarmUp,
    },
}

/// When a steady run begins to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    /// At a given time.
    Time(SimTime),
    /// Where MSER-5 cuts.
    Mser5,
}

impl<'de> Deserialize<'de> for WarmUp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "mser-5" => Ok(Self::Mser5),
            text => text.parse().map(Self::Time).map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for WarmUp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WarmUp".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string", "const": "mser-5" }, generator.subschema_for::<SimTime>()] })
    }
}

/// What a policy may know, and how late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Information {
    /// Age of what is known of other nodes. Zero: always exact.
    pub staleness: SimTime,
    /// Time that each decision takes, charged to the request.
    pub decision: SimTime,
}

/// What is varied.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Sweep {
    /// Each dotted path into this file with the values it takes.
    #[schemars(schema_with = "grid")]
    pub grid: Named<Vec<config::Node>>,
}

fn grid(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "additionalProperties": { "type": "array", "minItems": 1 } })
}

/// What is kept beside the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Record {
    /// Whether each request's story is written (`requests/`).
    pub requests: bool,
}
