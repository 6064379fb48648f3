//! Where nodes stand, found anew at each question.

use super::channel::ChannelKey;
use tierwise::sim::{Cell, GroupId, Link, NodeId, Rate, Tier, World};

/// One link in one direction.
#[derive(Clone, Copy, Debug)]
pub struct Hop {
    pub link: usize,
    pub up: bool,
    pub from: u32,
    pub to: u32,
}

/// The group of a node, and its number there.
pub fn group_and_number(world: &World, node: u32) -> (usize, u32) {
    let mut left = node;
    for (g, group) in world.groups.iter().enumerate() {
        if left < group.count {
            return (g, left);
        }
        left -= group.count;
    }
    panic!("no such node");
}

pub fn group_of(world: &World, node: u32) -> usize {
    group_and_number(world, node).0
}

pub fn tier_of(world: &World, node: u32) -> Tier {
    world.groups[group_of(world, node)].tier
}

fn nth_of_group(world: &World, group: GroupId, number: u32) -> u32 {
    world.groups[..group.0 as usize].iter().map(|g| g.count).sum::<u32>() + number
}

/// The link upwards and the node at its other end.
fn above(world: &World, node: u32) -> Option<(usize, u32)> {
    let (group, number) = group_and_number(world, node);
    let link = (0..world.links.len()).find(|l| world.links[*l].lower.0 as usize == group)?;
    let upper = world.links[link].upper;
    Some((link, nth_of_group(world, upper, number % world.groups[upper.0 as usize].count)))
}

/// The node and all above it.
pub fn climb(world: &World, node: u32) -> Vec<u32> {
    let mut nodes = vec![node];
    while let Some((_, up)) = above(world, nodes[nodes.len() - 1]) {
        nodes.push(up);
    }
    nodes
}

/// All hops from one node to another; `None`: no way.
pub fn path(world: &World, from: u32, to: u32) -> Option<Vec<Hop>> {
    let (ups, downs) = (climb(world, from), climb(world, to));
    let meet = *ups.iter().find(|n| downs.contains(n))?;
    let up = ups.iter().take_while(|n| **n != meet).map(|n| hop(world, *n, true));
    let down = downs.iter().take_while(|n| **n != meet).map(|n| hop(world, *n, false));
    Some(up.chain(down.collect::<Vec<_>>().into_iter().rev()).collect())
}

fn hop(world: &World, lower: u32, up: bool) -> Hop {
    let (link, upper) = above(world, lower).expect("there is a node above");
    let (from, to) = if up { (lower, upper) } else { (upper, lower) };
    Hop { link, up, from, to }
}

/// Where an answer of a request of this workload, born at `home`, must arrive.
pub fn sink(world: &World, workload: usize, home: u32) -> u32 {
    let tier = world.workloads[workload].sink;
    let wanted = |n: &u32| tier_of(world, *n) == tier;
    if tier == Tier::Device { home } else { climb(world, home).into_iter().find(wanted).expect("a sink") }
}

pub fn channel_of(world: &World, hop: Hop) -> ChannelKey {
    let link = &world.links[hop.link];
    let (lower, upper) = if hop.up { (hop.from, hop.to) } else { (hop.to, hop.from) };
    let cell = if link.cell == Cell::Own { lower } else { upper };
    ChannelKey { link: hop.link, cell, up: hop.up || link.half_duplex }
}

/// The number of a hop's lower node in its group.
pub fn member(world: &World, hop: Hop) -> u32 {
    group_and_number(world, if hop.up { hop.from } else { hop.to }).1
}

fn own_rate(link: &Link, up: bool, member: u32) -> Option<&Rate> {
    let own = link.conditions.as_ref().map(|c| if up { &c.up.rates } else { &c.down.rates });
    own.filter(|rates| !rates.is_empty()).map(|rates| &rates[member as usize % rates.len()])
}

fn is_traced(link: &Link, up: bool, member: u32) -> bool {
    matches!(own_rate(link, up, member), Some(Rate::Trace(_)))
}

/// A lower node's rate where that does not change, or the mean.
pub fn rate(link: &Link, up: bool, member: u32) -> u64 {
    match own_rate(link, up, member) {
        Some(Rate::Steady(rate)) => rate.0,
        Some(Rate::Trace(trace)) => trace.mean().0,
        None if up => link.up.rate.0,
        None => link.down.rate.0,
    }
}

/// How long a transfer takes alone: time of its packets, and of its bits rounded up to a nanosecond.
pub fn airtime(link: &Link, up: bool, member: u32, packets: u64, wire: u64) -> u64 {
    let rate = u128::from(rate(link, up, member));
    let bits = u128::from(wire) * 8;
    let mut time = bits * 1_000_000_000 / rate;
    if time * rate < bits * 1_000_000_000 {
        time += 1;
    }
    let overhead = if is_traced(link, up, member) { 0 } else { packets * link.packet.per_packet.ns() };
    (time as u64 + overhead).max(1)
}

/// All nodes.
pub fn nodes(world: &World) -> impl Iterator<Item = NodeId> {
    (0..world.groups.iter().map(|g| g.count).sum()).map(NodeId)
}
