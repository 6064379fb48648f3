//! Flows through several links at once, with max-min fair rates.
//!
//! A flow crosses a *route* of channels and has one rate on all of them. Rates are max-min fair: none can be raised
//! without lowering one that is not higher (Bertsekas and Gallager, Data Networks, 2nd ed., section 6.5.2). They are
//! found by *progressive filling*: the channel that can give its flows least, `(capacity - rates already fixed) / flows
//! not fixed`, fixes the rates of all its flows that are not fixed yet at that share; then the next, until all are fixed.
//!
//! **In integers.** Capacities and rates are in units of 2^-16 bit/s; a share is rounded down; of equal shares the channel
//! with the lower number is first. So the rates are a function of the set of flows alone, whatever came and went before.
//! What is left of a flow is in units of 2^-16 bit/s times 1 ns, so that it is exact: a flow leaves at the first whole
//! nanosecond at which nothing is left. Who is handled first among those that come or leave at one instant changes
//! nothing. A flow that crosses a channel twice counts twice there, and takes twice its rate.
//!
//! **Only what is affected is worked out again.** See `filling.rs`, and `afresh.rs` for where that is nearly everything; the
//! naive twin fills all channels from the start at each change, one flow after another.

mod afresh;
mod alone;
mod check;
mod fabric;
mod filling;
mod finish;
mod network;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;

pub(in crate::sim) use alone::{Alone, alone};
pub(in crate::sim) use check::check;
pub(in crate::sim) use network::{Crossing, Network};

use super::Window;
use crate::units::{BitsPerSec, SimTime};
use fabric::Fabric;
use filling::Filling;
use finish::Finish;

/// Fractions of a bit per second: 2^-16.
const SCALE: u32 = 16;
/// What a channel can carry at most.
pub const FASTEST_FLOW: BitsPerSec = BitsPerSec((1 << 48) - 1);
/// What a bit is, in units of 2^-16 bit/s times 1 ns.
const BIT: u128 = 1_000_000_000 << SCALE;

/// A network of channels that flows with max-min fair rates cross.
///
/// Flows are called by slots, small numbers that are used again; channels by their position in the list of capacities.
#[derive(Debug)]
pub struct Flows {
    fabric: Fabric,
    filling: Filling,
    finish: Finish,
    /// By slot.
    rest: Vec<Rest>,
    window: Window,
}

/// What is still to be sent.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    left: u128,
    /// What was sent in the window.
    sent: u128,
    /// As of when.
    at: u64,
    birth: u64,
}

impl Rest {
    fn after(&self, now: u64, rate: u64) -> u128 {
        self.left.saturating_sub(u128::from(rate) * u128::from(now.saturating_sub(self.at)))
    }

    fn sent(&self, now: u64, rate: u64, window: Window) -> u128 {
        let within = now.min(window.1.ns()).saturating_sub(self.at.max(window.0.ns()));
        self.sent + u128::from(rate) * u128::from(within)
    }
}

impl Flows {
    /// An idle network. Capacities count up to 2^48 bit/s; no route is longer than `longest` channels.
    pub fn new(capacities: &[BitsPerSec], longest: usize) -> Self {
        let fabric = Fabric::new(capacities.iter().map(|c| c.0.min(FASTEST_FLOW.0) << SCALE), longest.max(1));
        let window = (SimTime::ZERO, SimTime::NEVER);
        Self { fabric, filling: Filling::default(), finish: Finish::default(), rest: Vec::new(), window }
    }

    /// A flow of so many bits begins to cross these channels, at least one. Of those that leave at one instant, the one
    /// with the lower `birth` is first.
    pub fn join(&mut self, now: SimTime, who: (u64, u32), route: impl Iterator<Item = u32>, bits: u64) {
        self.begin(now, who, route, u128::from(bits) * BIT);
    }

