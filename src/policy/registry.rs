//! Names to policies and controllers: the shipped ones and a user's own.

use crate::config::{self, Fault, Node, Value};
use crate::problem::{Problem, remedy_for_name};
use crate::random::Rng;
use crate::sim::{Actions, Controller, Facts, Needs, Outcome, Policy, Request, Step, View};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{AnyController, Shipped};

/// A policy, or a controller, under its name in the scenario: `"local"` or `{ cascade = { path = […] } }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// Which strategy, or which controller.
    pub strategy: String,
    /// Its options, as written: a table.
    pub options: Node,
}

impl<'de> Deserialize<'de> for Spec {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::from_node(Node::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

impl Spec {
    fn from_node(node: Node) -> Result<Self, String> {
        match node.value {
            Value::String(strategy) => Ok(Self { strategy, options: Node::default() }),
            Value::Table(table) => Self::from_table(table),
            other => Err(format!("expected a name, received {}", other.kind())),
        }
    }

    fn from_table(table: Vec<config::Entry>) -> Result<Self, String> {
        let mut entries = table.into_iter();
        match (entries.next(), entries.next()) {
            (Some(only), None) if matches!(only.node.value, Value::Table(_)) => {
                Ok(Self { strategy: only.key, options: only.node })
            }
            _ => Err("expected one name with a table of options, like { cascade = { … } }".into()),
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

type Build<T> = Box<dyn Fn(&Node) -> Result<T, Problem> + Send + Sync>;

/// One policy that scenarios can name; or one controller.
pub struct Entry<T = AnyPolicy> {
    /// Its name in scenarios.
    pub name: &'static str,
    /// The schema of its options; its description is the doc comment of its type.
    pub schema: schemars::Schema,
    build: Build<T>,
}

impl<T: 'static> Entry<T> {
    /// The type `P`, whose fields that serde reads are its options; `noun` says what it is.
    pub(super) fn new<P: DeserializeOwned + JsonSchema + 'static>(
        noun: &'static str,
        name: &'static str,
        wrap: fn(P) -> T,
    ) -> Self {
        let refuse = move |fault: Fault| Problem::new(format!("options of {noun} `{name}`: {fault}"));
        let build = Box::new(move |options: &Node| P::deserialize(options).map(wrap).map_err(refuse));
        Self { name, schema: schemars::schema_for!(P), build }
    }

    /// The policy or controller with these options.
    ///
    /// # Errors
    /// A [`Problem`] where the options are not its own.
    pub fn build(&self, options: &Node) -> Result<T, Problem> {
        (self.build)(options)
    }

    /// What it does, in words.
    pub fn description(&self) -> &str {
        self.schema.get("description").and_then(|d| d.as_str()).unwrap_or_default()
    }
}

/// All strategies and controllers that scenarios can name.
pub struct Registry {
    policies: Vec<Entry>,
    controllers: Vec<Entry<AnyController>>,
}

impl Default for Registry {
    fn default() -> Self {
        Self { policies: super::entries(), controllers: super::controllers::entries() }
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
        put(&mut self.policies, Entry::new::<P>("policy", name, |policy| AnyPolicy::Custom(Box::new(policy))));
    }

    /// Adds a user's own controller under `name`.
    ///
    /// ```
    /// # use tierwise::{policy::{Registry, Spec}, sim::{Action, Actions, Controller, NodeId, View}, units::SimTime};
    /// /// Switches the first node off at noon.
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Siesta {
    ///     noon: SimTime,
    /// }
    /// impl Controller for Siesta {
    ///     fn period(&self) -> SimTime {
    ///         self.noon
    ///     }
    ///     fn tick(&mut self, _: &View<'_>, actions: &mut Actions) {
    ///         actions.0.push(Action::Power { node: NodeId(0), on: false });
    ///     }
    /// }
    /// let mut registry = Registry::default();
    /// registry.add_controller::<Siesta>("siesta");
    /// let written = Spec { strategy: "siesta".into(), options: "noon = '12 h'".parse().unwrap() };
    /// assert!(registry.build_controller(&written).is_ok());
    /// ```
    pub fn add_controller<C: Controller + DeserializeOwned + JsonSchema + 'static>(&mut self, name: &'static str) {
        let entry = Entry::new::<C>("controller", name, |controller| AnyController::Custom(Box::new(controller)));
        put(&mut self.controllers, entry);
    }

    /// All strategies: ours first, in the list's order.
    pub fn entries(&self) -> &[Entry] {
        &self.policies
    }

    /// All controllers: ours first, in the list's order.
    pub fn controllers(&self) -> &[Entry<AnyController>] {
        &self.controllers
    }

    /// The strategy of this name.
    ///
    /// # Errors
    /// A [`Problem`] that suggests the nearest name.
    pub fn get(&self, name: &str) -> Result<&Entry, Problem> {
        find("policy", &self.policies, name)
    }

    /// The policy that a scenario's entry describes.
    ///
    /// # Errors
    /// An unknown strategy, or options that are not the strategy's.
    pub fn build(&self, spec: &Spec) -> Result<AnyPolicy, Problem> {
        self.get(&spec.strategy)?.build(&spec.options)
    }

    /// The controller that a scenario describes.
    ///
    /// # Errors
    /// An unknown controller, or options that are not the controller's.
    pub fn build_controller(&self, spec: &Spec) -> Result<AnyController, Problem> {
        find("controller", &self.controllers, &spec.strategy)?.build(&spec.options)
    }
}

/// A later one of the same name replaces the one before.
fn put<T>(entries: &mut Vec<Entry<T>>, new: Entry<T>) {
    entries.retain(|entry| entry.name != new.name);
    entries.push(new);
}

fn find<'a, T>(noun: &str, entries: &'a [Entry<T>], name: &str) -> Result<&'a Entry<T>, Problem> {
    let unknown = || {
        let names = entries.iter().map(|entry| entry.name);
        Problem::new(format!("unknown {noun}")).received(format!("`{name}`")).remedy(remedy_for_name(name, names))
    };
    entries.iter().find(|entry| entry.name == name).ok_or_else(unknown)
}
