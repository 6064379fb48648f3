//! Sources of requests.

use super::classes::Classes;
use super::meaning::Meaning;
use crate::problem::Problem;
use crate::sim::{Arrivals, Tier};
use crate::units::SimTime;
use schemars::JsonSchema;
use serde::Deserialize;

/// A source of requests at each node of a group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Workload {
    /// The group of devices where requests are born.
    pub at: String,
    /// When they are born.
    pub arrivals: Arrivals,
    /// Of which classes they are.
    #[serde(default)]
    pub classes: Classes,
    /// How a raw image is encoded when it is sent.
    #[serde(default = "raw")]
    pub send: String,
    /// Where an answer must arrive.
    #[serde(default = "home")]
    pub sink: Tier,
    /// How long after its birth a request's answer is still of use. Absent: for ever.
    pub deadline: Option<SimTime>,
    /// How urgent its requests are where nodes serve by priority: 0 is served first.
    #[serde(default)]
    pub priority: u8,
}

fn raw() -> String {
    "raw".into()
}

fn home() -> Tier {
    Tier::Device
}

impl Workload {
    /// Requests born each second at one node, on average; of a closed source, if all were answered at once.
    pub(super) fn rate(&self) -> f64 {
        match self.arrivals {
            Arrivals::Poisson { rate } => rate.0,
            Arrivals::Periodic { period } => 1.0 / period.secs(),
            Arrivals::Closed { think, .. } => 1.0 / think.secs(),
        }
    }

    /// What this file alone can say of the source.
    pub(super) fn check(&self, name: &str, meaning: &mut Meaning<'_>) {
        let at = |key: &'static str| ["workload", name, key];
        match self.arrivals {
            Arrivals::Poisson { rate } => {
                meaning.above_zero(&["workload", name, "arrivals", "poisson", "rate"], rate.0)
            }
            Arrivals::Periodic { period } => {
                meaning.above_zero(&["workload", name, "arrivals", "periodic", "period"], period.secs());
            }
            Arrivals::Closed { think, .. } => {
                meaning.above_zero(&["workload", name, "arrivals", "closed", "think"], think.secs());
            }
        }
        meaning.above_zero(&at("deadline"), self.deadline.map_or(1.0, SimTime::secs));
        self.classes.check(name, meaning);
        let Some(group) = meaning.group(&at("at"), &self.at) else { return };
        if group.tier != Tier::Device {
            let problem = Problem::new("requests are born at devices only").received(format!("`{}`", self.at));
            meaning.tell(&at("at"), problem.remedy("name a group whose `tier` is `device`"));
        }
    }

    /// Whether an answer can be found on the way up, and can arrive.
    pub(super) fn check_way(&self, name: &str, meaning: &mut Meaning<'_>) {
        let file = meaning.file;
        let way: Vec<_> = meaning.way_up(&self.at).into_iter().filter_map(|group| file.nodes.get(group)).collect();
        if way.iter().all(|node| node.models.is_empty()) {
            let problem = Problem::new(format!("no model can be reached from `{}`", self.at));
            let remedy = "list a role in the `models` of a node there or above it";
            meaning.tell(&["workload", name, "at"], problem.remedy(remedy));
        }
        if !way.iter().any(|node| node.tier == self.sink) {
            let problem = Problem::new(format!("no node of this tier can be reached from `{}`", self.at));
            let remedy = "link one to it, or let the `sink` be `device`";
            meaning.tell(&["workload", name, "sink"], problem.remedy(remedy));
        }
    }
}
