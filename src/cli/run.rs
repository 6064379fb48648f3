use super::output::say;
use crate::config;
use crate::policy::Registry;
use crate::problem::Problems;
use crate::report;
use crate::scenario::Scenario;
use crate::study::{Files, Options, Study, StudyResult};
use clap::Args;
use std::path::{Path, PathBuf};

/// Runs a scenario: all points, policies and replications; prints a table and the answer in words; writes tables, figures
/// and a page.
#[derive(Debug, Args)]
pub struct Run {
    /// The scenario file.
    scenario: PathBuf,
    /// Folder of results; absent: results/<scenario's name>.
    #[arg(long)]
    out: Option<PathBuf>,
    /// How many threads; 0: as many as there are processors. The results are the same.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Store one row a request, too.
    #[arg(long)]
    requests: bool,
    /// Run even if an equal study is already in the folder.
    #[arg(long)]
    force: bool,
}

impl Run {
    pub fn execute(self, registry: &Registry) -> Result<(), Problems> {
        let scenario = Scenario::parse(config::source(&self.scenario)?, registry)?;
        let study = Study::load(&scenario, registry, &Files::below("."))?;
        let result = study.run(&self.options())?;
        say(result.table());
        result.words().iter().for_each(say);
        if !(result.reused && result.folder.join("report.html").exists()) {
            report::write(&result.folder)?;
        }
        say(ending(&result));
        Ok(())
    }

    fn options(&self) -> Options {
        let name = self.scenario.file_stem().unwrap_or_default();
        let out = self.out.clone().unwrap_or_else(|| Path::new("results").join(name));
        Options { threads: self.threads, out, requests: self.requests, force: self.force }
    }
}

fn ending(result: &StudyResult) -> String {
    let how = if result.reused {
        "an equal study was already there: nothing was run again"
    } else {
        "tables, figures and report.html"
    };
    format!("\n{}: {how}", result.folder.display())
}
