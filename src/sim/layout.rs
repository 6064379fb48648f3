//! The world's tables, worked out once before a run, and checked: what the engine looks up in its loop.

use super::fetch::fetch;
use super::lane::Lane;
use super::scores::Scores;
use super::service::Spread;
use super::{CodecId, GroupId, Hop, NodeId, Request, Tier, World};
use crate::problem::Problem;

const NOWHERE: u32 = u32::MAX;

/// Tables of a world.
#[derive(Debug)]
pub(super) struct Layout {
    /// By node: where it stands.
    places: Vec<Place>,
    /// By group: its first node.
    firsts: Vec<u32>,
    /// By group: 0 device, 1 edge, 2 cloud.
    pub tier: Vec<u8>,
    cells: Vec<Cells>,
    /// By link: its lanes, upwards first.
    pub lanes: Vec<Lane>,
    channel_count: u32,
    /// By class: its images.
    pub images: Vec<Vec<u32>>,
    pub scores: Scores,
    /// The codec answers are sent with.
    pub raw: CodecId,
    /// By group: how service times vary.
    pub spreads: Vec<Spread>,
}

/// Where a node stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The node above it.
    above: u32,
    group: u16,
    /// The link to the node above.
    link: u16,
    /// How many links lie between it and the top.
    depth: u8,
}

/// The first channel of a link, its channels a cell, and its first lower node.
#[derive(Clone, Copy, Debug)]
struct Cells {
    base: u32,
    channels: u32,
    lower: u32,
}

impl Layout {
    /// # Errors
    /// A [`Problem`] where the world cannot be run; see [`super::check`].
    pub(super) fn new(world: &World) -> Result<Self, Problem> {
        super::check::check(world)?;
        let first: Vec<u32> = ids(world).map(|g| world.nodes_of(g).start).collect();
        let (cells, channel_count) = cells(world, &first);
        let lanes = (0..).zip(&cells).flat_map(|(link, of)| Lane::both(world, link, of.base, &first)).collect();
        Ok(Self {
            lanes,
            places: ids(world).flat_map(|g| places(world, g)).collect(),
            tier: world.groups.iter().map(|g| tier_index(g.tier) as u8).collect(),
            cells,
            channel_count,
            firsts: first,
            images: images(world),
            scores: Scores::new(world),
            raw: world.codec("raw").unwrap_or(CodecId(0)),
            spreads: world.groups.iter().map(|g| Spread::new(g.service.noise())).collect(),
        })
    }

    #[inline]
    pub(super) fn group_of(&self, node: NodeId) -> GroupId {
        GroupId(self.places[node.0 as usize].group)
    }

    /// The node itself or the first above it that is of a tier.
    pub(super) fn first_above(&self, node: NodeId, tier: Tier) -> Option<NodeId> {
        let above = |at: &NodeId| Some(self.place(*at).above).filter(|above| *above != NOWHERE).map(NodeId);
        let of = |at: &NodeId| self.tier[usize::from(self.place(*at).group)];
        std::iter::successors(Some(node), above).find(|at| usize::from(of(at)) == tier_index(tier))
    }

    /// The number of a node in its group.
    #[inline]
    pub(super) fn member_of(&self, node: NodeId) -> u32 {
        node.0 - self.firsts[usize::from(self.place(node).group)]
    }

    /// How many nodes there are.
    #[inline]
    pub(super) fn node_count(&self) -> usize {
        self.places.len()
    }

    /// Brings into the cache where a node stands.
    #[inline]
    pub(super) fn fetch(&self, node: NodeId) {
        fetch(&self.places, node.0 as usize);
    }

    /// The hop to the node above, if there is one.
    #[inline]
    pub(super) fn hop_up(&self, from: NodeId) -> Option<Hop> {
        let here = self.place(from);
        (here.above != NOWHERE).then_some(Hop { link: here.link, up: true, from, to: NodeId(here.above) })
    }

    /// The first hop on the way from one node to another; `None`: already there, or no way.
    #[inline(always)]
    pub(super) fn next_hop(&self, from: NodeId, to: NodeId) -> Option<Hop> {
        let (here, there) = (self.place(from), self.place(to));
        if there.depth > here.depth
            && let Some(hop) = self.hop_down(from, (here, there), to)
        {
            return Some(hop);
        }
        if from == to { None } else { self.hop_up(from) }
    }

    /// The first hop on the way to a node further from the top, if that is below.
    #[inline(always)]
    fn hop_down(&self, from: NodeId, (here, there): (Place, Place), to: NodeId) -> Option<Hop> {
        if there.above == from.0 {
            return Some(Hop { link: there.link, up: false, from, to });
        }
        if there.depth > here.depth + 1 { self.down(from, here.depth + 1, to) } else { None }
    }

