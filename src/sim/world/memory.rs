//! What a node's memory holds, and how models come into it.

use super::{GroupId, ModelId, NodeId, World};
use crate::sim::View;
use crate::units::{Bytes, BytesPerSec, SimTime, Watts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most roles of a world with a memory.
pub const MOST_ROLES: usize = 64;

/// A node's memory for models.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    /// How many bytes of models it holds.
    pub room: Bytes,
    /// Bytes of each role, by [`ModelId`].
    pub sizes: Vec<Bytes>,
    /// Where models come from.
    pub from: Source,
    /// Time that each load takes beside that of its bytes.
    pub cold: SimTime,
    /// Power that loading adds.
    pub power: Watts,
    /// What it holds at first, the least recently used first.
    pub first: Vec<ModelId>,
}

/// Where models come from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The node's own storage, read at this rate.
    Storage(BytesPerSec),
    /// The nearest node above that keeps them for good. Takes as long as the route takes alone, and keeps nobody off it.
    Network,
}

impl World {
    /// The nearest node above one of this group's that keeps a role for good.
    fn keeper(&self, group: GroupId, model: ModelId) -> Option<(NodeId, NodeId)> {
        let node = NodeId(self.nodes_of(group).start);
        let keeps = |n: NodeId| {
            let group = &self.groups[self.group_of(n).0 as usize];
            n != node && group.memory.is_none() && group.work[model.0 as usize].is_some()
        };
        Some((node, self.first_above(node, keeps)?))
    }

    /// How long a node of a group takes to load a role: at least 1 ns; `None`: it cannot.
    pub fn load_time(&self, group: GroupId, model: ModelId) -> Option<SimTime> {
        let of = &self.groups[group.0 as usize];
        let memory = of.memory.as_ref().filter(|_| of.work[model.0 as usize].is_some())?;
        let bytes = memory.sizes[model.0 as usize];
        let time = match memory.from {
            Source::Storage(rate) => SimTime::from_secs(bytes.0 as f64 / rate.0),
            Source::Network => {
                let (node, keeper) = self.keeper(group, model)?;
                View::new(self, &(), SimTime::ZERO, node, node).transfer_time(keeper, node, bytes)
            }
        };
        Some((memory.cold + time).max(SimTime::from_ns(1)))
    }
}
