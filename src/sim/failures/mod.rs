//! Nodes and links that fail and are repaired: which of them work, and what failures did.
//!
//! A *unit* is a node of a failing group, or a cell of a failing link with its channels in both directions. It turns from
//! working to not working and back at times that nothing else in the run changes; both turns happen after what ends at
//! that instant has left, and before anything arrives.
//!
//! - *Failing*, a unit turns out all that is there: first what had begun, in order of birth, then what waited, in its
//!   order; of a link the channel upwards first. What had begun is charged for what was done until then, rounded up to
//!   a nanosecond (of a transfer: its airtime, and the bytes on the wire in proportion, rounded down), and that is lost.
//!   Last bits already on their way arrive.
//! - *Retry*: it waits, in this order, and is begun at the repair, from the start and with the same draw; there is room
//!   for it even where the queue has a bound. *Reroute*: its request is where it was
//!   asked last (for a computation: at that node, with what was brought there), `request.refused` rises by one, and the
//!   policy is asked. *Fail*: the request ends.
//! - *Interruptions* of a request are counted: what had begun and is turned out, and all that is rerouted. Beyond the
//!   unit's `most` it fails instead.
//! - *Legs* are turned out one by one, the first before the second. What was left over of an ended request is over then; what
//!   was not done of it stays on that request's record.
//! - *Newcomers*: a node that does not work refuses them, and is seen to be closed. So does a link, unless its rule is to
//!   retry or an answer is on its way: these wait too.
//! - *A node's means*: it draws its idle power and counts as provided while it does not work. Its memory is lost, and what
//!   was being loaded; who waits then waits for roles. Its servers, clock level and power can be changed meanwhile: one
//!   that is to be switched off first works off what waits there. A batch that is cut short is, for each of its requests,
//!   its part of what was left; those who wait for company anew do so from the failure on.
//! - *Not simulated*: failures of links with [`crate::sim::Conditions`], of equal throughput or with flows, which are refused;
//!   outages let transfers stand still instead.

mod account;
mod spells;

pub use account::FailureAccount;

use super::layout::Layout;
use super::{Fallible, NodeId, Rule, World};
use crate::random::{Purpose, Stream};
use crate::units::SimTime;
use std::ops::Range;

/// No unit.
const NONE: u32 = u32::MAX;

/// All units.
#[derive(Debug)]
pub(super) struct Failures {
    units: Vec<Unit>,
    /// By node and by channel: its unit; empty where none fails.
    nodes: Vec<u32>,
    channels: Vec<u32>,
    stream: Stream,
    window: (SimTime, SimTime),
    /// By [`World::failures`].
    pub accounts: Vec<FailureAccount>,
}

/// Something that fails.
#[derive(Debug)]
pub(super) struct Unit {
    /// Index in [`World::failures`].
    pub of: usize,
    pub parts: Parts,
    /// What its draws are keyed by.
    entity: u64,
    down: bool,
    /// The last turn, and how many there were.
    since: SimTime,
    turns: u64,
}

/// What stands still with a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    Node(NodeId),
    Channels(Range<u32>),
}

/// What becomes of somebody who is turned out.
#[derive(Clone, Copy, Debug)]
pub(super) struct TurnedOut {
    pub begun: bool,
    pub answer: bool,
    pub counted: bool,
}

