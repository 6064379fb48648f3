//! The static description of what is simulated: all names resolved, all figures checked, all times in nanoseconds.
//!
//! `scenario` builds it from a file, tests build it by hand; the engine only reads it.

mod elastic;
mod failures;
mod level;
mod limits;
mod memory;
mod service;

pub use elastic::*;
pub use failures::*;
pub use level::*;
pub use limits::*;
pub use memory::*;
pub use service::*;

use super::link::Link;
use crate::catalog::{Boundary, ModelTables};
use crate::units::{Bytes, SimTime, Watts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Where requests are born.
    Device,
    /// Near the devices.
    Edge,
    /// Far away and fast.
    Cloud,
}

/// Index of a node group in [`World::groups`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub u16);

/// A node: nodes are numbered group by group, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Index of a role in [`World::models`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(pub u8);

/// Index of a tap in [`Model::taps`]; 0 is the raw input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TapId(pub u8);

/// Index of a codec in [`World::codecs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodecId(pub u8);

/// Everything static.
#[derive(Clone, Debug)]
pub struct World {
    /// Seed of all random streams.
    pub seed: u64,
    /// Groups of equal nodes.
    pub groups: Vec<NodeGroup>,
    /// What joins them: a tree, each group below at most one link.
    pub links: Vec<Link>,
    /// The codecs, by [`CodecId`]; one is called `raw`.
    pub codecs: Vec<Codec>,
    /// The roles.
    pub models: Vec<Model>,
    /// True class of each image; its position is the image's row in every model's tables.
    pub labels: Arc<Vec<u16>>,
    /// Where requests come from.
    pub workloads: Vec<Workload>,
    /// What policies may know.
    pub information: Information,
    /// When requests are born and counted.
    pub horizon: Horizon,
    /// What fails: each place once.
    pub failures: Vec<Failing>,
}

/// A way to write what crosses a tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Its name: `raw`, `deflate`, …
    pub name: String,
    /// Whether what is decoded equals what was encoded: then the answers are `raw`'s.
    pub lossless: bool,
}

/// `count` equal nodes.
#[derive(Clone, Debug)]
pub struct NodeGroup {
    /// Its name in the scenario.
    pub name: String,
    /// Where it stands.
    pub tier: Tier,
    /// How many nodes.
    pub count: u32,
    /// How each serves.
    pub service: Service,
    /// Power of one node when nothing runs.
    pub idle: Watts,
    /// Power of one node when all its servers run, idle power included; each busy server adds an equal part.
    pub active: Watts,
    /// What the powers include.
    pub boundary: Boundary,
    /// How its servers can be changed; `None`: not at all.
    pub elastic: Option<Elastic>,
    /// Work of each role here, by [`ModelId`]; `None`: it is not there.
    pub work: Works,
    /// The same of batches of two, three, … up to the largest; empty where nothing is batched.
    pub batches: Vec<Works>,
    /// Its clock levels; empty: it has only one.
    pub levels: Vec<Level>,
    /// The level that it begins with, whose powers and work are those above.
    pub level: u8,
    /// Its memory; `None`: it holds all its roles for good.
    pub memory: Option<Memory>,
}

/// Service times of one role on one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Fixed time of each call.
    pub per_call: SimTime,
    /// Time from the raw input up to each tap, by [`TapId`]; rises, and is zero at tap 0.
    pub upto: Vec<SimTime>,
    /// Whether the model lies outside the range that the preset was fitted on.
    pub extrapolated: bool,
}

impl Work {
    /// Time to run from one tap up to another: at least 1 ns.
    #[inline]
    pub fn between(&self, from: TapId, upto: TapId) -> SimTime {
        let layers = self.upto[upto.0 as usize].since(self.upto[from.0 as usize]);
        (self.per_call + layers).max(SimTime::from_ns(1))
    }
}

/// A role: what the variant resident there is and says.
#[derive(Clone, Debug)]
pub struct Model {
    /// The role's name in the scenario.
    pub name: String,
    /// The variant's id.
    pub variant: String,
    /// Its taps, by [`TapId`].
    pub taps: Vec<Tap>,
    /// What it said about the images of the scenario's split, in the order of [`World::labels`].
    pub tables: Arc<ModelTables>,
    /// What it said about the validation images, for policies that calibrate.
    pub validation: Arc<ModelTables>,
}

/// A tap, resolved.
#[derive(Clone, Debug)]
pub struct Tap {
    /// Its name.
    pub name: String,
    /// Whether an answer is read here; then [`ModelTables::outputs`] has a table for it.
    pub exit: bool,
    /// Bytes under each codec, by [`CodecId`]; `None`: nobody measured that.
    pub sizes: Vec<Option<Size>>,
}

