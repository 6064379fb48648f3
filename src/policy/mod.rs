//! Offloading policies: one file a strategy, one line in the list below.
//!
//! A user's own policy stands beside these in rank: it implements [`Policy`](crate::sim::Policy), derives its options
//! with serde and schemars, and is registered by name (see [`Registry::add`]). Controllers are listed and registered in
//! the same way: see `controllers`, and [`Registry::add_controller`].

mod controllers;
mod registry;
mod target;

pub use controllers::{AnyController, Threshold};
pub use registry::{AnyPolicy, Entry, Registry, Spec};
pub use target::Target;

/// Declares the shipped policies: a module each, one enum for static dispatch, and the entries of the registry.
macro_rules! shipped {
    ($($(#[$doc:meta])* $name:literal => $module:ident::$type:ident),+ $(,)?) => {
        $(mod $module;)+
        $(pub use $module::$type;)+

        /// A shipped policy, dispatched statically.
        #[derive(Clone, Debug)]
        pub enum Shipped {
            $($(#[$doc])* $type($type)),+
        }

        impl crate::sim::Policy for Shipped {
            fn next(&mut self, request: &crate::sim::Request, view: &crate::sim::View<'_>, rng: &mut crate::random::Rng) -> crate::sim::Step {
                match self { $(Self::$type(p) => p.next(request, view, rng)),+ }
            }
            fn start(&mut self, facts: crate::sim::Facts<'_>) -> Result<(), crate::problem::Problem> {
                match self { $(Self::$type(p) => p.start(facts)),+ }
            }
            fn needs(&self) -> crate::sim::Needs {
                match self { $(Self::$type(p) => p.needs()),+ }
            }
            fn foresee(&self, request: &crate::sim::Request) -> Option<crate::sim::Step> {
                match self { $(Self::$type(p) => p.foresee(request)),+ }
            }
            fn plan(&mut self, batch: &[crate::sim::Request], view: &crate::sim::View<'_>, actions: &mut crate::sim::Actions, rng: &mut crate::random::Rng) {
                match self { $(Self::$type(p) => p.plan(batch, view, actions, rng)),+ }
            }
            fn tick(&mut self, view: &crate::sim::View<'_>, actions: &mut crate::sim::Actions) {
                match self { $(Self::$type(p) => p.tick(view, actions)),+ }
            }
            fn observe(&mut self, outcome: &crate::sim::Outcome) {
                match self { $(Self::$type(p) => p.observe(outcome)),+ }
            }
        }

        fn entries() -> Vec<Entry> {
            vec![$(Entry::new("policy", $name, |p| AnyPolicy::Shipped(Shipped::$type(p)))),+]
        }
    };
}

shipped! {
    /// Answers at the device.
    "local" => local::Local,
    /// Answers at the nearest edge node.
    "edge" => edge::Edge,
    /// Answers at the nearest cloud node.
    "cloud" => cloud::Cloud,
    /// Answers at a place drawn at random.
    "random" => random::Random,
    /// Answers where the answer is expected first.
    "greedy-latency" => greedy_latency::GreedyLatency,
    /// Asks ever larger networks until one is confident.
    "cascade" => cascade::Cascade,
    /// Asks at two places, the second a while later: the first answer wins.
    "hedged" => hedged::Hedged,
    /// Cuts a network where latency or energy is least.
    "neurosurgeon" => neurosurgeon::Neurosurgeon,
}

#[cfg(test)]
mod tests;
