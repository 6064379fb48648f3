use super::output::say;
use crate::config;
use crate::policy::Registry;
use crate::problem::Problems;
use crate::scenario::Scenario;
use crate::study::Files;
use clap::Args;
use std::path::PathBuf;

/// Checks a scenario file: all that is wrong with it at once, each with its place and remedy.
#[derive(Debug, Args)]
pub struct Validate {
    /// The scenario file.
    scenario: PathBuf,
}

impl Validate {
    pub fn execute(&self, registry: &Registry) -> Result<(), Problems> {
        let scenario = Scenario::parse(config::source(&self.scenario)?, registry)?;
        let library = scenario.load(&Files::below("."))?;
        scenario.check(&library, registry)?;
        let (points, policies) = (scenario.points().len(), scenario.file().policies.len());
        say(format!("{}: fine ({points} points, {policies} policies)", self.scenario.display()));
        Ok(())
    }
}
