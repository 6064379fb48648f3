//! All nodes' stations and all links' channels, and what policies may know of them.

mod counts;
mod failing;
mod known;

pub(super) use known::Known;

use super::board::Board;
use super::fetch::fetch;
use super::series::{Lapses, Watch};
use super::service::{
    Begun, Change, Gate, Job, Leaving, Live, Look, Means, Offer, Plan, Provided, Station, Store, Table, Turn,
};
use super::sharing::{Channel, Network, Transfer, Window};
use super::{Fallible, GroupId, ModelId, NodeId, World};
use crate::units::SimTime;
use counts::Counts;
use std::sync::Arc;

/// The servers of all nodes, by node.
#[derive(Debug)]
pub(super) struct Nodes {
    stations: Vec<Station>,
    counts: Counts,
    board: Board<Look>,
    lapses: Option<Box<Lapses>>,
}

impl Nodes {
    /// `counted`: whether it is worth keeping how many requests are where.
    pub(super) fn new(world: &World, explicit: bool, counted: bool) -> Self {
        let of = |(g, group): (u16, &super::NodeGroup)| {
            let fails = world.failing(Fallible::Nodes(GroupId(g))).is_some();
            let plan = Plan { table: Arc::new(Table::new(group)), store: store(world, GroupId(g)), fails };
            let window = (world.horizon.warm_up, world.horizon.end);
            let station = || Station::of(group, &plan, explicit, window);
            std::iter::repeat_with(station).take(group.count as usize).collect::<Vec<_>>()
        };
        let stations: Vec<Station> = (0..).zip(&world.groups).flat_map(of).collect();
        let board = Board::new(world.information.staleness, stations.len());
        Self { board, counts: Counts::new(if counted { stations.len() } else { 0 }), stations, lapses: None }
    }

    #[inline]
    pub(super) fn offer(&mut self, node: NodeId, now: SimTime, job: Job) -> Offer {
        self.changing(node, now).offer(now, job)
    }

    /// The same at a station that works out everything at once: start and end. `None`: it is another, or refuses.
    #[inline]
    pub(super) fn offer_at_once(&mut self, node: NodeId, now: SimTime, work: SimTime) -> Option<[SimTime; 2]> {
        let Station::Elided(fifo) = self.changing(node, now) else { return None };
        match fifo.offer(now, work) {
            Offer::Leaves { start, leaves } => Some([start, leaves]),
            _ => None,
        }
    }

    /// Brings a node's station into the cache.
    #[inline]
    pub(super) fn fetch(&self, node: NodeId) {
        fetch(&self.stations, node.0 as usize);
    }

    #[inline]
    pub(super) fn begin(&mut self, node: NodeId, now: SimTime) -> Option<Begun> {
        self.stations[node.0 as usize].begin(now)
    }

    #[inline]
    pub(super) fn leave(&mut self, node: NodeId, now: SimTime) {
        self.changing(node, now).leave(now);
    }

    /// Takes out somebody who has not been served yet; false: nobody such waits here.
    pub(super) fn cancel(&mut self, node: NodeId, now: SimTime, slot: u32) -> bool {
        self.changing(node, now).cancel(now, slot)
    }

    /// The station of a node, if it is a live one.
    fn live(&mut self, node: NodeId) -> Option<&mut Live> {
        match &mut self.stations[node.0 as usize] {
            Station::Live(live) => Some(live),
            Station::Elided(_) | Station::Explicit(_) => None,
        }
    }

    /// Whether the station of a node works out everything at once.
    #[inline]
    pub(super) fn is_elided(&self, node: NodeId) -> bool {
        matches!(self.stations[node.0 as usize], Station::Elided(_))
    }

    #[inline]
    pub(super) fn is_live(&self, node: NodeId) -> bool {
        matches!(self.stations[node.0 as usize], Station::Live(_))
    }

    /// What follows from a change of a live station.
    pub(super) fn turn(&mut self, node: NodeId, now: SimTime) -> Option<Turn> {
        self.live(node)?.turn(now)
    }

    /// Who was to leave next, and who is now.
    pub(super) fn announce(&mut self, node: NodeId) -> (Option<Leaving>, Option<Leaving>) {
        self.live(node).map_or((None, None), Live::announce)
    }

    /// An expected leaving of a live station: notes all who go.
    pub(super) fn leave_live(&mut self, node: NodeId, now: SimTime, slot: u32, gone: &mut Vec<u32>) {
        if let Station::Live(live) = self.changing(node, now) {
            live.leave(now, slot, gone);
        }
    }

    /// A node's clock level.
    #[inline]
    pub(super) fn level(&self, node: NodeId) -> u8 {
        match &self.stations[node.0 as usize] {
            Station::Live(live) => live.level(),
            Station::Elided(_) | Station::Explicit(_) => 0,
        }
    }