    /// The same in units of 2^-16 bit/s times 1 ns.
    fn begin(&mut self, now: SimTime, (birth, slot): (u64, u32), route: impl Iterator<Item = u32>, left: u128) {
        if self.rest.len() <= slot as usize {
            self.rest.resize(slot as usize + 1, Rest::default());
        }
        self.rest[slot as usize] = Rest { left, sent: 0, at: now.ns(), birth };
        self.fabric.insert(slot, route);
        self.filling.joined(&mut self.fabric, slot);
        self.settle(now.ns());
    }

    /// The next to leave, and when, if nobody joins before.
    #[inline]
    pub fn next(&self) -> Option<(u32, SimTime)> {
        self.finish.least().map(|(at, slot)| (slot, SimTime::from_ns(at)))
    }

    /// Takes out one that is done by now.
    pub fn leave(&mut self, now: SimTime) -> Option<u32> {
        let (_, slot) = self.finish.least().filter(|(at, _)| *at <= now.ns())?;
        self.take_out(now, slot);
        Some(slot)
    }

    /// Takes out one that may not be done.
    pub fn take_out(&mut self, now: SimTime, slot: u32) {
        self.finish.remove(slot);
        let frozen = self.fabric.remove(slot);
        self.filling.left(&mut self.fabric, slot, frozen);
        self.settle(now.ns());
    }

    /// A flow's rate, in units of 2^-16 bit/s.
    #[inline]
    pub fn rate(&self, slot: u32) -> u64 {
        self.fabric.rate(slot)
    }

    /// Bits that a flow still has to send, rounded up.
    pub fn left(&self, slot: u32, now: SimTime) -> u64 {
        u64::try_from(self.rest_of(slot, now).div_ceil(BIT)).unwrap_or(u64::MAX)
    }

    fn rest_of(&self, slot: u32, now: SimTime) -> u128 {
        self.rest[slot as usize].after(now.ns(), self.rate(slot))
    }

    /// How long a channel alone would take for all that its flows still have to send, in nanoseconds, rounded up.
    fn backlog(&self, channel: u32, at: SimTime) -> u128 {
        let left: u128 = self.members(channel).iter().map(|slot| self.rest_of(*slot, at)).sum();
        left.div_ceil(u128::from(self.capacity(channel).max(1)))
    }

    /// What a flow sent in the window up to now, in units of 2^-16 bit/s times 1 ns.
    fn sent(&self, slot: u32, now: SimTime) -> u128 {
        self.rest[slot as usize].sent(now.ns(), self.rate(slot), self.window)
    }

    /// In units of 2^-16 bit/s.
    fn capacity(&self, channel: u32) -> u64 {
        self.fabric.channels[channel as usize].capacity
    }

    /// The slots of the flows in a channel, in no order that means anything.
    pub fn members(&self, channel: u32) -> &[u32] {
        self.fabric.members(channel)
    }

    /// What all flows of a channel have together, in units of 2^-16 bit/s.
    pub fn used(&self, channel: u32) -> u64 {
        self.fabric.used(channel)
    }

    /// New rates: what was sent at the old ones, and when each is done.
    fn settle(&mut self, now: u64) {
        for touched in self.filling.touched.drain(..) {
            let (slot, old, new) = (touched.slot, touched.rate, self.fabric.rate(touched.slot));
            if new == old {
                continue;
            }
            let rest = &mut self.rest[slot as usize];
            (rest.left, rest.sent, rest.at) = (rest.after(now, old), rest.sent(now, old, self.window), now);
            self.finish.put(slot, done(rest.left, now, new), rest.birth);
        }
    }
}

/// The first whole nanosecond at which nothing is left.
#[inline]
fn done(left: u128, now: u64, rate: u64) -> u64 {
    let lasts = match (u64::try_from(left), rate) {
        (_, 0) => return u64::MAX,
        (Ok(left), _) => u128::from(left.div_ceil(rate)),
        (Err(_), _) => left.div_ceil(u128::from(rate)),
    };
    now.saturating_add(u64::try_from(lasts).unwrap_or(u64::MAX))
}
