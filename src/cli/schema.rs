use super::output::say;
use crate::catalog;
use crate::lab;
use crate::policy::Registry;
use crate::problem::Problems;
use crate::scenario;
use clap::{Args, ValueEnum};

/// Prints the JSON schema of a file format: for editors, and for programs that write such files.
#[derive(Debug, Args)]
pub struct Schema {
    /// Which format.
    what: What,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Scenario,
    Profile,
    Recipe,
}

impl Schema {
    pub fn execute(&self, registry: &Registry) -> Result<(), Problems> {
        say(match self.what {
            What::Scenario => scenario::schema(registry).to_json(),
            What::Profile => catalog::profile_schema().into(),
            What::Recipe => lab::recipe::schema().to_json(),
        });
        Ok(())
    }
}