    /// Changes a node's clock level.
    pub(super) fn set_level(
        &mut self,
        node: NodeId,
        now: SimTime,
        level: u8,
        means: impl Fn(u32) -> Means,
        changes: &mut Vec<Change>,
    ) {
        if let Station::Live(live) = self.changing(node, now) {
            live.set_level(now, level, means, changes);
        }
    }

    /// Wants a node to have so many servers; when it will, if that is later.
    pub(super) fn want_servers(&mut self, node: NodeId, now: SimTime, count: u32, start: SimTime) -> Option<SimTime> {
        match self.changing(node, now) {
            Station::Live(live) => live.want_servers(now, count, start),
            Station::Elided(_) | Station::Explicit(_) => None,
        }
    }

    /// Wants a node on or off; when it will be on, if that is later.
    pub(super) fn want_power(&mut self, node: NodeId, now: SimTime, on: bool, boot: SimTime) -> Option<SimTime> {
        match self.changing(node, now) {
            Station::Live(live) => live.want_power(now, on, boot),
            Station::Elided(_) | Station::Explicit(_) => None,
        }
    }

    /// What was to change of a node by now changes.
    pub(super) fn change(&mut self, node: NodeId, now: SimTime) {
        if let Station::Live(live) = self.changing(node, now) {
            live.change(now);
        }
    }

    /// The memory of a node that is on, about to change; `None`: it has none, or is not on.
    pub(super) fn gate(&mut self, node: NodeId, now: SimTime) -> Option<&mut Gate> {
        match self.changing(node, now) {
            Station::Live(live) if live.is_on() => live.gate_at(now),
            _ => None,
        }
    }

    /// Request-nanoseconds of the window at a node's gate.
    pub(super) fn held(&mut self, node: NodeId) -> u128 {
        self.live(node).map_or(0, |live| live.held())
    }

    /// What a live station has provided in the window.
    pub(super) fn provided(&mut self, node: NodeId) -> Option<Provided> {
        self.live(node).map(|live| live.provided())
    }

    /// What is so of a node now.
    pub(super) fn look_now(&self, node: NodeId, now: SimTime) -> Look {
        self.stations[node.0 as usize].look(now, now)
    }

    /// Busy and queueing time of the window that a live station has accounted for, and its time at each level.
    pub(super) fn times(&mut self, node: NodeId, now: SimTime) -> Option<(u128, u128, &[u64])> {
        Some(self.live(node)?.times(now))
    }

    #[inline]
    fn changing(&mut self, node: NodeId, now: SimTime) -> &mut Station {
        let station = &mut self.stations[node.0 as usize];
        self.counts.forget(node);
        self.board.before_change(node.0, now, |p| station.look(p.counted, p.at));
        if let Some(lapses) = &mut self.lapses {
            lapses.node(node, now, station);
        }
        station
    }

    /// Notes from now on what samples are made of.
    pub(super) fn watch(&mut self, world: &World, watch: Watch) {
        let groups = (0..).zip(&world.groups).flat_map(|(g, group)| std::iter::repeat_n(g, group.count as usize));
        self.lapses = Some(Box::new(Lapses::new(watch, groups)));
    }

    /// What has been noted up to the end of the run.
    pub(super) fn watched(&mut self, world: &World, stop: SimTime) -> Option<&Watch> {
        let lapses = self.lapses.as_mut()?;
        for (node, station) in (0..).map(NodeId).zip(&self.stations) {
            match station {
                Station::Live(_) => lapses.node(node, stop, station),
                _ => lapses.stood(node, stop, world.groups[world.group_of(node).0 as usize].servers()),
            }
        }
        Some(&lapses.watch)
    }
}

/// What nodes of a group have room for.
fn store(world: &World, group: GroupId) -> Option<Arc<Store>> {
    let memory = world.groups[group.0 as usize].memory.as_ref()?;
    let role = |model: u8| {
        let time = world.load_time(group, ModelId(model)).unwrap_or(SimTime::NEVER);
        (memory.sizes[model as usize].0, time)
    };
    let roles = (0..world.models.len() as u8).map(role).collect();
    let cold = memory.cold.max(SimTime::from_ns(1));
    Some(Arc::new(Store { room: memory.room.0, cold, roles, first: memory.first.clone() }))
}

/// The channels of all links.
#[derive(Debug)]
pub(super) struct Channels {
    channels: Vec<Channel>,
    /// What crosses those that are shared as flows.
    flows: Option<Box<Network>>,
    board: Board<u128>,
    window: Window,
    lapses: Option<Box<Lapses>>,
}

