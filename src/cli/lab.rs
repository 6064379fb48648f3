use super::output::say;
use super::stop;
use crate::lab;
use crate::problem::Problems;
use crate::report;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

/// Makes a recipe's variants (trained, distilled, measured), or verifies one that was made.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Lab {
    #[command(subcommand)]
    command: Option<Command>,
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
    /// Write tables of all the recipe's networks into this folder, as CSV and Parquet: variants, layers, levels, subclass,
    /// transfer, features, corruption, energy, transmission.
    #[arg(long)]
    table: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads variants' weights, runs all images again and compares with profiles and tables.
    Verify {
        /// Variants' folders, or their profile.json.
        #[arg(required = true)]
        profiles: Vec<PathBuf>,
        /// Folder of the data's files, where the variant's source needs one.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Codes a new network's file against the old one that it replaces, decodes that, and tells what it takes.
    Update {
        /// The old variant's folder, or its weights.
        old: PathBuf,
        /// The new one's.
        new: PathBuf,
        /// Where the update goes; nowhere unless said.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Runs a recipe's searches: settings of a variant, or networks for a device; draws what was found.
    Search {
        /// The recipe file.
        recipe: PathBuf,
        /// Folder of the data's files, where the recipe's source needs one.
        #[arg(long)]
        data: Option<PathBuf>,
        /// Where variants are that trials need, such as teachers; they are made first.
        #[arg(long, default_value = "results/models")]
        models: PathBuf,
        /// Where results go, those of each search into a folder of its name.
        #[arg(long, default_value = "results/search")]
        out: PathBuf,
        /// Run only these searches.
        #[arg(long)]
        only: Vec<String>,
        /// Say about how long it would take, and try nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Draws networks: accuracy by cost, training, confusion, reliability, sensitivity, corruption, and gains by class; or a
    /// search's course and fronts.
    Figures {
        /// The table of the networks, variants.parquet, or of a search's trials, history.parquet.
        table: PathBuf,
        /// The folder of their folders.
        #[arg(long, default_value = "results/models")]
        models: PathBuf,
        /// Draw only these variants.
        #[arg(long)]
        only: Vec<String>,
        /// Where the figures go.
        #[arg(long)]
        out: PathBuf,
    },
}

impl Lab {
    pub fn execute(self) -> Result<(), Problems> {
        match self.command {
            Some(Command::Verify { profiles, data }) => verify(&profiles, data.as_deref()),
            Some(Command::Update { old, new, out }) => {
                say(update(&lab::update(&old, &new, out.as_deref())?));
                Ok(())
            }
            Some(Command::Figures { table, models, only, out }) => {
                report::lab::write(&table, &models, &only, &out)?.iter().for_each(|file| say(file.display()));
                Ok(())
            }
            Some(Command::Search { recipe, data, models, out, only, dry_run }) => {
                let stop = Some(stop::listen()?);
                search(&recipe, &lab::trials::Options { data, models, out, only, dry_run, progress: true, stop })
            }
            None => self.make(),
        }
    }

    fn make(self) -> Result<(), Problems> {
        let Self { data, out, only, dry_run, table, .. } = self;
        let stop = Some(stop::listen()?);
        let options = lab::Options { data, out, only, dry_run, table, progress: true, stop };
        let summary = lab::run(&self.recipe.unwrap_or_default(), &options)?;
        summary.entries.iter().for_each(|entry| say(line(entry, dry_run)));
        summary.spreads.iter().for_each(|s| {
            let [mean, deviation] = [s.mean, s.deviation].map(|x| 100.0 * x);
            say(format!("{:<18} {mean:.2} % ± {deviation:.2} (sd, {} seeds)", s.variant, s.seeds));
        });
        summary.compared.iter().for_each(|c| say(compared(c)));
        Ok(())
    }
}

/// Verifies one after another; what is wrong with one does not keep the others from being looked at.
fn verify(profiles: &[PathBuf], data: Option<&Path>) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for profile in profiles {
        match lab::verify(profile, data) {
            Ok(()) => say(format!("{}: every figure is what its weights give", profile.display())),
            Err(wrong) => problems.0.extend(wrong.0),
        }
    }
    problems.or(())
}

fn update(update: &lab::Update) -> String {
    let lab::Update { bytes, coded, plain, sha256 } = update;
    let share = 100.0 * *bytes as f64 / (*coded as f64).max(1.0);
    format!(
        "{bytes} bytes, {share:.1} % of the {coded} of the new file coded alone ({plain} uncoded); decoded: {sha256}"
    )
}

fn search(recipe: &Path, options: &lab::trials::Options) -> Result<(), Problems> {
    for outcome in lab::trials::run(recipe, options)? {
        say(found(&outcome));
        if !options.dry_run {
            let folder = options.out.join(&outcome.name);
            report::lab::write(&folder.join(lab::trials::history::HISTORY), &folder, &[], &folder)?;
            say(format!("{}: history.parquet, summary.json, best.toml, figures", folder.display()));
        }
    }
    Ok(())
}

fn found(outcome: &lab::trials::Outcome) -> String {
    let lab::trials::Outcome { name, trials, finished, best, hypervolume, takes, .. } = outcome;
    if let Some(takes) = takes {
        return format!("{name}: at most {trials} trials, about {}", rounded(takes.as_secs_f64()));
    }
    let best = best.iter().take(5).map(|(settings, accuracy)| format!("\n  {:.2} %  {settings}", 100.0 * accuracy));
    let best: String = best.collect();
    let covered = match hypervolume {
        [Some(search), Some(control)] => format!("; hypervolume {search:.4}, of the random control {control:.4}"),
        [Some(search), None] => format!("; hypervolume {search:.4}"),
        _ => String::new(),
    };
    format!("{name}: {trials} trials, {finished} trained whole{covered}; best on validation images:{best}")
}

fn line(entry: &lab::Entry, dry: bool) -> String {
    let state = match (entry.made, dry) {
        (true, true) => "to be made",
        (true, false) => "made",
        (false, _) => "up to date",
    };
    let takes = entry.takes.map_or(String::new(), |t| format!(", about {}", rounded(t.as_secs_f64())));
    let after = if entry.needs.is_empty() { String::new() } else { format!(" after {}", entry.needs.join(", ")) };
    format!("{:<18} {state}{after}{takes}", entry.name)
}

fn rounded(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

fn compared(c: &lab::Compared) -> String {
    let points = 100.0 * c.difference;
    let interval = c.interval.map_or(String::new(), |(low, high)| {
        format!(" [{:+.2}, {:+.2}] (95 %, paired over {} seeds)", 100.0 * low, 100.0 * high, c.mcnemar.len())
    });
    let p: Vec<String> = c.mcnemar.iter().map(|p| format!("{p:.2e}")).collect();
    format!("{} against {}: {points:+.2} points{interval}; McNemar's p by seed: {}", c.of, c.with, p.join(", "))
}
