//! Controllers, which change resources while a run goes on: one file a controller, one line in the list below.

use super::registry::Entry;

/// Declares the shipped controllers: a module each, one enum, and the entries of the registry.
macro_rules! controllers {
    ($($(#[$doc:meta])* $name:literal => $module:ident::$type:ident),+ $(,)?) => {
        $(mod $module;)+
        $(pub use $module::$type;)+

        /// A controller: a shipped one, or a user's own.
        pub enum AnyController {
            $($(#[$doc])* $type($type),)+
            /// A user's own.
            Custom(Box<dyn crate::sim::Controller>),
        }

        impl crate::sim::Controller for AnyController {
            fn period(&self) -> crate::units::SimTime {
                match self { $(Self::$type(c) => c.period(),)+ Self::Custom(c) => c.period() }
            }
            fn start(&mut self, facts: crate::sim::Facts<'_>) -> Result<(), crate::problem::Problem> {
                match self { $(Self::$type(c) => c.start(facts),)+ Self::Custom(c) => c.start(facts) }
            }
            fn tick(&mut self, view: &crate::sim::View<'_>, actions: &mut crate::sim::Actions) {
                match self { $(Self::$type(c) => c.tick(view, actions),)+ Self::Custom(c) => c.tick(view, actions) }
            }
            fn alarm(&mut self, alarm: crate::sim::Alarm, view: &crate::sim::View<'_>, actions: &mut crate::sim::Actions) {
                match self {
                    $(Self::$type(c) => c.alarm(alarm, view, actions),)+
                    Self::Custom(c) => c.alarm(alarm, view, actions),
                }
            }
        }

        pub(super) fn entries() -> Vec<Entry<AnyController>> {
            vec![$(Entry::new("controller", $name, |c| AnyController::$type(c))),+]
        }
    };
}

controllers! {
    /// Starts a server where more requests than so many are there for each, stops one where fewer than so many are.
    "threshold" => threshold::Threshold,
}
