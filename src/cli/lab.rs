use super::output::say;
use crate::lab;
use crate::problem::Problems;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Makes a recipe's variants (trained, distilled, measured), or verifies one that was made.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Lab {
    #[command(subcommand)]
    verify: Option<Command>,
    /// The recipe file.
    #[arg(required = true)]
    recipe: Option<PathBuf>,
    /// Folder of the data's files, where the recipe's source needs one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where variants go, each into a folder of its name.
    #[arg(long, default_value = "results/models")]
    out: PathBuf,
    /// Make only these variants and the parents they need.
    #[arg(long)]
    only: Vec<String>,
    /// Say what would be made, and make nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads a variant's weights, runs all its images again and compares with its profile and tables.
    Verify {
        /// The variant's folder, or its profile.json.
        profile: PathBuf,
        /// Folder of the data's files, where the variant's source needs one.
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

impl Lab {
    pub fn execute(self) -> Result<(), Problems> {
        match self.verify {
            Some(Command::Verify { profile, data }) => {
                lab::verify(&profile, data.as_deref())?;
                say(format!("{}: every figure is what its weights give", profile.display()));
                Ok(())
            }
            None => self.make(),
        }
    }

    fn make(self) -> Result<(), Problems> {
        let dry = self.dry_run;
        let options = lab::Options { data: self.data, out: self.out, only: self.only, dry_run: dry, progress: true };
        let summary = lab::run(&self.recipe.unwrap_or_default(), &options)?;
        for (variant, made) in summary.variants {
            say(format!("{variant:<18} {}", said(made, dry)));
        }
        Ok(())
    }
}

fn said(made: bool, dry: bool) -> &'static str {
    match (made, dry) {
        (true, true) => "to be made",
        (true, false) => "made",
        (false, _) => "up to date",
    }
}
