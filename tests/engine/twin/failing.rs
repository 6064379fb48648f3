//! What fails, and what becomes of what is in progress there.

use super::channel::{ChannelKey, Transfer};
use super::event::What;
use super::life::Doing;
use super::{Twin, node, place};
use std::collections::BTreeSet;
use tierwise::random::{Purpose, Stream, sample};
use tierwise::sim::{Ending, FailureAccount, Fallible, GroupId, Lifetime, NodeId, Rule, Service, Spells, Tier, World};

/// A node that can fail, or a cell with its channels: upwards first.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Which of the world's failures it is under.
    pub of: usize,
    pub node: Option<u32>,
    pub channels: Vec<ChannelKey>,
    entity: u64,
    pub down: bool,
}

/// All units, in order.
pub fn units(world: &World) -> Vec<Unit> {
    let mut units = Vec::new();
    for (of, failing) in world.failures.iter().enumerate() {
        match failing.place {
            Fallible::Nodes(group) => {
                for node in place::nodes(world).filter(|n| place::group_of(world, n.0) == group.0 as usize) {
                    let entity = u64::from(node.0);
                    units.push(Unit { of, node: Some(node.0), channels: Vec::new(), entity, down: false });
                }
            }
            Fallible::Link(link) => {
                for (cell, channels) in cells(world, link as usize).into_iter().enumerate() {
                    let entity = (1 << 63) + (u64::from(link) << 32) + cell as u64;
                    units.push(Unit { of, node: None, channels, entity, down: false });
                }
            }
        }
    }
    units
}

/// The channels of each cell of a link, in the order of its lower or upper nodes; nobody uses those of upper nodes
/// that have nothing below them.
fn cells(world: &World, link: usize) -> Vec<Vec<ChannelKey>> {
    let of = &world.links[link];
    let group = if of.cell == tierwise::sim::Cell::Own { of.lower } else { of.upper };
    let directions: BTreeSet<bool> = [!of.half_duplex, false].into();
    let mut cells = Vec::new();
    for node in place::nodes(world).filter(|n| GroupId(place::group_of(world, n.0) as u16) == group) {
        let key = |down: &bool| ChannelKey { link, cell: node.0, up: !down };
        cells.push(directions.iter().map(key).collect());
    }
    cells
}

/// The first turn of a unit after now: found by going through all of them from the beginning.
fn next_turn(world: &World, replication: u64, unit: &Unit, now: Option<u64>) -> Option<u64> {
    let stream = Stream::new(world.seed, replication, Purpose::Failure);
    let is_next = |time: u64| now.is_none_or(|now| time > now);
    match &world.failures[unit.of].failures.when {
        Spells::Trace(spells) => spells.iter().flatten().map(|t| t.ns()).find(|t| is_next(*t)),
        Spells::Random(random) => {
            let mut time = 0;
            for n in 0.. {
                let [first, second] = stream.draw(unit.entity, n);
                for (lifetime, bits) in [(random.to_failure, first), (random.to_repair, second)] {
                    time += length(lifetime, bits);
                    if is_next(time) {
                        return Some(time);
                    }
                }
            }
            None
        }
    }
}

fn length(lifetime: Lifetime, bits: u64) -> u64 {
    let exponential = sample::exponential(bits);
    let length = match lifetime {
        Lifetime::Exponential { mean } => exponential * mean.ns() as f64,
        Lifetime::Weibull { mean, shape } => {
            libm::pow(exponential, 1.0 / shape) / libm::tgamma(1.0 + 1.0 / shape) * mean.ns() as f64
        }
    };
    ((length + 0.5) as u64).max(1)
}

