//! Where the numbers come from.

use crate::report::data::{Profile, Study, Summary};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Provenance {
    notes: Vec<String>,
    facts: Vec<Fact>,
    flags: Vec<Flag>,
    profiles: Vec<Listed>,
}

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Flag {
    name: String,
    meaning: String,
}

#[derive(Serialize)]
struct Listed {
    role: String,
    id: String,
    sha256: String,
}

/// What a reader must know of flagged rows.
const MEANINGS: [(&str, &str); 7] = [
    ("extrapolated", "a model ran on a node outside the range that the node's figures were fitted on"),
    ("mixed_boundaries", "joules measured at unlike boundaries (chip, board, wall) were added up"),
    ("oracle", "the policy reads the truth: a bound, not a strategy"),
    ("overloaded", "a node or link was offered more than it can do: queues grow as long as requests come"),
    ("tuned_on_test", "something was chosen by looking at test images"),
    ("unsettled", "times to the answer still drift after the warm-up (MSER-5): lengthen it, or look for an overload"),
    ("undrained", "some requests had no answer when a run stopped, and count as missed"),
];

/// The provenance of a study.
pub(super) fn of(study: &Study) -> Provenance {
    let m = &study.manifest;
    Provenance {
        notes: m.notes.clone(),
        facts: facts(study),
        flags: flags(study),
        profiles: m.profiles.iter().map(listed).collect(),
    }
}

fn facts(study: &Study) -> Vec<Fact> {
    let m = &study.manifest;
    let parameter = study.points.first().map(|p| p.parameter.clone()).unwrap_or_default();
    let values: Vec<&str> = study.points.iter().map(|p| p.value.as_str()).collect();
    let all = [
        ("Scenario", m.scenario.clone()),
        ("Scenario's SHA-256", m.scenario_sha256.clone()),
        ("Images", m.images.clone()),
        ("Seed", m.seed.map(|s| s.to_string()).unwrap_or_default()),
        ("Replications", study.replications().to_string()),
        ("Swept", if parameter.is_empty() { parameter } else { format!("{parameter} = {}", values.join(", ")) }),
        ("Policies", study.policies.join(", ")),
        ("Made with", if m.version.is_empty() { String::new() } else { format!("tierwise {}", m.version) }),
    ];
    let fact = |(name, value): (&'static str, String)| (!value.is_empty()).then_some(Fact { name, value });
    all.into_iter().filter_map(fact).collect()
}

/// Every flag that occurs, with the policies that carry it.
fn flags(study: &Study) -> Vec<Flag> {
    let mut names: Vec<&str> = study.summary.iter().flat_map(Summary::flags).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| Flag { name: name.into(), meaning: meaning(study, name) }).collect()
}

fn meaning(study: &Study, flag: &str) -> String {
    let carries = |p: &&String| study.summary.iter().any(|r| r.policy == **p && r.flags().any(|f| f == flag));
    let who: Vec<&str> = study.policies.iter().filter(carries).map(String::as_str).collect();
    let known = MEANINGS.iter().find(|(name, _)| *name == flag).map(|(_, meaning)| format!("{meaning}; "));
    let who = if who.len() == study.policies.len() { "all policies".into() } else { who.join(", ") };
    format!("{}on rows of {who}", known.unwrap_or_default())
}

fn listed(profile: &Profile) -> Listed {
    let role = if profile.role.is_empty() { &profile.id } else { &profile.role };
    Listed { role: role.clone(), id: profile.id.clone(), sha256: profile.sha256.clone() }
}
