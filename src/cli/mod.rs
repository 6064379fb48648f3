//! The command line: one file a subcommand. Renders problems; knows nothing but whom to call.

mod explain;
mod lab;
mod list;
mod output;
mod program;
mod render;
mod report;
mod run;
mod schema;
mod stop;
mod validate;

pub use program::Program;

use clap::{Parser, Subcommand};

/// Where should each inference run — device, edge or cloud — and what does that cost?
#[derive(Debug, Parser)]
#[command(name = "tierwise", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// The list of subcommands.
#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Validate(validate::Validate),
    Report(report::Report),
    Lab(lab::Lab),
    List(list::List),
    Explain(explain::Explain),
    Schema(schema::Schema),
}
