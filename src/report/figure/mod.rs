//! Figures: one file each, one line each in [`ALL`].

pub mod accuracy_cost;
mod front;
mod latency_cdf;
mod over_time;
mod provision;
mod sweep;
mod tradeoff;
mod utilisation;

pub(super) use front::front;
pub(super) use utilisation::shade;

use super::{
    data::{Study, Summary},
    draw::Canvas,
    theme::{self, Look},
};

/// A drawn figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// What is on it.
    pub canvas: Canvas,
    /// What it shows, in a few words.
    pub title: String,
    /// What it shows, over how many replications, and what its intervals are.
    pub caption: String,
}

/// A kind of figure.
pub struct Figure {
    /// The name of its files.
    pub name: &'static str,
    /// Draws it; nothing if the study has no data for it.
    pub draw: fn(&Study) -> Option<Drawing>,
}

/// All figures of a study, in the order of its page.
pub const ALL: &[Figure] = &[
    Figure { name: "tradeoff", draw: tradeoff::draw },
    Figure { name: "sweep", draw: sweep::draw },
    Figure { name: "provision", draw: provision::draw },
    Figure { name: "latency_cdf", draw: latency_cdf::draw },
    Figure { name: "utilisation", draw: utilisation::draw },
    Figure { name: "over_time", draw: over_time::draw },
];

/// Every policy of a study with its look, which is the same in all figures.
fn looks(study: &Study) -> Vec<(&str, Look)> {
    study.policies.iter().enumerate().map(|(i, name)| (name.as_str(), theme::look(i))).collect()
}

/// `over 10 replications`, or what a single one means.
fn over(study: &Study) -> String {
    match study.replications() {
        0 | 1 => "A single replication, so there are no intervals.".into(),
        n => format!("Means over {n} replications."),
    }
}

/// `at station count = 84`, with a space in front; nothing without a sweep.
fn at_point(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" at {name}") }
}

/// A sentence naming the policies that a figure cannot show; nothing if there are none.
fn left_out(names: &[&str], why: &str) -> String {
    if names.is_empty() { String::new() } else { format!(" Not shown, {why}: {}.", names.join(", ")) }
}

/// Whether an interval can be drawn.
fn has_interval(row: &Summary) -> bool {
    row.low.is_finite() && row.high.is_finite() && row.high > row.low
}
