//! Clock levels of a node.

use super::{NodeGroup, Work};
use crate::units::Watts;

/// Work of each role on a node, by [`super::ModelId`]; `None`: it is not there.
pub type Works = Vec<Option<Work>>;

/// The greatest power of a node: samples over time add up nanowatts times nanoseconds in 128 bits.
pub const MOST_POWER: Watts = Watts(1e9);

/// A node's figures at one clock level.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Power when nothing runs.
    pub idle: Watts,
    /// Power when all servers run, idle power included.
    pub active: Watts,
    /// Work of each role.
    pub work: Works,
    /// The same of batches of two, three, … up to the largest.
    pub batches: Vec<Works>,
}

impl NodeGroup {
    /// Power that one busy server adds at the first level.
    #[inline]
    pub fn server_power(&self) -> Watts {
        self.share(self.idle, self.active)
    }

    /// Power of an idle node at a level.
    pub fn idle_at(&self, level: u8) -> Watts {
        self.levels.get(level as usize).map_or(self.idle, |level| level.idle)
    }

    /// Power that one busy server adds at a level.
    pub fn server_power_at(&self, level: u8) -> Watts {
        self.levels.get(level as usize).map_or(self.server_power(), |level| self.share(level.idle, level.active))
    }

    fn share(&self, idle: Watts, active: Watts) -> Watts {
        Watts((active.0 - idle.0) / f64::from(self.servers().max(1)))
    }

    /// Work at a level.
    #[inline]
    pub fn work_at(&self, level: u8) -> &Works {
        self.levels.get(level as usize).map_or(&self.work, |level| &level.work)
    }

    /// Servers of one node.
    #[inline]
    pub fn servers(&self) -> u32 {
        self.service.servers()
    }
}