impl Channels {
    pub(super) fn new(world: &World, replication: u64, explicit: bool) -> Self {
        let channels = super::sharing::channels(world, replication, explicit);
        let board = Board::new(world.information.staleness, channels.len());
        let window = (world.horizon.warm_up, world.horizon.end);
        Self { board, channels, flows: Network::new(world), window, lapses: None }
    }

    #[inline]
    pub(super) fn offer(&mut self, channel: u32, now: SimTime, transfer: Transfer) -> Offer {
        let window = self.window;
        self.changing(channel, now).offer(now, transfer, window)
    }

    /// As [`Channels::offer`], where that is answered at once: start and end. `None`: it is not, and nothing was offered.
    #[inline]
    pub(super) fn offer_at_once(&mut self, channel: u32, now: SimTime, work: SimTime) -> Option<[SimTime; 2]> {
        let Channel::Fifo(Station::Elided(_)) = self.channels[channel as usize] else { return None };
        let Channel::Fifo(Station::Elided(fifo)) = self.changing(channel, now) else { return None };
        match fifo.offer(now, work) {
            Offer::Leaves { start, leaves } => Some([start, leaves]),
            _ => None,
        }
    }

    /// Brings a channel into the cache.
    #[inline]
    pub(super) fn fetch(&self, channel: u32) {
        fetch(&self.channels, channel as usize);
    }

    /// Takes out a transfer that has not begun; false: no such one waits here.
    pub(super) fn cancel(&mut self, channel: u32, now: SimTime, slot: u32) -> bool {
        match self.changing(channel, now) {
            Channel::Fifo(station) => station.cancel(now, slot),
            Channel::Varying(varying) => varying.cancel(slot),
            Channel::Breakable(breakable) => breakable.cancel(slot),
            Channel::Fixed | Channel::Fair(_) | Channel::Flows(_) => false,
        }
    }

    /// Lets a lower node's transfers have another share of a channel; see `sharing/varying`.
    pub(super) fn set_share(&mut self, channel: u32, member: u32, share: u64, now: SimTime) -> Option<Begun> {
        let window = self.window;
        match self.changing(channel, now) {
            Channel::Varying(varying) => varying.set_share(member, share, now, window),
            _ => None,
        }
    }

    /// The channel, about to change.
    #[inline]
    pub(super) fn changing(&mut self, channel: u32, now: SimTime) -> &mut Channel {
        let of = &mut self.channels[channel as usize];
        self.board.before_change(channel, now, |p| of.backlog(self.flows.as_deref(), p.counted, p.at));
        if let Some(lapses) = &mut self.lapses {
            lapses.channel(channel, now, of);
        }
        of
    }

    /// The flows, about to change: whoever comes or leaves may change the rates of all.
    pub(super) fn changing_flows(&mut self, now: SimTime) -> Option<&mut Network> {
        if !self.board.is_exact() {
            for (channel, of) in (0..).zip(&self.channels).filter(|(_, of)| matches!(of, Channel::Flows(_))) {
                self.board.before_change(channel, now, |p| of.backlog(self.flows.as_deref(), p.counted, p.at));
            }
        }
        self.flows_stood(now);
        self.flows.as_deref_mut()
    }

    /// Notes what the flows carried until now.
    fn flows_stood(&mut self, now: SimTime) {
        let (Some(lapses), Some(flows)) = (&mut self.lapses, &self.flows) else { return };
        for (channel, of) in (0..).zip(&self.channels) {
            if let Channel::Flows(number) = of {
                lapses.carried(channel, now, flows.shares(*number));
            }
        }
    }

    /// The flows, when what happens to them was announced by [`Channels::changing_flows`] or is the end of the run.
    pub(super) fn flows(&mut self) -> Option<&mut Network> {
        self.flows.as_deref_mut()
    }

    /// Notes from now on what samples are made of.
    pub(super) fn watch(&mut self, world: &World, watch: Watch) {
        self.lapses = Some(Box::new(Lapses::new(watch, super::layout::owners(world))));
    }

    /// What has been noted up to the end of the run.
    pub(super) fn watched(&mut self, stop: SimTime) -> Option<&Watch> {
        self.flows_stood(stop);
        let lapses = self.lapses.as_mut()?;
        (0..).zip(&self.channels).for_each(|(channel, of)| lapses.cut(channel, stop, of));
        Some(&lapses.watch)
    }

    /// The channel, when what happens to it was announced by [`Channels::changing`] or is the end of the run.
    #[inline]
    pub(super) fn get(&mut self, channel: u32) -> &mut Channel {
        &mut self.channels[channel as usize]
    }

    /// The counted window.
    pub(super) fn window(&self) -> Window {
        self.window
    }
}
