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
//! A channel that is no flow's bottleneck need not be looked at if in the end it has room for its flows' rates and one
//! unit more for each: its share was then above all that fixed rates, as the rates that are still to be fixed are at
//! least those. So it is hoped that such channels have room, and checked at the end: where one has none, or a flow is
//! still open, all is played again, and these are looked at from the start.
//!
//! Where a change has an effect nearly everywhere this looks at each flow many times over. So it is counted how many were
//! looked at, and where filling everything once is less work, that is done for a while; see `afresh.rs`.

use super::afresh::Afresh;
use super::fabric::{Fabric, Instant, SLACK, State};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A flow that was touched, as it was before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touched {
    pub slot: u32,
    pub rate: u64,
    pub by: u32,
}

/// Changes that are filled from the start before it is seen again what else they would take.
const WHILE: u32 = 64;

#[derive(Debug, Default)]
pub(super) struct Filling {
    /// Counts changes, from 1.
    change: u64,
    /// Next shares of the channels that are looked at.
    heap: BinaryHeap<Reverse<u128>>,
    /// Flows that were touched.
    pub touched: Vec<Touched>,
    /// Levels of the channels that are looked at, as they were before.
    levels: Vec<(u32, u64)>,
    /// Channels that had no room.
    crowded: Vec<u32>,
    /// Flows that this change has looked at, those of one channel after another.
    looked: u64,
    /// A mean of that over some changes.
    usual: u64,
    /// How many changes more are filled from the start.
    dense: u32,
    afresh: Afresh,
    /// Fills from the start always, or never.
    #[cfg(test)]
    pub pinned: Option<bool>,
}

/// An instant as one number.
#[inline]
pub(super) fn key(share: u64, channel: u32) -> u128 {
    u128::from(share) << 32 | u128::from(channel)
}

/// Puts a channel back, unless it is the next anyway.
#[inline]
pub(super) fn first(heap: &mut BinaryHeap<Reverse<u128>>, key: u128) -> Option<u128> {
    let first = heap.peek().is_none_or(|Reverse(least)| key < *least);
    if !first {
        heap.push(Reverse(key));
    }
    first.then_some(key)
}

/// What a channel has left at some time of filling, for how many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub left: u64,
    pub flows: u64,
}

impl Filling {
    /// A flow was inserted.
    pub(super) fn joined(&mut self, fabric: &mut Fabric, slot: u32) {
        self.fill(fabric, (0, 0), |filling, fabric| filling.open(fabric, slot, (0, 0)));
    }

    /// A flow was removed, whose rate had been fixed then: nothing before that changes.
    pub(super) fn left(&mut self, fabric: &mut Fabric, slot: u32, fixed: Instant) {
        self.fill(fabric, fixed, |filling, fabric| {
            for hop in 0..fabric.length(slot) {
                filling.touch(fabric, fabric.channel_of(slot, hop), fixed);
            }
        });
    }

    /// Fills in the way that is less work.
    fn fill(&mut self, fabric: &mut Fabric, from: Instant, begin: impl Fn(&mut Self, &mut Fabric)) {
        if self.is_dense() {
            self.change += 1;
            self.touched.clear();
            self.afresh.fill(fabric, self.change << 1, &mut self.touched);
            return;
        }
        self.looked = 0;
        self.replay(fabric, from, begin);
        self.usual = (7 * self.usual + self.looked) / 8;
        // Measured: what takes as long as to look at a flow.
        let afresh = 3 * (fabric.count + fabric.channels.len() as u64);
        self.dense = if self.usual > afresh { WHILE } else { 0 };
    }

    fn is_dense(&mut self) -> bool {
        #[cfg(test)]
        if let Some(pinned) = self.pinned {
            return pinned;
        }
        let dense = self.dense > 0;
        self.dense = self.dense.saturating_sub(1);
        dense
    }

    /// Plays until all have room, and notes the new rates on the channels.
    fn replay(&mut self, fabric: &mut Fabric, from: Instant, begin: impl Fn(&mut Self, &mut Fabric)) {
        self.crowded.clear();
        loop {
            self.change += 1;
            self.touched.clear();
            self.levels.clear();
            for i in 0..self.crowded.len() {
                self.look_at(fabric, self.crowded[i], from);
            }
            begin(self, fabric);
            self.play(fabric);
            if self.all_have_room(fabric) {
                return;
            }
            self.undo(fabric);
        }
    }

    fn all_have_room(&mut self, fabric: &mut Fabric) -> bool {
        let before = self.crowded.len();
        for touched in &self.touched {
            fabric.account(touched.slot, touched.rate, fabric.rate(touched.slot));
        }
        for i in 0..self.touched.len() {
            self.check(fabric, self.touched[i]);
        }
        self.crowded.len() == before
    }

    /// Notes channels of a flow that were not looked at and should have been.
    #[inline]
    fn check(&mut self, fabric: &Fabric, Touched { slot, rate, .. }: Touched) {
        let state = fabric.states[slot as usize];
        let open = state.mark & 1 == 1;
        if state.rate <= rate && !open {
            return;
        }
        for hop in 0..fabric.length(slot) {
            let channel = fabric.channel_of(slot, hop);
            let of = &fabric.channels[channel as usize];
            let room = of.used.saturating_add(of.flows.len() as u64) <= of.capacity;
            if (of.looked_at != self.change) & (open | (of.level == SLACK) & !room) && !self.crowded.contains(&channel)
            {
                self.crowded.push(channel);
            }
        }
    }

