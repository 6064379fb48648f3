//! What a policy sees when it is asked.

use super::sharing::{Alone, alone};
use super::{CodecId, GroupId, Held, Hop, ModelId, NodeId, Request, Sharing, TapId, Tier, World};
use crate::units::{BitsPerSec, Bytes, Joules, SimTime, Watts};

/// What is known of queues: the engine's own state, or a test's.
///
/// Exact for the node where the question is asked, as old as [`super::Information::staleness`] says for all others.
pub trait Knowledge {
    /// Requests at a node beyond its busy servers: those that wait, or share servers that are too few.
    fn waiting(&self, node: NodeId) -> u32;
    /// Servers of a node that are busy.
    fn busy(&self, node: NodeId) -> u32;
    /// Requests at a node, waiting or in service: [`Knowledge::waiting`] and [`Knowledge::busy`] together.
    #[inline]
    fn requests(&self, node: NodeId) -> u32 {
        self.waiting(node) + self.busy(node)
    }
    /// Work in a node, in service and waiting, divided by its servers (rounded down).
    fn backlog(&self, node: NodeId) -> SimTime;
    /// Airtime still to be sent in the channels from one node to another, summed over the route; of a traced link at the
    /// trace's mean rate.
    fn link_backlog(&self, from: NodeId, to: NodeId) -> SimTime;
    /// A node's clock level; `None`: the one that it begins with.
    fn level(&self, node: NodeId) -> Option<u8> {
        let _ = node;
        None
    }
    /// How many servers a node has; `None`: as many as its group says.
    fn servers(&self, node: NodeId) -> Option<u32> {
        let _ = node;
        None
    }
    /// Whether a node takes nobody: it is off, about to be, or booting.
    fn closed(&self, node: NodeId) -> bool {
        let _ = node;
        false
    }
    /// Roles that are resident on a node, as bits by number; `None`: those of its beginning.
    fn resident(&self, node: NodeId) -> Option<u64> {
        let _ = node;
        None
    }
    /// The rate of a hop, zero in an outage; `None` where it is always the same.
    fn rate(&self, hop: Hop) -> Option<BitsPerSec> {
        let _ = hop;
        None
    }
}

/// Nothing is queued anywhere.
impl Knowledge for () {
    fn waiting(&self, _: NodeId) -> u32 {
        0
    }
    fn busy(&self, _: NodeId) -> u32 {
        0
    }
    fn backlog(&self, _: NodeId) -> SimTime {
        SimTime::ZERO
    }
    fn link_backlog(&self, _: NodeId, _: NodeId) -> SimTime {
        SimTime::ZERO
    }
}

/// The world as seen where a request stands, at the time of a decision.
#[derive(Clone, Copy)]
pub struct View<'a> {
    world: &'a World,
    known: &'a dyn Knowledge,
    now: SimTime,
    here: NodeId,
    home: NodeId,
    image: Option<u32>,
}

impl<'a> View<'a> {
    /// The view at `here`, for a request born at `home`.
    #[inline]
    pub fn new(world: &'a World, known: &'a dyn Knowledge, now: SimTime, here: NodeId, home: NodeId) -> Self {
        Self { world, known, now, here, home, image: None }
    }

    /// The same, for the request of this image: what it holds then has its own size instead of the mean.
    #[inline]
    pub fn of_image(self, image: u32) -> Self {
        Self { image: Some(image), ..self }
    }

    /// The time.
    #[inline]
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// Where the request stands.
    #[inline]
    pub fn here(&self) -> NodeId {
        self.here
    }

    /// Where the request was born.
    #[inline]
    pub fn home(&self) -> NodeId {
        self.home
    }

