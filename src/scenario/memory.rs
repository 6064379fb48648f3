//! Memories of nodes, as a scenario gives them.

use super::meaning::Meaning;
use crate::catalog::ModelProfile;
use crate::problem::{Problem, remedy_for_name};
use crate::sim::{ModelId, Source};
use crate::units::{Bytes, SimTime, Watts};
use schemars::JsonSchema;
use serde::Deserialize;

/// A memory that does not hold all models at once: a request waits while its model is loaded, for which the least
/// recently used of those not in use go.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Memory {
    /// How many bytes of models it holds.
    pub room: Bytes,
    /// Where models come from.
    pub from: Source,
    /// Time that each load takes beside that of its bytes: a cold start.
    #[serde(default)]
    pub cold: SimTime,
    /// Power that loading adds.
    #[serde(default)]
    pub power: Watts,
    /// Roles that it holds at first, the least recently used first. Absent: of those that the node lists, one after the
    /// other, all that have room.
    pub first: Option<Vec<String>>,
}

impl Memory {
    /// What this file alone can say of it.
    pub(super) fn check(&self, node: &str, hosted: &[String], meaning: &mut Meaning<'_>) {
        let at = |key: &'static str| ["nodes", node, "memory", key];
        meaning.above_zero(&at("room"), self.room.0 as f64);
        if let Source::Storage(rate) = self.from {
            meaning.above_zero(&["nodes", node, "memory", "from", "storage"], rate.0);
        }
        for (i, role) in self.first.iter().flatten().enumerate() {
            let item = i.to_string();
            let path = ["nodes", node, "memory", "first", &item];
            let received = format!("`{role}`");
            if !hosted.contains(role) {
                let problem = Problem::new("the node does not list this model").received(received);
                meaning.tell(&path, problem.remedy(remedy_for_name(role, hosted.iter().map(String::as_str))));
            } else if self.first.iter().flatten().take(i).any(|other| other == role) {
                meaning.tell(&path, Problem::new("a model is listed twice").received(received).remedy("list it once"));
            }
        }
    }

    /// Whether a node's models can be loaded: each has room, and is kept somewhere.
    pub(super) fn check_way(&self, node: &str, hosted: &[String], meaning: &mut Meaning<'_>) {
        let file = meaning.file;
        if self.from != Source::Network {
            return;
        }
        let above: Vec<_> =
            meaning.way_up(node).into_iter().skip(1).filter_map(|group| file.nodes.get(group)).collect();
        let kept = |role: &String| above.iter().any(|n| n.memory.is_none() && n.models.contains(role));
        for role in hosted.iter().filter(|role| !kept(role)) {
            let problem = Problem::new(format!("no node above `{node}` keeps `{role}` for good"));
            let remedy = "list it in the `models` of one without `memory`, or load from `storage`";
            meaning.tell(&["nodes", node, "memory", "from"], problem.remedy(remedy));
        }
    }

    /// The memory of a node that hosts these roles; `profiles` are by role.
    pub(super) fn build(
        &self,
        node: &str,
        hosted: &[String],
        profiles: &[(&str, &ModelProfile)],
        meaning: &mut Meaning<'_>,
    ) -> crate::sim::Memory {
        let sizes: Vec<Bytes> = profiles.iter().map(|(_, profile)| Bytes(profile.file.bytes)).collect();
        let named = |role: &String| profiles.iter().position(|(name, _)| name == role).map(|i| ModelId(i as u8));
        let size = |model: &ModelId| sizes[model.0 as usize].0;
        let all: Vec<ModelId> = hosted.iter().filter_map(named).collect();
        if let Some(largest) = all.iter().map(size).max().filter(|size| *size > self.room.0) {
            let problem = Problem::new(format!("no room for the largest model of `{node}`"));
            let remedy = "take a smaller or more compressed model, or a larger memory";
            let received = format!("{largest} bytes in {}", self.room);
            meaning.tell(&["nodes", node, "memory", "room"], problem.received(received).remedy(remedy));
        }
        let first = self.first.as_ref().map(|first| first.iter().filter_map(named).collect::<Vec<_>>());
        if first.iter().flatten().map(size).sum::<u64>() > self.room.0 {
            let problem = Problem::new("what it holds at first has no room together");
            meaning.tell(&["nodes", node, "memory", "first"], problem.remedy("list fewer models"));
        }
        let first = first.unwrap_or_else(|| as_many_as_fit(&all, self.room.0, size));
        let Self { room, from, cold, power, .. } = self;
        crate::sim::Memory { room: *room, sizes, from: *from, cold: *cold, power: *power, first }
    }
}

fn as_many_as_fit(all: &[ModelId], room: u64, size: impl Fn(&ModelId) -> u64) -> Vec<ModelId> {
    let mut free = room;
    let fits = |model: &&ModelId| {
        let fits = size(model) <= free;
        free -= if fits { size(model) } else { 0 };
        fits
    };
    all.iter().filter(fits).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::super::made_up::MadeUp;
    use super::super::tests::{edited, snapshot, told, world};
    use super::*;
    use crate::units::BytesPerSec;

    fn with(memory: &str) -> String {
        edited("overhead = 1.5", &format!("overhead = 1.5\nmemory = {memory}"))
    }

    #[test]
    fn a_memory_is_read() {
        let memory = |text: &str| world(&with(text), 0).groups[1].memory.clone().unwrap();
        let sizes = memory("{ room = \"1 MB\", from = { storage = \"1 MB/s\" } }").sizes;
        let small = sizes[0].0.min(sizes[1].0);
        let found = memory(&format!(
            "{{ room = \"{} B\", from = {{ storage = \"1 MB/s\" }}, cold = \"3 ms\", power = \"2 W\" }}",
            sizes[0].0.max(sizes[1].0) + small - 1,
        ));
        assert_eq!((found.cold.ns(), found.power, found.first), (3_000_000, Watts(2.0), vec![ModelId(0)]));
        assert_eq!(found.from, Source::Storage(BytesPerSec(1e6)));
        let found = memory("{ room = \"1 MB\", from = { storage = \"1 MB/s\" }, first = [\"large\"] }");
        assert_eq!(
            (found.first, world(&with("{ room = \"1 MB\", from = { storage = \"1 MB/s\" } }"), 0).groups.len()),
            (vec![ModelId(1)], 2)
        );
    }

    #[test]
    fn each_mistake_is_told_as_recorded() {
        for (name, memory) in [
            ("no-room", "{ room = \"0 B\", from = { storage = \"0 B/s\" } }"),
            ("small-room", "{ room = \"1 B\", from = { storage = \"1 MB/s\" } }"),
            (
                "not-listed",
                "{ room = \"1 MB\", from = { storage = \"1 MB/s\" }, first = [\"smal\", \"large\", \"large\"] }",
            ),
            ("kept-nowhere", "{ room = \"1 MB\", from = \"network\" }"),
        ] {
            snapshot(&format!("memory-{name}"), &told(&with(memory), &MadeUp::new()));
        }
    }
}
