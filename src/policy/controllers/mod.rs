//! Controllers, which change resources while a run goes on: one file a controller, one line in the list below.

/// Declares the shipped controllers: a module each, and one enum that a scenario's `controller` is read into.
macro_rules! controllers {
    ($($(#[$doc:meta])* $module:ident::$type:ident),+ $(,)?) => {
        $(mod $module;)+
        $(pub use $module::$type;)+

        /// A controller, as a scenario names it.
        #[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum AnyController {
            $($(#[$doc])* $type($type)),+
        }

        impl crate::sim::Controller for AnyController {
            fn period(&self) -> crate::units::SimTime {
                match self { $(Self::$type(c) => c.period()),+ }
            }
            fn start(&mut self, facts: crate::sim::Facts<'_>) -> Result<(), crate::problem::Problem> {
                match self { $(Self::$type(c) => c.start(facts)),+ }
            }
            fn tick(&mut self, view: &crate::sim::View<'_>, actions: &mut crate::sim::Actions) {
                match self { $(Self::$type(c) => c.tick(view, actions)),+ }
            }
            fn alarm(&mut self, alarm: crate::sim::Alarm, view: &crate::sim::View<'_>, actions: &mut crate::sim::Actions) {
                match self { $(Self::$type(c) => c.alarm(alarm, view, actions)),+ }
            }
        }
    };
}

controllers! {
    /// Starts a server where more requests than so many are there for each, stops one where fewer than so many are.
    threshold::Threshold,
}