    /// Everything static.
    #[inline]
    pub fn world(&self) -> &'a World {
        self.world
    }

    /// The group of a node.
    pub fn group_of(&self, node: NodeId) -> GroupId {
        self.world.group_of(node)
    }

    /// The tier of a node.
    pub fn tier_of(&self, node: NodeId) -> Tier {
        self.world.tier_of(node)
    }

    /// The node of that group on the way from the request's home up: home itself, if it is of that group.
    pub fn nearest(&self, group: GroupId) -> Option<NodeId> {
        self.world.first_above(self.home, |n| self.world.group_of(n) == group)
    }

    /// The first node of that tier on the way from the request's home up: home itself, if it is of that tier.
    pub fn nearest_of(&self, tier: Tier) -> Option<NodeId> {
        self.world.first_above(self.home, |n| self.world.tier_of(n) == tier)
    }

    /// The nodes from the request's home up, home first.
    pub fn ancestors(&self) -> impl Iterator<Item = NodeId> + 'a {
        let world = self.world;
        std::iter::successors(Some(self.home), move |n| world.up_from(*n).map(|hop| hop.to))
    }

    /// Where the request's answer must arrive; `None`: there is no such node above its home.
    pub fn sink(&self, request: &Request) -> Option<NodeId> {
        match self.world.workloads[request.workload as usize].sink {
            Tier::Device => Some(request.home),
            tier => self.world.first_above(request.home, |n| self.world.tier_of(n) == tier),
        }
    }

    /// Whether a role runs on a node.
    pub fn hosts(&self, model: ModelId, node: NodeId) -> bool {
        let group = &self.world.groups[self.world.group_of(node).0 as usize];
        group.work.get(model.0 as usize).is_some_and(Option::is_some)
    }

    /// Whether a role is in a node's memory, so that a request need not wait for it to be loaded.
    pub fn is_resident(&self, model: ModelId, node: NodeId) -> bool {
        let group = &self.world.groups[self.world.group_of(node).0 as usize];
        let Some(memory) = &group.memory else { return self.hosts(model, node) };
        match self.known.resident(node) {
            Some(roles) => roles >> model.0 & 1 == 1,
            None => memory.first.contains(&model),
        }
    }

    /// How long loading a role takes there, if it is not resident; zero if it is, [`SimTime::NEVER`] where it cannot run.
    pub fn load_time(&self, model: ModelId, node: NodeId) -> SimTime {
        match self.is_resident(model, node) {
            true => SimTime::ZERO,
            false => self.world.load_time(self.world.group_of(node), model).unwrap_or(SimTime::NEVER),
        }
    }

    /// Mean time to run a role on a node from one tap up to another, alone, at its clock level and without waiting; [`SimTime::NEVER`] where it
    /// cannot run.
    pub fn service_time(&self, model: ModelId, from: TapId, upto: TapId, node: NodeId) -> SimTime {
        let group = &self.world.groups[self.world.group_of(node).0 as usize];
        match group.work_at(self.level(node)).get(model.0 as usize) {
            Some(Some(work)) if from <= upto && (upto.0 as usize) < work.upto.len() => work.between(from, upto),
            _ => SimTime::NEVER,
        }
    }

    /// A node's clock level: an index into its group's, 0 where the clock is fixed.
    pub fn level(&self, node: NodeId) -> u8 {
        let group = &self.world.groups[self.world.group_of(node).0 as usize];
        if group.levels.is_empty() { 0 } else { self.known.level(node).unwrap_or(group.level) }
    }

    /// Requests at a node beyond its busy servers: those that wait, or share servers that are too few.
    pub fn waiting(&self, node: NodeId) -> u32 {
        self.known.waiting(node)
    }

    /// Servers of a node that are busy.
    pub fn busy(&self, node: NodeId) -> u32 {
        self.known.busy(node)
    }

    /// Requests at a node, waiting or in service.
    #[inline]
    pub fn requests(&self, node: NodeId) -> u32 {
        self.known.requests(node)
    }

    /// How many servers a node has.
    pub fn servers(&self, node: NodeId) -> u32 {
        self.known.servers(node).unwrap_or_else(|| self.world.groups[self.world.group_of(node).0 as usize].servers())
    }

    /// Whether a node takes newcomers: it is not off, about to be off, or booting.
    pub fn is_on(&self, node: NodeId) -> bool {
        !self.known.closed(node)
    }

    /// Work in a node, in service and waiting, divided by its servers: about how long a newcomer waits.
    pub fn backlog(&self, node: NodeId) -> SimTime {
        self.known.backlog(node)
    }

    /// Airtime still to be sent in the channels from one node to another, summed over the route.
    pub fn link_backlog(&self, from: NodeId, to: NodeId) -> SimTime {
        self.known.link_backlog(from, to)
    }

    /// Time to move a payload with nobody else on the way, packets, handshakes and delays included, at the rates that are known
    /// now and with as much loss and jitter as is to be expected;
    /// zero if it is there, [`SimTime::NEVER`] if there is no way or nothing gets through now.
    pub fn transfer_time(&self, from: NodeId, to: NodeId, bytes: Bytes) -> SimTime {
        let Some(route) = self.world.route(from, to) else { return SimTime::NEVER };
        if self.world.links.iter().any(|link| link.sharing == Sharing::Flows) {
            return alone(route.map(|hop| self.alone(hop, bytes)));
        }
        route.fold(SimTime::ZERO, |sum, hop| sum + self.airtime(hop, bytes) + self.delay(hop, bytes))
    }

    #[cold]
    fn alone(&self, hop: Hop, bytes: Bytes) -> Alone<'a> {
        let (link, member) = (&self.world.links[hop.link as usize], self.member(hop));
        Alone { hop, link, member, airtime: self.airtime(hop, bytes), delay: self.delay(hop, bytes) }
    }

    /// How long a transfer would be on the air alone in one hop, as far as is known.
    pub fn airtime(&self, hop: Hop, bytes: Bytes) -> SimTime {
        let link = &self.world.links[hop.link as usize];
        match link.conditions {
            None => link.airtime(hop.up, bytes),
            Some(_) => link.airtime_known(hop.up, self.member(hop), self.known.rate(hop), bytes),
        }
    }

    fn delay(&self, hop: Hop, bytes: Bytes) -> SimTime {
        let link = &self.world.links[hop.link as usize];
        match link.conditions {
            None => link.direction(hop.up).delay,
            Some(_) => link.delay_known(hop.up, self.member(hop), bytes),
        }
    }

    /// The number of a hop's lower node in its group.
    fn member(&self, hop: Hop) -> u32 {
        hop.lower().0 - self.world.nodes_of(self.world.links[hop.link as usize].lower).start
    }

    /// What the request would have to move to bring a tap's content elsewhere: exact for the raw image and for what it
    /// holds, the mean over images for taps not reached yet; `None`: nobody measured that.
    pub fn bytes(&self, request: &Request, model: ModelId, tap: TapId, codec: CodecId) -> Option<Bytes> {
        let role = self.world.models.get(model.0 as usize)?;
        let known = tap.0 == 0 || request.held == Held::Activation { model, tap };
        match self.image {
            Some(image) if known => role.bytes(tap, codec, image),
            _ => role.mean_bytes(tap, codec),
        }
    }

    /// Bytes of an answer on its way to the sink; `None`: nobody measured that.
    pub fn answer_bytes(&self, model: ModelId, exit: TapId) -> Option<Bytes> {
        self.world.models.get(model.0 as usize)?.mean_bytes(exit, self.world.codec("raw")?)
    }

    /// Power that one busy server adds to a node.
    pub fn compute_power(&self, node: NodeId) -> Watts {
        self.world.groups[self.world.group_of(node).0 as usize].server_power_at(self.level(node))
    }

    /// Power that transmitting adds to a node on its way up; zero where nothing is above it.
    pub fn transmit_power(&self, node: NodeId) -> Watts {
        self.world.up_from(node).map_or(Watts(0.0), |hop| self.world.links[hop.link as usize].lower_radio.transmit)
    }

    /// Power that receiving from above adds to a node; zero where nothing is above it.
    pub fn receive_power(&self, node: NodeId) -> Watts {
        self.world.up_from(node).map_or(Watts(0.0), |hop| self.world.links[hop.link as usize].lower_radio.receive)
    }

    /// Joules beyond idle to run a role on a node from one tap up to another; infinite where it cannot run.
    pub fn compute_energy(&self, model: ModelId, from: TapId, upto: TapId, node: NodeId) -> Joules {
        match self.service_time(model, from, upto, node) {
            SimTime::NEVER => Joules(f64::INFINITY),
            time => Joules(self.compute_power(node).0 * time.secs()),
        }
    }

    /// Joules beyond idle that all radios on the way spend on a transfer; infinite if there is no way.
    pub fn transfer_energy(&self, from: NodeId, to: NodeId, bytes: Bytes) -> Joules {
        self.radio_energy(from, to, bytes, |_| true)
    }

    /// The same, of one node's radio alone: what an offload costs a device.
    pub fn transfer_energy_at(&self, node: NodeId, from: NodeId, to: NodeId, bytes: Bytes) -> Joules {
        self.radio_energy(from, to, bytes, |end| end == node)
    }

    fn radio_energy(&self, from: NodeId, to: NodeId, bytes: Bytes, whose: impl Fn(NodeId) -> bool) -> Joules {
        let Some(route) = self.world.route(from, to) else { return Joules(f64::INFINITY) };
        Joules(route.fold(0.0, |sum, hop| {
            let link = &self.world.links[hop.link as usize];
            let (sender, receiver) = link.radios(hop.up);
            let power = f64::from(u8::from(whose(hop.from))) * sender.transmit.0
                + f64::from(u8::from(whose(hop.to))) * receiver.receive.0;
            sum + power * self.airtime(hop, bytes).secs()
        }))
    }
}
