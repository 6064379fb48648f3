//! Where nodes stand in the tree, and what a hop costs: plain readings of a [`World`], without tables.

use super::{Direction, GroupId, NodeId, Tier, World};

/// One link on a route, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Index in [`World::links`].
    pub link: u16,
    /// Towards the cloud.
    pub up: bool,
    /// From where.
    pub from: NodeId,
    /// To where.
    pub to: NodeId,
}

impl Hop {
    /// The end nearer to the devices.
    #[inline]
    pub fn lower(&self) -> NodeId {
        if self.up { self.from } else { self.to }
    }

    /// The number of a direction of a link: by link, upwards first.
    #[inline]
    pub(super) fn lane(&self) -> usize {
        usize::from(self.link) * 2 + usize::from(!self.up)
    }

    /// The end nearer to the cloud.
    #[inline]
    pub fn upper(&self) -> NodeId {
        if self.up { self.to } else { self.from }
    }
}

impl World {
    /// The group of a node.
    pub fn group_of(&self, node: NodeId) -> GroupId {
        let mut first = 0;
        let past = |count: u32| {
            first += count;
            node.0 < first
        };
        GroupId(self.groups.iter().map(|g| g.count).position(past).unwrap_or(self.groups.len() - 1) as u16)
    }

    /// The tier of a node.
    pub fn tier_of(&self, node: NodeId) -> Tier {
        self.groups[self.group_of(node).0 as usize].tier
    }

    /// The hop from a node towards the cloud; `None` at the top of its tree.
    pub fn up_from(&self, node: NodeId) -> Option<Hop> {
        let group = self.group_of(node);
        let link = self.links.iter().position(|l| l.lower == group)?;
        let (below, above) = (self.nodes_of(group), self.nodes_of(self.links[link].upper));
        let to = NodeId(above.start + (node.0 - below.start) % (above.end - above.start).max(1));
        Some(Hop { link: link as u16, up: true, from: node, to })
    }

    /// The first hop on the way from one node to another; `None`: already there, or no way.
    pub fn next_hop(&self, from: NodeId, to: NodeId) -> Option<Hop> {
        if from == to {
            return None;
        }
        let below = std::iter::successors(self.up_from(to), |hop| self.up_from(hop.to)).find(|hop| hop.to == from);
        match below {
            Some(hop) => Some(Hop { up: false, from: hop.to, to: hop.from, ..hop }),
            None => self.up_from(from),
        }
    }

    /// The hops from one node to another, in order; `None`: no way.
    pub fn route(&self, from: NodeId, to: NodeId) -> Option<impl Iterator<Item = Hop> + '_> {
        let hops = move || std::iter::successors(self.next_hop(from, to), move |hop| self.next_hop(hop.to, to));
        let arrives = from == to || hops().last().is_some_and(|hop| hop.to == to);
        arrives.then(hops)
    }

    /// The node itself or the first above it that `wanted` holds for.
    pub fn first_above(&self, node: NodeId, wanted: impl Fn(NodeId) -> bool) -> Option<NodeId> {
        std::iter::successors(Some(node), |n| self.up_from(*n).map(|hop| hop.to)).find(|n| wanted(*n))
    }

    /// The direction of a link that a hop uses.
    #[inline]
    pub fn direction(&self, hop: Hop) -> &Direction {
        self.links[hop.link as usize].direction(hop.up)
    }
}
