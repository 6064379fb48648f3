//! What a policy may know of nodes and links.

use super::{Channels, Nodes};
use crate::sim::board::Published;
use crate::sim::layout::Layout;
use crate::sim::service::{Look, Station};
use crate::sim::sharing::Channel;
use crate::sim::{Hop, Knowledge, NodeId, World};
use crate::units::{BitsPerSec, SimTime};

/// What a policy may know now, standing at a node, or nowhere.
pub(in crate::sim) struct Known<'a> {
    pub world: &'a World,
    pub layout: &'a Layout,
    pub nodes: &'a Nodes,
    pub channels: &'a Channels,
    pub now: SimTime,
    pub here: Option<NodeId>,
}

impl Known<'_> {
    fn look(&self, node: NodeId) -> Look {
        match self.exact(node) {
            Some(station) => station.look(self.now, self.now),
            None => self.posted(node),
        }
    }

    /// Whether all that is so of a node is known.
    #[inline]
    fn is_exact(&self, node: NodeId) -> bool {
        self.nodes.board.is_exact() || self.here == Some(node)
    }

    /// A node's station, if all that is so of it is known.
    #[inline]
    fn exact(&self, node: NodeId) -> Option<&Station> {
        self.is_exact(node).then(|| &self.nodes.stations[node.0 as usize])
    }

    /// Requests at a node, which nobody keeps.
    #[inline(never)]
    fn counted(&self, node: NodeId) -> u32 {
        let counts = &self.nodes.counts;
        self.exact(node).map_or_else(|| self.posted(node).requests(), |station| counts.counted(node, self.now, station))
    }

    fn posted(&self, node: NodeId) -> Look {
        let station = &self.nodes.stations[node.0 as usize];
        self.nodes.board.read(node.0, self.now, |p| station.look(p.counted, p.at))
    }

    fn airtime(&self, channel: u32, ends: [NodeId; 2]) -> u128 {
        let of = &self.channels.channels[channel as usize];
        if self.channels.board.is_exact() || ends.map(Some).contains(&self.here) {
            return of.backlog(self.channels.flows.as_deref(), self.now, self.now);
        }
        let published = |p: Published| of.backlog(self.channels.flows.as_deref(), p.counted, p.at);
        self.channels.board.read(channel, self.now, published)
    }
}

fn span(ns: u128) -> SimTime {
    SimTime::from_ns(u64::try_from(ns).unwrap_or(u64::MAX))
}

impl Knowledge for Known<'_> {
    fn waiting(&self, node: NodeId) -> u32 {
        self.exact(node).map_or_else(|| self.posted(node).waiting, |station| station.waiting(self.now))
    }

    fn busy(&self, node: NodeId) -> u32 {
        self.exact(node).map_or_else(|| self.posted(node).busy, |station| station.busy(self.now))
    }

    fn requests(&self, node: NodeId) -> u32 {
        match self.nodes.counts.kept(node, self.now) {
            Some(count) if self.is_exact(node) => count,
            _ => self.counted(node),
        }
    }

    fn level(&self, node: NodeId) -> Option<u8> {
        Some(self.look(node).level)
    }

    fn backlog(&self, node: NodeId) -> SimTime {
        let look = self.look(node);
        let servers =
            look.servers.unwrap_or_else(|| self.world.groups[self.layout.group_of(node).0 as usize].servers());
        span(look.work / u128::from(servers.max(1)))
    }

    fn servers(&self, node: NodeId) -> Option<u32> {
        self.look(node).servers
    }

    fn closed(&self, node: NodeId) -> bool {
        self.look(node).closed
    }

    fn resident(&self, node: NodeId) -> Option<u64> {
        Some(self.look(node).resident)
    }

    fn rate(&self, hop: Hop) -> Option<BitsPerSec> {
        let Channel::Varying(varying) = &self.channels.channels[self.layout.channel(hop) as usize] else { return None };
        let near = [hop.from, hop.to].map(Some).contains(&self.here);
        let at = if near { self.now } else { self.channels.board.seen(self.now) };
        let (link, member) = (&self.world.links[hop.link as usize], self.layout.member(hop));
        varying.rate(member, hop.up, at, link.usual_rate(hop.up, member))
    }

    fn link_backlog(&self, from: NodeId, to: NodeId) -> SimTime {
        let hops = std::iter::successors(self.layout.next_hop(from, to), |hop| self.layout.next_hop(hop.to, to));
        span(hops.map(|hop| self.airtime(self.layout.channel(hop), [hop.from, hop.to])).sum())
    }
}
