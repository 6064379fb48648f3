//! Progressive filling of all channels from the start: where levels do not settle soon.
//!
//! A heap knows a share that each channel can have at least, which is worked out again when it comes up; a flow whose rate
//! is fixed leaves its channels with less, for fewer.

use super::Flows;
use super::fabric::{Fabric, NONE, SLACK};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a channel has left at some time of filling, for how many.
#[derive(Clone, Copy, Debug)]
struct Open {
    left: u64,
    flows: u64,
}

#[derive(Debug, Default)]
pub(super) struct Afresh {
    /// Shares, and of which channel.
    heap: BinaryHeap<Reverse<(u64, u32)>>,
    /// By channel.
    open: Vec<Open>,
    levels: Vec<u64>,
    /// By slot: the channel that limits a flow from now on.
    limits: Vec<u32>,
}

impl Afresh {
    fn fill(&mut self, fabric: &Fabric) {
        self.begin(fabric);
        while let Some(Reverse((share, channel))) = self.heap.pop() {
            let Open { left, flows } = self.open[channel as usize];
            match left.checked_div(flows) {
                Some(next) if next > share => self.heap.push(Reverse((next, channel))),
                Some(_) => self.fix(fabric, (share, channel)),
                None => {}
            }
        }
    }

    fn begin(&mut self, fabric: &Fabric) {
        let all = |channel: &super::fabric::Channel| Open { left: channel.capacity, flows: channel.flows.len() as u64 };
        self.open.clear();
        self.open.extend(fabric.channels.iter().map(all));
        self.levels.clear();
        self.levels.resize(fabric.channels.len(), SLACK);
        self.limits.clear();
        self.limits.resize(fabric.limits.len(), NONE);
        let shares =
            (0..).zip(&self.open).filter_map(|(number, open)| Some((open.left.checked_div(open.flows)?, number)));
        self.heap.extend(shares.map(Reverse));
    }

    /// A channel fixes the rates of its open flows.
    fn fix(&mut self, fabric: &Fabric, (share, channel): (u64, u32)) {
        self.levels[channel as usize] = share;
        for slot in fabric.members(channel) {
            if self.limits[*slot as usize] != NONE {
                continue;
            }
            self.limits[*slot as usize] = channel;
            for seat in fabric.seats(*slot) {
                let open = &mut self.open[seat.channel as usize];
                open.left -= share;
                open.flows -= 1;
            }
        }
    }
}

impl Flows {
    /// Gives all channels the levels of filling, and all flows their limits.
    pub(super) fn fill_afresh(&mut self) {
        let mut afresh = std::mem::take(&mut self.afresh);
        afresh.fill(&self.fabric);
        for (slot, limit) in (0..).zip(&afresh.limits).filter(|(_, limit)| **limit != NONE) {
            if self.fabric.limits[slot as usize] != *limit {
                self.unlimit(slot);
                self.limit(slot, *limit);
            }
        }
        (0..).zip(&afresh.levels).for_each(|(channel, level)| self.set_level(channel, *level));
        self.afresh = afresh;
        self.work.forget();
    }
}
