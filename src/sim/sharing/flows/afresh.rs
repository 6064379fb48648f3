//! Progressive filling of all channels from the start: for networks where a change has an effect nearly everywhere.
//!
//! A heap knows a share that each channel can have at least, which is worked out again when it comes up; a flow whose rate
//! is fixed leaves its channels with less, for fewer.

use super::fabric::{Fabric, Instant, SLACK, State};
use super::filling::{Open, Touched, first, key};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

#[derive(Debug, Default)]
pub(super) struct Afresh {
    /// Shares, and of which channel.
    heap: BinaryHeap<Reverse<u128>>,
    /// By channel.
    open: Vec<Open>,
    /// What marks flows whose rate is fixed.
    mark: u64,
}

impl Afresh {
    /// Fixes and marks the rates of all flows, and notes them as they were before.
    pub(super) fn fill(&mut self, fabric: &mut Fabric, mark: u64, touched: &mut Vec<Touched>) {
        self.mark = mark;
        self.begin(fabric);
        while let Some(Reverse(key)) = self.heap.pop() {
            let mut next = Some(key);
            while let Some(key) = next {
                next = self.turn(fabric, key, touched).and_then(|key| first(&mut self.heap, key));
            }
        }
        for (channel, open) in fabric.channels.iter_mut().zip(&self.open) {
            channel.used = channel.capacity - open.left;
        }
    }

    fn begin(&mut self, fabric: &mut Fabric) {
        self.open.clear();
        let mut keys = std::mem::take(&mut self.heap).into_vec();
        for (number, channel) in (0..).zip(&mut fabric.channels) {
            let open = Open { left: channel.capacity, flows: channel.flows.len() as u64 };
            channel.level = SLACK;
            self.open.push(open);
            keys.extend(open.left.checked_div(open.flows).map(|share| Reverse(key(share, number))));
        }
        self.heap = BinaryHeap::from(keys);
    }

    /// A share has come up. If the channel can have more by now: when that is.
    #[inline]
    fn turn(&mut self, fabric: &mut Fabric, now: u128, touched: &mut Vec<Touched>) -> Option<u128> {
        let channel = now as u32;
        let open = self.open[channel as usize];
        let next = key(open.left.checked_div(open.flows)?, channel);
        if next > now {
            return Some(next);
        }
        self.fix(fabric, ((now >> 32) as u64, channel), touched);
        None
    }

    /// A channel fixes the rates of its open flows.
    fn fix(&mut self, fabric: &mut Fabric, (share, channel): Instant, touched: &mut Vec<Touched>) {
        let flows = std::mem::take(&mut fabric.channels[channel as usize].flows);
        for slot in &flows {
            let state = &mut fabric.states[*slot as usize];
            if state.mark == self.mark {
                continue;
            }
            touched.push(Touched { slot: *slot, rate: state.rate, by: state.by });
            *state = State { rate: share, by: channel, mark: self.mark };
            for seat in fabric.seats(*slot) {
                let open = &mut self.open[seat.channel as usize];
                open.left -= share;
                open.flows -= 1;
            }
        }
        let of = &mut fabric.channels[channel as usize];
        (of.level, of.flows) = (share, flows);
    }
}