    fn undo(&mut self, fabric: &mut Fabric) {
        for Touched { slot, rate, by } in &self.touched {
            fabric.account(*slot, fabric.rate(*slot), *rate);
            fabric.states[*slot as usize] = State { rate: *rate, by: *by, mark: 0 };
        }
        for (channel, level) in &self.levels {
            fabric.channels[*channel as usize].level = *level;
        }
    }

    fn play(&mut self, fabric: &mut Fabric) {
        while let Some(Reverse(key)) = self.heap.pop() {
            let mut next = Some(key);
            while let Some(key) = next {
                let again = self.turn(fabric, ((key >> 32) as u64, key as u32));
                next = again.and_then(|key| first(&mut self.heap, key));
            }
        }
    }

    /// A channel's next share has come up, or the time at which it used to fix rates: when it must be looked at again.
    fn turn(&mut self, fabric: &mut Fabric, now: Instant) -> Option<u128> {
        let (share, channel) = now;
        let open = self.look(fabric, channel, now);
        let Some(next) = open.left.checked_div(open.flows) else {
            fabric.channels[channel as usize].level = SLACK;
            return None;
        };
        if next <= share {
            self.fix(fabric, now);
            return None;
        }
        if fabric.channels[channel as usize].level == share {
            self.pass(fabric, now);
        }
        Some(key(next.min(fabric.channels[channel as usize].level), channel))
    }

    /// Whether a rate is not fixed before that; without branches, which nobody could predict.
    #[inline]
    fn is_open(&self, state: State, (share, channel): Instant) -> bool {
        let touched = state.mark >> 1 == self.change;
        let later = (state.rate > share) | ((state.rate == share) & (state.by >= channel));
        (touched & (state.mark & 1 == 1)) | (!touched & later)
    }

    #[inline]
    fn look(&mut self, fabric: &Fabric, channel: u32, now: Instant) -> Open {
        let of = &fabric.channels[channel as usize];
        self.looked += of.flows.len() as u64;
        // Fixed and open ones apart, by position instead of by a branch.
        let (mut flows, mut rates) = ([0, 0], [0, 0]);
        for slot in &of.flows {
            let state = fabric.states[*slot as usize];
            let open = usize::from(self.is_open(state, now));
            flows[open] += 1;
            rates[open] += state.rate;
        }
        Open { left: of.capacity.saturating_sub(rates[0]), flows: flows[1] }
    }

    /// A channel fixes the rates of its open flows.
    fn fix(&mut self, fabric: &mut Fabric, now: Instant) {
        let (share, channel) = now;
        let flows = std::mem::take(&mut fabric.channels[channel as usize].flows);
        for slot in &flows {
            let state = fabric.states[*slot as usize];
            if !self.is_open(state, now) || self.is_as_before(state, now) {
                continue;
            }
            fabric.states[*slot as usize] = State { rate: share, by: channel, mark: self.change << 1 };
            if state.mark >> 1 != self.change {
                self.touched.push(Touched { slot: *slot, rate: state.rate, by: state.by });
                self.touch_all(fabric, *slot, now);
            }
        }
        let of = &mut fabric.channels[channel as usize];
        (of.level, of.flows) = (share, flows);
    }

    fn is_as_before(&self, state: State, now: Instant) -> bool {
        state.mark >> 1 != self.change && (state.rate, state.by) == now
    }

    /// A channel does not fix rates when it used to: they are open.
    fn pass(&mut self, fabric: &mut Fabric, now: Instant) {
        let channel = now.1 as usize;
        let flows = std::mem::take(&mut fabric.channels[channel].flows);
        for slot in &flows {
            if self.is_as_before(fabric.states[*slot as usize], now) {
                self.open(fabric, *slot, now);
            }
        }
        let of = &mut fabric.channels[channel];
        (of.level, of.flows) = (SLACK, flows);
    }

    fn open(&mut self, fabric: &mut Fabric, slot: u32, now: Instant) {
        let state = &mut fabric.states[slot as usize];
        state.mark = self.change << 1 | 1;
        let before = Touched { slot, rate: state.rate, by: state.by };
        self.touched.push(before);
        self.touch_all(fabric, slot, now);
    }

    fn touch_all(&mut self, fabric: &mut Fabric, slot: u32, now: Instant) {
        for hop in 0..fabric.length(slot) {
            self.touch(fabric, fabric.channel_of(slot, hop), now);
        }
    }

    /// Something changed on a channel.
    #[inline]
    fn touch(&mut self, fabric: &mut Fabric, channel: u32, now: Instant) {
        let of = &fabric.channels[channel as usize];
        if (of.looked_at != self.change) & (of.level != SLACK) {
            self.look_at(fabric, channel, now);
        }
    }

    fn look_at(&mut self, fabric: &mut Fabric, channel: u32, now: Instant) {
        fabric.channels[channel as usize].looked_at = self.change;
        let open = self.look(fabric, channel, now);
        let of = &mut fabric.channels[channel as usize];
        self.levels.push((channel, of.level));
        match open.left.checked_div(open.flows) {
            Some(share) => self.heap.push(Reverse(key(share.min(of.level), channel))),
            None => of.level = SLACK,
        }
    }
}