impl Failures {
    pub(super) fn new(world: &World, layout: &Layout, replication: u64) -> Self {
        let each = |of| units(world, layout, of).into_iter().map(move |(parts, entity)| Unit::new(of, parts, entity));
        let units: Vec<Unit> = (0..world.failures.len()).flat_map(each).collect();
        let mut nodes = if units.is_empty() { Vec::new() } else { vec![NONE; layout.node_count()] };
        let mut channels = if units.is_empty() { Vec::new() } else { vec![NONE; layout.channel_count()] };
        for (u, unit) in units.iter().enumerate() {
            match &unit.parts {
                Parts::Node(node) => nodes[node.0 as usize] = u as u32,
                Parts::Channels(range) => range.clone().for_each(|c| channels[c as usize] = u as u32),
            }
        }
        Self {
            units,
            nodes,
            channels,
            stream: Stream::new(world.seed, replication, Purpose::Failure),
            window: (world.horizon.warm_up, world.horizon.end),
            accounts: world.failures.iter().map(|f| FailureAccount::new(world, f.place)).collect(),
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.units.len() as u32
    }

    pub(super) fn unit(&mut self, unit: u32) -> &mut Unit {
        &mut self.units[unit as usize]
    }

    /// The unit of a node, if it can fail.
    #[inline]
    pub(super) fn of_node(&self, node: NodeId) -> Option<u32> {
        self.nodes.get(node.0 as usize).copied().filter(|unit| *unit != NONE)
    }

    /// The unit of a channel, if it can fail.
    #[inline]
    pub(super) fn of_channel(&self, channel: u32) -> Option<u32> {
        self.channels.get(channel as usize).copied().filter(|unit| *unit != NONE)
    }

    #[inline]
    pub(super) fn is_down(&self, unit: u32) -> bool {
        self.units[unit as usize].down
    }

    /// When a unit turns next.
    pub(super) fn next(&self, world: &World, unit: u32) -> SimTime {
        let unit = &self.units[unit as usize];
        let bits = || self.stream.draw(unit.entity, unit.turns / 2);
        spells::next(&world.failures[unit.of].failures.when, unit.turns, unit.since, bits)
    }

    /// A unit turns: whether it does not work from now on.
    pub(super) fn turn(&mut self, unit: u32, now: SimTime) -> bool {
        let unit = &mut self.units[unit as usize];
        let account = &mut self.accounts[unit.of];
        if unit.down {
            account.down_ns += within(self.window, unit.since, now);
        } else {
            account.failures += u64::from(self.window.0 <= now && now < self.window.1);
        }
        (unit.down, unit.since, unit.turns) = (!unit.down, now, unit.turns + 1);
        unit.down
    }

    /// What becomes of somebody whom a unit turns out, interrupted so often before: counted.
    pub(super) fn fate(&mut self, world: &World, unit: u32, who: TurnedOut, interrupted: &mut u32) -> Rule {
        let of = self.units[unit as usize].of;
        let spec = &world.failures[of].failures;
        let rule = if who.answer && spec.then == Rule::Reroute { Rule::Retry } else { spec.then };
        let interrupts = who.begun || rule == Rule::Reroute;
        *interrupted += u32::from(interrupts);
        let fate = if interrupts && *interrupted > spec.most { Rule::Fail } else { rule };
        if who.counted && (who.begun || fate != Rule::Retry) {
            self.accounts[of].turned_out(fate);
        }
        fate
    }

    /// Whether a newcomer to a link that does not work is held; else it is refused, and that counted.
    pub(super) fn holds_newcomer(&mut self, world: &World, unit: u32, answer: bool, counted: bool) -> bool {
        let rule = world.failures[self.units[unit as usize].of].failures.then;
        let holds = answer || rule == Rule::Retry;
        if !holds {
            self.refused(unit, counted);
        }
        holds
    }

    /// A newcomer was refused.
    pub(super) fn refused(&mut self, unit: u32, counted: bool) {
        self.accounts[self.units[unit as usize].of].refused += u64::from(counted);
    }

    /// Work was begun and is lost.
    pub(super) fn lost(&mut self, unit: u32, done: SimTime, bytes: u64) {
        let account = &mut self.accounts[self.units[unit as usize].of];
        account.lost_ns += u128::from(done.ns());
        account.lost_bytes += bytes;
    }

    /// The accounts at the end of the run.
    pub(super) fn settle(&mut self, stop: SimTime) -> Vec<FailureAccount> {
        for unit in self.units.iter().filter(|unit| unit.down) {
            self.accounts[unit.of].down_ns += within(self.window, unit.since, stop);
        }
        std::mem::take(&mut self.accounts)
    }
}

impl Unit {
    fn new(of: usize, parts: Parts, entity: u64) -> Self {
        Self { of, parts, entity, down: false, since: SimTime::ZERO, turns: 0 }
    }
}

/// The part of a span that lies in the window.
fn within(window: (SimTime, SimTime), from: SimTime, to: SimTime) -> u128 {
    u128::from(to.min(window.1).since(from.max(window.0)).ns())
}

/// What fails under one of [`World::failures`]: each by itself, with what its draws are keyed by.
fn units(world: &World, layout: &Layout, of: usize) -> Vec<(Parts, u64)> {
    match world.failures[of].place {
        Fallible::Nodes(group) => world.nodes_of(group).map(|n| (Parts::Node(NodeId(n)), u64::from(n))).collect(),
        Fallible::Link(link) => {
            let (channels, wide) = (layout.channels(link.into()), layout.channels_of_cell(link));
            let cells = channels.step_by(wide as usize).enumerate();
            let entity = |cell: usize| 1 << 63 | u64::from(link) << 32 | cell as u64;
            cells.map(|(cell, first)| (Parts::Channels(first..first + wide), entity(cell))).collect()
        }
    }
}