/// Bytes that cross a tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The same for every image.
    Fixed(u32),
    /// Differs between images.
    Table {
        /// Index into [`ModelTables::sizes`].
        table: u16,
        /// Mean over the images, rounded: what a policy expects of a tap that was not reached yet.
        mean: u32,
    },
}

/// A source of requests.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name in the scenario.
    pub name: String,
    /// The group whose every node is a source.
    pub at: GroupId,
    /// When requests are born.
    pub arrivals: Arrivals,
    /// How the raw image is encoded when sent, unless a policy says otherwise.
    pub send: CodecId,
    /// Where an answer must arrive: the home device, or the nearest node of that tier on its way up.
    pub sink: Tier,
    /// How long after birth an answer is still of use.
    pub deadline: Option<SimTime>,
    /// Where nodes serve by priority, 0 is served first.
    pub priority: u8,
    /// Class mixes; node `i` belongs to site `i mod sites.len()`.
    pub sites: Vec<Site>,
}

/// One site's class mix: `cumulative[c]` is 2^32 times the probability of a class at most `c`; the last is 2^32.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Cumulative probabilities, scaled by 2^32.
    pub cumulative: Vec<u64>,
}

/// When requests are born: one variant, one file in `sim/arrivals`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// A Poisson process on each node.
    Poisson {
        /// Mean requests per second and node.
        rate: crate::units::PerSec,
    },
    /// One request a period on each node, each node with its own random phase.
    Periodic {
        /// Time between two requests of one node.
        period: SimTime,
    },
    /// Each node has one request at a time: it thinks, asks, and thinks again when that request has ended, answered or
    /// not. So no more requests are under way than there are nodes, and a slow answer puts off what comes after it.
    Closed {
        /// Mean time from the end of a request, or from the run's beginning, to the next one.
        think: SimTime,
        /// How that time varies.
        #[serde(default)]
        law: Think,
    },
}

/// How the time varies for which a closed source thinks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Think {
    /// Exponentially.
    #[default]
    Exponential,
    /// Not at all; only the first is cut short by chance, so that nodes do not ask all at once.
    Fixed,
}

/// What policies may know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Information {
    /// Age of what is known of other nodes: state is published every so often; zero: always exact.
    pub staleness: SimTime,
    /// Time that each decision takes, charged to the request.
    pub decision: SimTime,
}

/// When requests are born and which are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Requests born before this are simulated and not counted.
    pub warm_up: SimTime,
    /// No request is born after this; the run then drains.
    pub end: SimTime,
    /// Requests still unanswered this long after `end` count as in flight (undrained).
    pub drain: SimTime,
}

impl World {
    /// The first node of a group and one past its last.
    #[inline]
    pub fn nodes_of(&self, group: GroupId) -> std::ops::Range<u32> {
        let first: u32 = self.groups[..group.0 as usize].iter().map(|g| g.count).sum();
        first..first + self.groups[group.0 as usize].count
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> u32 {
        self.groups.iter().map(|g| g.count).sum()
    }

    /// The group of this name.
    pub fn group(&self, name: &str) -> Option<GroupId> {
        self.groups.iter().position(|g| g.name == name).map(|i| GroupId(i as u16))
    }

    /// The role of this name.
    pub fn model(&self, name: &str) -> Option<ModelId> {
        self.models.iter().position(|m| m.name == name).map(|i| ModelId(i as u8))
    }

    /// The codec of this name.
    pub fn codec(&self, name: &str) -> Option<CodecId> {
        self.codecs.iter().position(|c| c.name == name).map(|i| CodecId(i as u8))
    }
}

impl Model {
    /// The tap of this name.
    pub fn tap(&self, name: &str) -> Option<TapId> {
        self.taps.iter().position(|t| t.name == name).map(|i| TapId(i as u8))
    }

    /// The last exit: where the whole model has run.
    pub fn answer(&self) -> Option<TapId> {
        self.taps.iter().rposition(|t| t.exit).map(|i| TapId(i as u8))
    }

    /// Bytes of `image` at a tap under a codec; `None`: nobody measured that.
    #[inline]
    pub fn bytes(&self, tap: TapId, codec: CodecId, image: u32) -> Option<Bytes> {
        let bytes = match (*self.taps.get(tap.0 as usize)?.sizes.get(codec.0 as usize)?)? {
            Size::Fixed(bytes) => bytes,
            Size::Table { table, .. } => *self.tables.sizes.get(table as usize)?.bytes.get(image as usize)?,
        };
        Some(Bytes(u64::from(bytes)))
    }

    /// Mean bytes over the images at a tap under a codec; `None`: nobody measured that.
    pub fn mean_bytes(&self, tap: TapId, codec: CodecId) -> Option<Bytes> {
        let size = (*self.taps.get(tap.0 as usize)?.sizes.get(codec.0 as usize)?)?;
        Some(Bytes(u64::from(match size {
            Size::Fixed(bytes) | Size::Table { mean: bytes, .. } => bytes,
        })))
    }
}
