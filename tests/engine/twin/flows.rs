//! Flows over several links: at each coming or going all rates are found anew, one channel after the other.

use super::channel::ChannelKey;
use super::event::What;
use super::life::Load;
use super::place::{self, Hop};
use super::{Twin, channel};
use std::cmp::Reverse;
use tierwise::sim::{Sharing, World};

/// Rates are told in 2^-16 bit/s, and what is left in that times nanoseconds.
const FINE: u64 = 1 << 16;

#[derive(Clone, Debug)]
pub struct Flow {
    pub birth: u64,
    pub run: Vec<Hop>,
    pub rate: u64,
    pub left: i128,
}

#[derive(Clone, Debug, Default)]
pub struct Flows {
    pub all: Vec<Flow>,
    /// The last coming or going.
    last: u64,
}

pub fn is_shared_so(world: &World, hop: Hop) -> bool {
    world.links[hop.link].sharing == Sharing::Flows
}

/// What is crossed at once from the beginning of a path.
pub fn run(world: &World, path: &[Hop]) -> Vec<Hop> {
    let flows = path.iter().take_while(|hop| is_shared_so(world, **hop)).count();
    path[..flows.max(1)].to_vec()
}

pub fn capacity(world: &World, hop: Hop) -> u64 {
    place::rate(&world.links[hop.link], hop.up, place::member(world, hop)) * FINE
}

/// How long hops that take this long each take together, nothing else being sent; none is crossed twice.
pub fn alone(world: &World, run: &[Hop], airtimes: &[u64]) -> u64 {
    let volume = |(hop, time): (&Hop, &u64)| u128::from(capacity(world, *hop)) * u128::from(*time);
    let most = run.iter().zip(airtimes).map(volume).max().expect("there is a hop");
    let slowest = run.iter().map(|hop| capacity(world, *hop)).min().expect("there is a hop");
    most.div_ceil(slowest.into()) as u64
}

impl Flow {
    fn crosses(&self, world: &World, key: ChannelKey) -> u64 {
        self.run.iter().filter(|hop| place::channel_of(world, **hop) == key).count() as u64
    }
}

impl Flows {
    fn pass(&mut self, now: u64) {
        let last = std::mem::replace(&mut self.last, now);
        self.all.iter_mut().for_each(|flow| flow.left -= i128::from(flow.rate) * i128::from(now - last));
    }

    /// What is left of a channel for each that has no rate yet.
    fn share(&self, world: &World, hop: Hop, rates: &[Option<u64>]) -> Option<u64> {
        let key = place::channel_of(world, hop);
        let (mut left, mut open) = (capacity(world, hop), 0);
        for (flow, rate) in self.all.iter().zip(rates) {
            match rate {
                Some(rate) => left -= rate * flow.crosses(world, key),
                None => open += flow.crosses(world, key),
            }
        }
        left.checked_div(open)
    }

    /// The channel with the least share gives that to all on it who have no rate yet, until all have; of equal ones the
    /// first link, there the first cell, there the way up.
    fn fill(&mut self, world: &World) {
        let mut rates = vec![None; self.all.len()];
        while rates.contains(&None) {
            let hops = self.all.iter().flat_map(|flow| flow.run.iter().copied());
            let order = |key: ChannelKey| (key.link, key.cell, Reverse(key.up));
            let shares = hops.filter_map(|hop| {
                let key = place::channel_of(world, hop);
                Some((self.share(world, hop, &rates)?, order(key), key))
            });
            let (share, _, key) =
                shares.min_by_key(|(share, order, _)| (*share, *order)).expect("somebody has no rate");
            for (flow, rate) in self.all.iter().zip(&mut rates) {
                if flow.crosses(world, key) > 0 {
                    rate.get_or_insert(share);
                }
            }
        }
        self.all.iter_mut().zip(rates).for_each(|(flow, rate)| flow.rate = rate.expect("all have"));
    }

    /// Parts of a channel's capacity that are sent up and down, in 2^-32.
    pub fn shares(&self, world: &World, key: ChannelKey) -> [u128; 2] {
        let hops = self.all.iter().flat_map(|flow| flow.run.iter().map(|hop| (hop, u128::from(flow.rate))));
        let there: Vec<_> = hops.filter(|(hop, _)| place::channel_of(world, **hop) == key).collect();
        let sum = |up| there.iter().filter(|(hop, _)| hop.up == up).map(|(_, rate)| rate).sum::<u128>();
        let capacity = there.first().map_or(1, |(hop, _)| capacity(world, **hop));
        [true, false].map(|up| (sum(up) << 32) / u128::from(capacity))
    }

    fn next_done(&self) -> Option<u64> {
        let done = |flow: &Flow| {
            let rate = i128::from(flow.rate);
            (rate > 0).then(|| self.last + ((flow.left.max(0) + rate - 1) / rate) as u64)
        };
        self.all.iter().filter_map(done).min()
    }

    /// Airtime still to be sent over a channel.
    pub fn backlog(&self, world: &World, key: ChannelKey, at: u64) -> u64 {
        let mut hops = self.all.iter().flat_map(|flow| &flow.run);
        let Some(hop) = hops.find(|hop| place::channel_of(world, **hop) == key) else { return 0 };
        let rest = |flow: &Flow| {
            let left = flow.left - i128::from(flow.rate) * i128::from(at - self.last);
            left.max(0) * i128::from(flow.crosses(world, key))
        };
        let left: i128 = self.all.iter().map(rest).sum();
        let capacity = i128::from(capacity(world, *hop));
        ((left + capacity - 1) / capacity) as u64
    }
}

impl Twin<'_> {
    pub fn begin_flow(&mut self, birth: u64, load: Load) {
        let run = self.lives[&birth].run.clone();
        let mut left = 0;
        for hop in &run {
            let parcel = self.parcel_on(birth, *hop, load.bytes);
            let (airtime, (wire, again)) = (parcel.airtime(), parcel.wire());
            left = left.max(i128::from(airtime) * i128::from(capacity(self.world, *hop)));
            self.charge(&channel::Transfer::of(birth, *hop, airtime, wire, again));
        }
        self.flows.pass(self.now);
        self.flows.all.push(Flow { birth, run, rate: 0, left });
        self.expect_flows();
    }

    fn expect_flows(&mut self) {
        self.flows.fill(self.world);
        self.events.forget(What::FlowsSent);
        if let Some(time) = self.flows.next_done() {
            self.events.add(time, What::FlowsSent, 0);
        }
    }

    pub fn flows_sent(&mut self) {
        self.flows.pass(self.now);
        let (done, rest) = std::mem::take(&mut self.flows.all).into_iter().partition(|flow| flow.left <= 0);
        self.flows.all = rest;
        let done: Vec<Flow> = done;
        done.into_iter().for_each(|flow| self.expect_arrival(flow.birth));
        self.expect_flows();
    }
}
