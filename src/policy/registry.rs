//! Names to policies: the shipped ones and a user's own.

use crate::problem::{Problem, remedy_for_name};
use crate::random::Rng;
use crate::sim::{Actions, Facts, Needs, Outcome, Policy, Request, Step, View};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Shipped;

/// A policy under its name in the scenario: `"local"` or `{ cascade = { path = […] } }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// Which strategy.
    pub strategy: String,
    /// Its options, as written.
    pub options: toml::Table,
}

impl<'de> Deserialize<'de> for Spec {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(d)? {
            toml::Value::String(strategy) => Ok(Self { strategy, options: toml::Table::new() }),
            toml::Value::Table(table) => Self::from_table(table).map_err(serde::de::Error::custom),
            other => Err(serde::de::Error::custom(format!("expected a strategy, received {other}"))),
        }
    }
}

impl Spec {
    fn from_table(table: toml::Table) -> Result<Self, String> {
        let mut entries = table.into_iter();
        match (entries.next(), entries.next()) {
            (Some((strategy, toml::Value::Table(options))), None) => Ok(Self { strategy, options }),
            _ => Err("expected one strategy with a table of options, like { cascade = { … } }".into()),
        }
    }
}

/// Any policy that a study can run: shipped ones statically dispatched, others behind a box.
pub enum AnyPolicy {
    /// One of ours.
    Shipped(Shipped),
    /// A user's own.
    Custom(Box<dyn Policy>),
}

macro_rules! either {
    ($self:ident, $policy:ident => $call:expr) => {
        match $self {
            AnyPolicy::Shipped($policy) => $call,
            AnyPolicy::Custom($policy) => $call,
        }
    };
}

impl Policy for AnyPolicy {
    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        either!(self, policy => policy.next(request, view, rng))
    }
    fn start(&mut self, facts: Facts<'_>) -> Result<(), Problem> {
        either!(self, policy => policy.start(facts))
    }
    fn needs(&self) -> Needs {
        either!(self, policy => policy.needs())
    }
    fn foresee(&self, request: &Request) -> Option<Step> {
        either!(self, policy => policy.foresee(request))
    }
    fn plan(&mut self, batch: &[Request], view: &View<'_>, actions: &mut Actions, rng: &mut Rng) {
        either!(self, policy => policy.plan(batch, view, actions, rng));
    }
    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        either!(self, policy => policy.tick(view, actions));
    }
    fn observe(&mut self, outcome: &Outcome) {
        either!(self, policy => policy.observe(outcome));
    }
}

type Build = Box<dyn Fn(toml::Table) -> Result<AnyPolicy, Problem> + Send + Sync>;

/// One strategy that scenarios can name.
pub struct Entry {
    /// Its name in scenarios.
    pub name: &'static str,
    /// The schema of its options; its description is the doc comment of its type.
    pub schema: schemars::Schema,
    build: Build,
}

impl Entry {
    /// The strategy `P`, whose fields that serde reads are its options.
    pub fn new<P: DeserializeOwned + JsonSchema + 'static>(name: &'static str, wrap: fn(P) -> AnyPolicy) -> Self {
        let read = move |options: toml::Table| toml::Value::Table(options).try_into::<P>();
        let refuse = move |e: toml::de::Error| Problem::new(format!("options of policy `{name}`: {}", e.message()));
        let build = Box::new(move |options| read(options).map(wrap).map_err(refuse));
        Self { name, schema: schemars::schema_for!(P), build }
    }

    /// The policy with these options.
    ///
    /// # Errors
    /// A [`Problem`] where the options are not the strategy's.
    pub fn build(&self, options: toml::Table) -> Result<AnyPolicy, Problem> {
        (self.build)(options)
    }

    /// What it does, in words.
    pub fn description(&self) -> &str {
        self.schema.get("description").and_then(|d| d.as_str()).unwrap_or_default()
    }
}

/// All strategies that scenarios can name.
pub struct Registry(Vec<Entry>);

impl Default for Registry {
    fn default() -> Self {
        Self(super::entries())
    }
}

impl Registry {
    /// Adds a user's own strategy under `name`.
    ///
    /// ```
    /// # use tierwise::{policy::Registry, random::Rng, sim::{Policy, Request, Step, View}};
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Never {}
    /// impl Policy for Never {
    ///     fn next(&mut self, _: &Request, _: &View<'_>, _: &mut Rng) -> Step {
    ///         Step::Drop
    ///     }
    /// }
    /// let mut registry = Registry::default();
    /// registry.add::<Never>("never");
    /// assert!(registry.get("never").is_ok());
    /// ```
    pub fn add<P: Policy + DeserializeOwned + JsonSchema + 'static>(&mut self, name: &'static str) {
        self.0.retain(|entry| entry.name != name);
        self.0.push(Entry::new::<P>(name, |policy| AnyPolicy::Custom(Box::new(policy))));
    }

    /// All entries: ours first, in the list's order.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The strategy of this name.
    ///
    /// # Errors
    /// A [`Problem`] that suggests the nearest name.
    pub fn get(&self, name: &str) -> Result<&Entry, Problem> {
        let unknown = || {
            let names: Vec<&str> = self.0.iter().map(|e| e.name).collect();
            Problem::new("unknown policy").received(format!("`{name}`")).remedy(remedy_for_name(name, names))
        };
        self.0.iter().find(|entry| entry.name == name).ok_or_else(unknown)
    }

    /// The policy that a scenario's entry describes.
    ///
    /// # Errors
    /// An unknown strategy, or options that are not the strategy's.
    pub fn build(&self, spec: &Spec) -> Result<AnyPolicy, Problem> {
        self.get(&spec.strategy)?.build(spec.options.clone())
    }
}
