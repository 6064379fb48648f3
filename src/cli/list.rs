use super::output::say;
use crate::catalog;
use crate::policy::{Entry, Registry};
use crate::problem::Problems;
use clap::{Args, ValueEnum};

/// Lists what scenarios can name: policies, controllers, device presets, link presets.
#[derive(Debug, Args)]
pub struct List {
    /// What to list; absent: everything.
    what: Option<What>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Policies,
    Controllers,
    Devices,
    Links,
}

impl List {
    pub fn execute(&self, registry: &Registry) -> Result<(), Problems> {
        let wanted = |what| self.what.is_none_or(|w| w == what);
        if wanted(What::Policies) {
            section("policies", registry.entries().iter().map(line));
        }
        if wanted(What::Controllers) {
            section("controllers", registry.controllers().iter().map(line));
        }
        if wanted(What::Devices) {
            section(
                "device presets",
                catalog::devices().into_iter().filter_map(|n| Some((n.into(), catalog::device(n)?.title))),
            );
        }
        if wanted(What::Links) {
            section(
                "link presets",
                catalog::links().into_iter().filter_map(|n| Some((n.into(), catalog::link(n)?.title))),
            );
        }
        Ok(())
    }
}

fn line<T: 'static>(entry: &Entry<T>) -> (String, String) {
    (entry.name.to_string(), first_sentence(entry.description()))
}

fn section(title: &str, rows: impl Iterator<Item = (String, String)>) {
    say(format!("{title}:"));
    rows.for_each(|(name, text)| say(format!("  {name:<18} {text}")));
}

fn first_sentence(text: &str) -> String {
    let end = [". ", ".\n"].into_iter().filter_map(|end| text.find(end)).min().map_or(text.len(), |i| i + 1);
    text[..end].replace('\n', " ")
}
