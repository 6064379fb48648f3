//! All channels of a world that are shared as flows, and the transfers on them.

use super::Flows;
use crate::sim::layout::cell_count;
use crate::sim::service::Leaving;
use crate::sim::{Hop, Link, Sharing, World};
use crate::units::{BitsPerSec, SimTime};

/// One hop of a flow.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Crossing {
    pub hop: Hop,
    /// The channel's number among those that are shared so.
    pub channel: u32,
    /// What it puts on the wire.
    pub wire: u64,
    /// How long it takes alone.
    pub airtime: SimTime,
}

/// The flows of a world.
#[derive(Debug)]
pub(in crate::sim) struct Network {
    flows: Flows,
    /// By slot: the hops that its flow crosses, none where there is no flow.
    crossings: Vec<Vec<Crossing>>,
    /// By channel: what was sent in the window, up and down, in units of 2^-16 bit/s times 1 ns.
    sent: Vec<[u128; 2]>,
    announced: Option<Leaving>,
}

impl Network {
    /// `None`: no link is shared so.
    pub(in crate::sim) fn new(world: &World) -> Option<Box<Self>> {
        let links = || world.links.iter().filter(|l| l.sharing == Sharing::Flows);
        let capacities: Vec<BitsPerSec> = links().flat_map(|link| capacities(world, link)).collect();
        if capacities.is_empty() {
            return None;
        }
        let mut flows = Flows::new(&capacities, 2 * links().count());
        flows.clocks.window = (world.horizon.warm_up, world.horizon.end);
        let sent = vec![[0; 2]; capacities.len()];
        Some(Box::new(Self { flows, crossings: Vec::new(), sent, announced: None }))
    }

    /// The transfer of a slot begins.
    pub(in crate::sim) fn join(&mut self, now: SimTime, (birth, slot): (u64, u32), crossings: Vec<Crossing>) {
        let most = |c: &Crossing| u128::from(c.airtime.ns()) * u128::from(self.capacity(c.channel));
        let volume = crossings.iter().map(most).max().unwrap_or(0);
        self.flows.begin(now, (birth, slot), crossings.iter().map(|c| c.channel), volume);
        self.flows.settle();
        if self.crossings.len() <= slot as usize {
            self.crossings.resize_with(slot as usize + 1, Vec::new);
        }
        self.crossings[slot as usize] = crossings;
    }

    /// Takes out one that is done by now.
    pub(in crate::sim) fn leave(&mut self, now: SimTime) -> Option<(u32, Vec<Crossing>)> {
        let (slot, _) = self.flows.next_done().filter(|(_, at)| *at <= now)?;
        let crossings = self.settle(slot, now);
        self.flows.take_out(now, slot);
        self.flows.settle();
        Some((slot, crossings))
    }

    /// In units of 2^-16 bit/s.
    fn capacity(&self, channel: u32) -> u64 {
        self.flows.fabric.channels[channel as usize].capacity
    }

    fn settle(&mut self, slot: u32, now: SimTime) -> Vec<Crossing> {
        let crossings = std::mem::take(&mut self.crossings[slot as usize]);
        let sent = self.flows.clocks.sent(&self.flows.fabric, slot, now.ns());
        crossings.iter().for_each(|c| self.sent[c.channel as usize][usize::from(!c.hop.up)] += sent);
        crossings
    }

    /// Ends all: those that were under way.
    pub(in crate::sim) fn close(&mut self, now: SimTime) -> Vec<(u32, Vec<Crossing>)> {
        let under_way = |slot: &u32| !self.crossings[*slot as usize].is_empty();
        let slots: Vec<u32> = (0..self.crossings.len() as u32).filter(under_way).collect();
        slots.into_iter().map(|slot| (slot, self.settle(slot, now))).collect()
    }

    /// Nanoseconds of the window in which a channel was busy up and down, of those that are through.
    pub(in crate::sim) fn busy(&self, channel: u32) -> [u128; 2] {
        self.sent[channel as usize].map(|sent| sent / u128::from(self.capacity(channel).max(1)))
    }

    /// The parts of a channel's capacity that are sent up and down, in 2^-32.
    pub(in crate::sim) fn shares(&self, channel: u32) -> [u64; 2] {
        // In halves: one that crosses it twice is there twice.
        let mut halves = [0u128; 2];
        for slot in self.flows.members(channel) {
            let there = || self.crossings[*slot as usize].iter().filter(|c| c.channel == channel);
            let each = 2 * u128::from(self.flows.fabric.rate(*slot)) / there().count().max(1) as u128;
            there().for_each(|c| halves[usize::from(!c.hop.up)] += each);
        }
        halves.map(|rate| ((rate << 31) / u128::from(self.capacity(channel).max(1))) as u64)
    }

    /// Notes who leaves next as scheduled; says who was before, and who is now.
    pub(in crate::sim) fn announce(&mut self) -> (Option<Leaving>, Option<Leaving>) {
        let next = self.flows.next_done();
        (std::mem::replace(&mut self.announced, next), next)
    }

    /// What was scheduled has happened.
    pub(in crate::sim) fn forget(&mut self) {
        self.announced = None;
    }

    /// Airtime still to be sent over a channel at `at`, in nanoseconds, rounded up.
    pub(in crate::sim) fn backlog(&self, channel: u32, at: SimTime) -> u128 {
        let Flows { fabric, clocks, .. } = &self.flows;
        let left: u128 = fabric.members(channel).iter().map(|slot| clocks.left(fabric, *slot, at.ns())).sum();
        left.div_ceil(u128::from(self.capacity(channel).max(1)))
    }
}

/// Of a link's channels, in their order.
fn capacities<'a>(world: &'a World, link: &'a Link) -> impl Iterator<Item = BitsPerSec> + 'a {
    let ways: &[bool] = if link.half_duplex { &[true] } else { &[true, false] };
    let member = |cell: u32| if link.is_own() { cell } else { 0 };
    (0..cell_count(world, link)).flat_map(move |cell| ways.iter().map(move |up| link.usual_rate(*up, member(cell))))
}
