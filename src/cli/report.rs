use super::output::say;
use crate::problem::Problems;
use crate::report;
use clap::Args;
use std::path::PathBuf;

/// Draws a study's figures and its page again, from its stored tables.
#[derive(Debug, Args)]
pub struct Report {
    /// The study's folder, such as results/quickstart.
    study: PathBuf,
}

impl Report {
    pub fn execute(&self) -> Result<(), Problems> {
        report::write(&self.study)?.iter().for_each(|file| say(file.display()));
        Ok(())
    }
}