    /// The same hop, with what the loop needs of its link.
    #[inline(always)]
    pub(super) fn next_lane(&self, from: NodeId, to: NodeId) -> Option<(Hop, &Lane)> {
        let hop = self.next_hop(from, to)?;
        Some((hop, self.lane(hop)))
    }

    /// Where a request's answer must arrive; `None`: there is no such node above its home.
    #[inline]
    pub(super) fn sink(&self, world: &World, request: &Request) -> Option<NodeId> {
        match world.workloads[usize::from(request.workload)].sink {
            Tier::Device => Some(request.home),
            tier => self.first_above(request.home, tier),
        }
    }

    #[inline]
    fn place(&self, node: NodeId) -> Place {
        self.places[node.0 as usize]
    }

    /// The hop to the node right below `from`, at that depth, on the way to `to`, if `to` is below `from`.
    fn down(&self, from: NodeId, depth: u8, to: NodeId) -> Option<Hop> {
        let mut at = to;
        while self.place(at).depth > depth {
            at = NodeId(self.place(at).above);
        }
        let place = self.place(at);
        (place.above == from.0).then_some(Hop { link: place.link, up: false, from, to: at })
    }

    /// The channel that a hop uses.
    #[inline]
    pub(super) fn channel(&self, hop: Hop) -> u32 {
        self.lane(hop).channel(hop)
    }

    /// What the loop needs of a hop's link.
    #[inline]
    pub(super) fn lane(&self, hop: Hop) -> &Lane {
        &self.lanes[hop.lane()]
    }

    /// The number of a hop's lower node among those of its group.
    #[inline]
    pub(super) fn member(&self, hop: Hop) -> u32 {
        hop.lower().0 - self.cells[hop.link as usize].lower
    }

    /// How many channels a cell of a link has: both directions', upwards first.
    pub(super) fn channels_of_cell(&self, link: u16) -> u32 {
        self.cells[link as usize].channels
    }

    /// How many channels there are.
    pub(super) fn channel_count(&self) -> usize {
        self.channel_count as usize
    }

    /// All channels of a link.
    pub(super) fn channels(&self, link: usize) -> std::ops::Range<u32> {
        let end = self.cells.get(link + 1).map_or(self.channel_count, |next| next.base);
        self.cells[link].base..end
    }
}

pub(super) fn tier_index(tier: Tier) -> usize {
    match tier {
        Tier::Device => 0,
        Tier::Edge => 1,
        Tier::Cloud => 2,
    }
}

fn ids(world: &World) -> impl Iterator<Item = GroupId> + use<> {
    (0..world.groups.len() as u16).map(GroupId)
}

/// Where the nodes of a group stand.
fn places(world: &World, group: GroupId) -> impl Iterator<Item = Place> + '_ {
    let depth = depth(world, group);
    let link = world.links.iter().position(|l| l.lower == group).unwrap_or(0) as u16;
    let above = |n| world.up_from(NodeId(n)).map_or(NOWHERE, |hop| hop.to.0);
    world.nodes_of(group).map(move |n| Place { above: above(n), group: group.0, link, depth })
}

fn depth(world: &World, group: GroupId) -> u8 {
    let above = |g: &GroupId| world.links.iter().find(|l| l.lower == *g).map(|l| l.upper);
    (std::iter::successors(Some(group), above).count() - 1) as u8
}

/// Channels of each link, and how many there are; links that share nothing need none.
fn cells(world: &World, first: &[u32]) -> (Vec<Cells>, u32) {
    let mut count = 0;
    let cells = world.links.iter().map(|link| {
        let cells =
            Cells { base: count, channels: if link.half_duplex { 1 } else { 2 }, lower: first[link.lower.0 as usize] };
        count += cells.channels * cell_count(world, link);
        cells
    });
    (cells.collect(), count)
}

/// How many cells a link has.
pub(super) fn cell_count(world: &World, link: &super::Link) -> u32 {
    let group = if link.is_own() { link.lower } else { link.upper };
    world.groups[group.0 as usize].count
}

/// Each channel's link, in the order of channels.
pub(super) fn owners(world: &World) -> impl Iterator<Item = u16> + '_ {
    (0..).zip(&world.links).flat_map(|(number, link)| {
        let channels = if link.half_duplex { 1 } else { 2 };
        std::iter::repeat_n(number, (channels * cell_count(world, link)) as usize)
    })
}

fn images(world: &World) -> Vec<Vec<u32>> {
    let classes = world.labels.iter().max().map_or(0, |most| *most as usize + 1);
    let mut images = vec![Vec::new(); classes];
    world.labels.iter().enumerate().for_each(|(i, label)| images[*label as usize].push(i as u32));
    images
}
