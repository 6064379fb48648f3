//! Progressive filling, played again only where a change has an effect.
//!
//! Filling fixes rates in the order of (share, channel): that is its time, and each flow remembers when, `(rate, by)`,
//! its rate was fixed. A channel's share never falls as filling goes on. After a flow came or left, filling is played
//! again, but a channel is *looked at* only once something on it changed; all others do what they did before, when
//! they did it. Of those that are looked at, a heap knows the least share that each can have next:
//!
//! - When a share comes up that is still the channel's share, it fixes its flows' rates. If it is larger by then, since
//!   rates were fixed elsewhere in between, the channel is put back.
//! - When the time comes at which a channel used to fix rates and it does not, its flows are open again.
//! - A flow that is fixed at another time, or opened, makes the channels on its route be looked at.
//!
//! A channel that is no flow's bottleneck need not be looked at while it has room for whatever the opened flows can come
//! to have: its share is then above all shares that fix rates, as its flows' rates are at least those, plus one unit for
//! each flow.

use super::fabric::{Fabric, Instant, SLACK, State};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

#[derive(Debug, Default)]
pub(super) struct Filling {
    /// Counts changes, from 1.
    change: u64,
    /// Next shares of the channels that are looked at.
    heap: BinaryHeap<Reverse<Instant>>,
    /// Flows that were touched, and their rates before.
    pub changed: Vec<(u32, u64)>,
}

/// What a channel has left at some time of filling, for how many.
#[derive(Clone, Copy)]
struct Open {
    left: u64,
    flows: u64,
}

impl Filling {
    /// A flow was inserted.
    pub(super) fn joined(&mut self, fabric: &mut Fabric, slot: u32) {
        self.change += 1;
        self.open(fabric, slot, (0, 0));
        self.play(fabric);
    }

    /// A flow was removed, whose rate had been fixed then: nothing before that changes.
    pub(super) fn left(&mut self, fabric: &mut Fabric, slot: u32, fixed: Instant) {
        self.change += 1;
        for hop in 0..fabric.length(slot) {
            self.touch(fabric, fabric.channel_of(slot, hop), fixed, None);
        }
        self.play(fabric);
    }

    fn play(&mut self, fabric: &mut Fabric) {
        while let Some(Reverse(now)) = self.heap.pop() {
            let (share, channel) = now;
            let open = self.look(fabric, channel, now);
            let Some(next) = open.left.checked_div(open.flows) else {
                fabric.channels[channel as usize].level = SLACK;
                continue;
            };
            if next <= share {
                self.fix(fabric, now);
                continue;
            }
            if fabric.channels[channel as usize].level == share {
                self.pass(fabric, now);
            }
            self.expect(fabric, channel, next);
        }
    }

    /// When a channel must be looked at again.
    fn expect(&mut self, fabric: &Fabric, channel: u32, share: u64) {
        self.heap.push(Reverse((share.min(fabric.channels[channel as usize].level), channel)));
    }

    #[inline]
    fn is_open(&self, state: State, now: Instant) -> bool {
        match state.mark >> 1 == self.change {
            true => state.mark & 1 == 1,
            false => (state.rate, state.by) >= now,
        }
    }

    #[inline]
    fn look(&self, fabric: &Fabric, channel: u32, now: Instant) -> Open {
        let of = &fabric.channels[channel as usize];
        let (mut fixed, mut flows) = (0, 0);
        for slot in &of.flows {
            let state = fabric.states[*slot as usize];
            let open = self.is_open(state, now);
            flows += u64::from(open);
            fixed += if open { 0 } else { state.rate };
        }
        Open { left: of.capacity.saturating_sub(fixed), flows }
    }

    /// A channel fixes the rates of its open flows.
    fn fix(&mut self, fabric: &mut Fabric, now: Instant) {
        let (share, channel) = now;
        fabric.channels[channel as usize].level = share;
        for i in 0..fabric.channels[channel as usize].flows.len() {
            let slot = fabric.channels[channel as usize].flows[i];
            let state = fabric.states[slot as usize];
            if !self.is_open(state, now) || self.is_as_before(state, now) {
                continue;
            }
            let touched = state.mark >> 1 == self.change;
            fabric.states[slot as usize] = State { rate: share, by: channel, mark: self.change << 1 };
            if !touched {
                self.changed.push((slot, state.rate));
                self.touch_others(fabric, slot, now, None);
            }
        }
    }

    fn is_as_before(&self, state: State, now: Instant) -> bool {
        state.mark >> 1 != self.change && (state.rate, state.by) == now
    }

    /// A channel does not fix rates when it used to: they are open.
    fn pass(&mut self, fabric: &mut Fabric, now: Instant) {
        let channel = now.1 as usize;
        fabric.channels[channel].level = SLACK;
        for i in 0..fabric.channels[channel].flows.len() {
            let slot = fabric.channels[channel].flows[i];
            if self.is_as_before(fabric.states[slot as usize], now) {
                self.open(fabric, slot, now);
            }
        }
    }

    fn open(&mut self, fabric: &mut Fabric, slot: u32, now: Instant) {
        let state = &mut fabric.states[slot as usize];
        state.mark = self.change << 1 | 1;
        let rate = state.rate;
        self.changed.push((slot, rate));
        self.touch_others(fabric, slot, now, Some(fabric.limit(slot) - rate));
    }

    fn touch_others(&mut self, fabric: &mut Fabric, slot: u32, now: Instant, more: Option<u64>) {
        for hop in 0..fabric.length(slot) {
            self.touch(fabric, fabric.channel_of(slot, hop), now, more);
        }
    }

    /// Something changed on a channel: its flows may have so much more than before.
    #[inline]
    fn touch(&mut self, fabric: &mut Fabric, channel: u32, now: Instant, more: Option<u64>) {
        let of = &mut fabric.channels[channel as usize];
        if of.looked_at == self.change {
            return;
        }
        if of.level == SLACK && !more.is_some_and(|more| self.exceeds(of, more)) {
            return;
        }
        of.looked_at = self.change;
        let open = self.look(fabric, channel, now);
        match open.left.checked_div(open.flows) {
            Some(share) => self.expect(fabric, channel, share),
            None => fabric.channels[channel as usize].level = SLACK,
        }
    }

    /// Whether a channel may run short.
    #[inline]
    fn exceeds(&self, of: &mut super::fabric::Channel, more: u64) -> bool {
        if of.bounded != self.change {
            (of.bounded, of.most) = (self.change, of.used.saturating_add(of.flows.len() as u64));
        }
        of.most = of.most.saturating_add(more);
        of.most > of.capacity
    }
}
