use super::output::complain;
use super::{Arguments, Command};
use crate::policy::Registry;
use crate::problem::Problems;
use crate::sim::{Controller, Policy};
use clap::Parser;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::process::ExitCode;

/// The whole program, open to a user's own policies and controllers.
///
/// ```no_run
/// # use tierwise::{random::Rng, sim::{Policy, Request, Step, View}};
/// # #[derive(serde::Deserialize, schemars::JsonSchema)]
/// # struct Mine {}
/// # impl Policy for Mine {
/// #     fn next(&mut self, _: &Request, _: &View<'_>, _: &mut Rng) -> Step { Step::Drop }
/// # }
/// fn main() -> std::process::ExitCode {
///     tierwise::Program::new().policy::<Mine>("mine").main()
/// }
/// ```
#[derive(Default)]
pub struct Program {
    registry: Registry,
}

impl Program {
    /// With the shipped policies and controllers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a policy, which scenarios can then name.
    #[must_use]
    pub fn policy<P: Policy + DeserializeOwned + JsonSchema + 'static>(mut self, name: &'static str) -> Self {
        self.registry.add::<P>(name);
        self
    }

    /// Adds a controller, which scenarios can then name.
    #[must_use]
    pub fn controller<C: Controller + DeserializeOwned + JsonSchema + 'static>(mut self, name: &'static str) -> Self {
        self.registry.add_controller::<C>(name);
        self
    }

    /// Runs the command line of this process: 0 on success, 1 on a problem, 2 on wrong usage.
    pub fn main(self) -> ExitCode {
        match self.execute(Arguments::parse().command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problems) => {
                complain(&problems);
                ExitCode::FAILURE
            }
        }
    }

    fn execute(&self, command: Command) -> Result<(), Problems> {
        match command {
            Command::Run(c) => c.execute(&self.registry),
            Command::Validate(c) => c.execute(&self.registry),
            Command::Report(c) => c.execute(),
            Command::Lab(c) => c.execute(),
            Command::List(c) => c.execute(&self.registry),
            Command::Explain(c) => c.execute(&self.registry),
            Command::Schema(c) => c.execute(&self.registry),
        }
    }
}
