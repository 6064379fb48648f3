//! What a policy may know.

use super::channel::{Channel, ChannelKey};
use super::flows::Flows;
use super::memory::Memory;
use super::node::{Node, Power};
use super::place;
use super::tempo::{Tempo, WHOLE};
use std::collections::BTreeMap;
use tierwise::sim::{Hop, Knowledge, NodeId, World};
use tierwise::units::{BitsPerSec, SimTime};

type Seen = (u32, u32, u64, u8, u32, bool, u64);

/// Queues and airtimes at one instant.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// By node: waiting, busy, work, level, servers, whether it takes newcomers, roles in memory.
    nodes: Vec<Seen>,
    channels: BTreeMap<ChannelKey, u64>,
}

impl Picture {
    pub fn of(world: &World, nodes: &[Node], channels: &BTreeMap<ChannelKey, Channel>, flows: &Flows, at: u64) -> Self {
        let rest = |key: &ChannelKey, channel: &Channel| channel.backlog(at) + flows.backlog(world, *key, at);
        let roles = |n: &Node| n.memory.as_ref().map_or(0, Memory::bits);
        let open = |n: &Node| n.power == Power::On && !n.down;
        let node = |n: &Node| (n.queue(), n.busy(), n.work(at), n.level, n.servers, open(n), roles(n));
        Self {
            nodes: nodes.iter().map(node).collect(),
            channels: channels.iter().map(|(key, c)| (*key, rest(key, c))).collect(),
        }
    }
}

/// Exact for the node where the policy is asked, published for the others.
pub struct Known<'a> {
    pub world: &'a World,
    pub replication: u64,
    pub shares: BTreeMap<(usize, u32), u64>,
    pub now: u64,
    pub exact: Picture,
    pub published: &'a Picture,
    pub here: Option<u32>,
}

impl Known<'_> {
    fn node(&self, node: NodeId) -> Seen {
        let exact = self.world.information.staleness == SimTime::ZERO || self.here == Some(node.0);
        let picture = if exact { &self.exact } else { self.published };
        picture.nodes[node.0 as usize]
    }
}

impl Knowledge for Known<'_> {
    fn waiting(&self, node: NodeId) -> u32 {
        self.node(node).0
    }

    fn busy(&self, node: NodeId) -> u32 {
        self.node(node).1
    }

    fn level(&self, node: NodeId) -> Option<u8> {
        Some(self.node(node).3)
    }

    fn backlog(&self, node: NodeId) -> SimTime {
        let (_, _, work, _, servers, ..) = self.node(node);
        SimTime::from_ns(work / u64::from(servers))
    }

    fn servers(&self, node: NodeId) -> Option<u32> {
        Some(self.node(node).4)
    }

    fn closed(&self, node: NodeId) -> bool {
        !self.node(node).5
    }

    fn resident(&self, node: NodeId) -> Option<u64> {
        Some(self.node(node).6)
    }

    fn rate(&self, hop: Hop) -> Option<BitsPerSec> {
        let (from, to) = (hop.from.0, hop.to.0);
        let hop = place::Hop { link: hop.link as usize, up: hop.up, from, to };
        let period = self.world.information.staleness.ns();
        let exact = period == 0 || self.here == Some(from) || self.here == Some(to);
        let at = if exact { self.now } else { self.now / period * period };
        let member = place::member(self.world, hop);
        let share = self.shares.get(&(hop.link, member)).copied().unwrap_or(WHOLE);
        let tempo = Tempo::of(self.world, self.replication, hop)?.with_share(share);
        tempo.known(at, place::rate(&self.world.links[hop.link], hop.up, member)).map(BitsPerSec)
    }

    fn link_backlog(&self, from: NodeId, to: NodeId) -> SimTime {
        let mut sum = 0;
        for hop in place::path(self.world, from.0, to.0).unwrap_or_default() {
            let staleness = self.world.information.staleness;
            let near = self.here == Some(hop.from) || self.here == Some(hop.to);
            let picture = if staleness == SimTime::ZERO || near { &self.exact } else { self.published };
            sum += picture.channels[&place::channel_of(self.world, hop)];
        }
        SimTime::from_ns(sum)
    }
}