impl Twin<'_> {
    pub fn expect_turns(&mut self) {
        for unit in 0..self.units.len() {
            self.expect_turn(unit, None);
        }
    }

    fn expect_turn(&mut self, unit: usize, now: Option<u64>) {
        if let Some(time) = next_turn(self.world, self.replication, &self.units[unit], now) {
            self.events.add(time, What::Turn, unit as u64);
        }
    }

    /// The account of a unit's kind.
    fn account(&mut self, unit: usize) -> &mut FailureAccount {
        &mut self.sums.failures[self.units[unit].of]
    }

    pub fn turn(&mut self, unit: usize) -> Result<(), String> {
        let down = !self.units[unit].down;
        self.units[unit].down = down;
        let (now, horizon) = (self.now, self.world.horizon);
        if down && horizon.warm_up.ns() <= now && now < horizon.end.ns() {
            self.account(unit).failures += 1;
        }
        let Unit { node, channels, .. } = self.units[unit].clone();
        if let Some(node) = node {
            self.nodes[node as usize].down = down;
            if down { self.fail_node(unit, node) } else { self.begin_services(node) }
        }
        for key in channels {
            let Some(channel) = self.channels.get_mut(&key) else { continue };
            channel.down = down;
            if down { self.fail_channel(unit, key) } else { self.begin_transfers(key) }
        }
        // What nobody will see any more is left out.
        if now < horizon.end.ns() || !self.lives.is_empty() || self.events.any(What::Birth) {
            self.expect_turn(unit, Some(now));
        }
        Ok(())
    }

    /// The unit that a node or a channel is, while it does not work.
    pub fn broken(&self, is: impl Fn(&Unit) -> bool) -> Option<usize> {
        self.units.iter().position(|unit| unit.down && is(unit))
    }

    /// Its policy is asked again, and a refusal counted.
    pub fn turn_away(&mut self, unit: usize, birth: u64) {
        self.account(unit).refused += u64::from(self.lives[&birth].counted);
        self.ask_again(birth);
    }

    fn ask_again(&mut self, birth: u64) {
        self.life(birth).doing = Doing::Nothing;
        self.life(birth).request.refused += 1;
        self.expect_ask(birth, self.now);
    }

    /// What becomes of a request that was turned out: whether it stays.
    fn turn_out(&mut self, unit: usize, birth: u64, begun: bool) -> bool {
        let spec = self.world.failures[self.units[unit].of].failures.clone();
        let life = self.life(birth);
        let is_answer = matches!(life.doing, Doing::Returning(_));
        let rule = if is_answer && spec.then == Rule::Reroute { Rule::Retry } else { spec.then };
        let interrupted = begun || rule == Rule::Reroute;
        life.interrupted += u32::from(interrupted);
        let rule = if interrupted && life.interrupted > spec.most { Rule::Fail } else { rule };
        let counted = u64::from(life.counted);
        match rule {
            Rule::Retry => self.account(unit).retried += counted * u64::from(begun),
            Rule::Reroute => {
                self.account(unit).rerouted += counted;
                self.ask_again(birth);
            }
            Rule::Fail => {
                self.account(unit).failed += counted;
                self.end(birth, Ending::Failed);
            }
        }
        rule == Rule::Retry
    }

    /// Whether a leg's request has ended: then nothing is left of it.
    fn is_over(&mut self, leg: u64) -> bool {
        let over = self.life(leg).cancelled;
        if over {
            self.lives.remove(&leg);
        }
        over
    }

    fn fail_node(&mut self, unit: usize, node: u32) {
        self.events.forget(What::Shared(node));
        for (job, left) in self.nodes[node as usize].turn_out(self.now) {
            self.events.forget_of(What::Served, job.birth);
            self.cut_service(unit, node, job, left);
            if !self.is_over(job.birth) && self.turn_out(unit, job.birth, left.is_some()) {
                self.take_back(node, job);
            }
        }
        self.nodes[node as usize].drain();
    }

    /// Waits to be computed from the beginning, as one who comes now and finds room.
    fn take_back(&mut self, node: u32, job: node::Job) {
        let Doing::Computing(computing) = self.lives[&job.birth].doing else { panic!("is not computed") };
        let (work, now) = (self.work(job.birth, computing), self.now);
        let job = node::Job { work, offered: now, since: now, stopped: false, ..job };
        match &mut self.nodes[node as usize].memory {
            Some(memory) => memory.hold(job),
            None => {
                self.nodes[node as usize].join(job);
                self.expect_limit(node);
            }
        }
    }

    /// What was not done of a service is taken back, and how long it waited is noted.
    fn cut_service(&mut self, unit: usize, node: u32, job: node::Job, left: Option<u64>) {
        let (world, now) = (self.world, self.now);
        let g = place::group_of(world, node);
        let tier = [Tier::Device, Tier::Edge, Tier::Cloud].iter().position(|t| *t == world.groups[g].tier);
        let level = self.nodes[node as usize].level;
        let life = self.life(job.birth);
        let counted = u64::from(life.counted);
        let done = left.map_or(0, |left| life.work - left);
        let waited = match world.groups[g].service {
            Service::Sharing(_) => now.saturating_sub(job.offered + done),
            _ if left.is_some() && !job.stopped => 0,
            _ => now - job.offered,
        };
        if let Some(left) = left {
            life.compute_ns[tier.expect("one of them")] -= left;
            if life.request.home == NodeId(node) {
                life.home_j -= world.groups[g].server_power_at(level).0 * left as f64 * 1e-9;
            }
            self.sums.groups[g].compute_ns -= counted * left;
            self.account(unit).lost_ns += u128::from(counted * done);
        }
        self.sums.groups[g].wait_ns += counted * waited;
    }

    fn fail_channel(&mut self, unit: usize, key: ChannelKey) {
        self.events.forget(What::FairSent(key));
        let channel = self.channels.get_mut(&key).expect("one for each");
        for (transfer, left) in channel.turn_out(self.now) {
            self.events.forget_of(What::Sent, transfer.birth);
            if let Some(left) = left {
                self.cut_transfer(unit, &transfer, left);
            }
            if !self.is_over(transfer.birth) && self.turn_out(unit, transfer.birth, left.is_some()) {
                self.channels.get_mut(&key).expect("one for each").waiting.push_back(transfer);
            }
        }
    }

    /// What was not sent is taken back.
    fn cut_transfer(&mut self, unit: usize, transfer: &Transfer, left: u64) {
        let Transfer { birth, hop, airtime, wire, .. } = *transfer;
        let sent = (u128::from(wire) * u128::from(airtime - left) / u128::from(airtime)) as u64;
        let link = &self.world.links[hop.link];
        let (sender, taker) =
            if hop.up { (link.lower_radio, link.upper_radio) } else { (link.upper_radio, link.lower_radio) };
        let life = self.life(birth);
        *if hop.up { &mut life.bytes_up } else { &mut life.bytes_down } -= wire - sent;
        let seconds = left as f64 * 1e-9;
        if life.request.home.0 == hop.from {
            life.home_j -= sender.transmit.0 * seconds;
        } else if life.request.home.0 == hop.to {
            life.home_j -= taker.receive.0 * seconds;
        }
        if life.counted {
            let sums = &mut self.sums.links[hop.link];
            sums.bytes[usize::from(hop.up)] -= wire - sent;
            sums.airtime_ns[usize::from(hop.up)] -= left;
            let account = self.account(unit);
            account.lost_ns += u128::from(airtime - left);
            account.lost_bytes += sent;
        }
    }
}
