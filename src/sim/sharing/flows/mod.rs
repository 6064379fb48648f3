//! Flows through several links at once, with max-min fair rates.
//!
//! A flow crosses a *route* of channels and has one rate on all of them. Rates are max-min fair: none can be raised
//! without lowering one that is not higher (Bertsekas and Gallager, Data Networks, 2nd ed., section 6.5.2). They are
//! those that *progressive filling* finds: the channel that can give its flows least, `(capacity - rates already fixed) /
//! flows not fixed`, fixes the rates of all its flows that are not fixed yet at that share; then the next, until all are
//! fixed.
//!
//! **In integers.** Capacities and rates are in units of 2^-16 bit/s; a share is rounded down; of equal shares the channel
//! with the lower number is first. So the rates are a function of the set of flows alone, whatever came and went before.
//! What is left of a flow is in units of 2^-16 bit/s times 1 ns, so that it is exact: a flow leaves at the first whole
//! nanosecond at which nothing is left. Who is handled first among those that come or leave at one instant changes
//! nothing. A flow that crosses a channel twice counts twice there, and takes twice its rate.
//!
//! **By channel instead of by flow.** All flows that one channel *limits*, that is, whose rate it fixed, have one rate, its
//! *level*; so a change is worked out for channels, and reaches a flow itself only where another channel limits it from
//! then on. See `levels.rs` for how levels follow a change, and `clocks.rs` for when flows are done. Changes at one instant
//! are worked out together, when somebody asks. The naive twin fills all channels from the start at each change, one flow
//! after another.

mod afresh;
mod agenda;
mod alone;
mod check;
mod clocks;
mod due;
mod fabric;
mod finish;
mod levels;
mod network;
mod pairs;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;

pub(in crate::sim) use alone::{Alone, alone};
pub(in crate::sim) use check::check;
pub(in crate::sim) use network::{Crossing, Network};

use super::Window;
use crate::units::{BitsPerSec, SimTime};
use afresh::Afresh;
use clocks::Clocks;
use fabric::Fabric;
use levels::Work;

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
    clocks: Clocks,
    /// What the latest changes, which came at one instant, have not been worked out for yet.
    work: Work,
    now: u64,
    afresh: Afresh,
    /// Fills from the start always.
    #[cfg(test)]
    from_start: bool,
}

impl Flows {
    /// An idle network. Capacities count up to 2^48 bit/s; no route is longer than `longest` channels.
    pub fn new(capacities: &[BitsPerSec], longest: usize) -> Self {
        Self {
            fabric: Fabric::new(capacities.iter().map(|c| c.0.min(FASTEST_FLOW.0) << SCALE), longest.max(1)),
            clocks: Clocks::new(capacities.len()),
            work: Work::new(capacities.len()),
            now: 0,
            afresh: Afresh::default(),
            #[cfg(test)]
            from_start: false,
        }
    }

    /// A flow of so many bits begins to cross these channels, at least one. Of those that leave at one instant, the one
    /// with the lower `birth` is first.
    pub fn join(&mut self, now: SimTime, who: (u64, u32), route: impl Iterator<Item = u32>, bits: u64) {
        self.begin(now, who, route, u128::from(bits) * BIT);
    }

    /// The same in units of 2^-16 bit/s times 1 ns.
    fn begin(&mut self, now: SimTime, (birth, slot): (u64, u32), route: impl Iterator<Item = u32>, left: u128) {
        self.turn_to(now.ns());
        self.fabric.insert(slot, route);
        let limit = self.guess(slot);
        self.fabric.channels[limit as usize].open_up();
        self.clocks.newborn(slot, (birth, left));
        self.limit(slot, limit);
    }

    /// The next to leave, and when, if nobody joins before.
    #[inline]
    pub fn next_done(&mut self) -> Option<(u32, SimTime)> {
        self.settle();
        self.clocks.next(&self.fabric).map(|(at, slot)| (slot, SimTime::from_ns(at)))
    }

    /// Takes out one that is done by now.
    pub fn leave(&mut self, now: SimTime) -> Option<u32> {
        let (slot, _) = self.next_done().filter(|(_, at)| *at <= now)?;
        self.take_out(now, slot);
        Some(slot)
    }

    /// Takes out one that may not be done.
    pub fn take_out(&mut self, now: SimTime, slot: u32) {
        self.turn_to(now.ns());
        self.unlimit(slot);
        self.fabric.remove(slot);
    }

    /// A flow's rate, in units of 2^-16 bit/s.
    pub fn rate(&mut self, slot: u32) -> u64 {
        self.settle();
        self.fabric.rate(slot)
    }

    /// Bits that a flow still has to send, rounded up.
    pub fn left(&mut self, slot: u32, now: SimTime) -> u64 {
        self.settle();
        u64::try_from(self.clocks.left(&self.fabric, slot, now.ns()).div_ceil(BIT)).unwrap_or(u64::MAX)
    }

    /// The slots of the flows in a channel, in no order that means anything.
    pub fn members(&self, channel: u32) -> &[u32] {
        self.fabric.members(channel)
    }

    /// What all flows of a channel have together, in units of 2^-16 bit/s.
    pub fn used(&mut self, channel: u32) -> u64 {
        self.settle();
        self.fabric.channels[channel as usize].used()
    }

    /// What came before another instant is worked out before anything comes then.
    fn turn_to(&mut self, now: u64) {
        if now != self.now {
            self.settle();
            self.now = now;
        }
    }

    /// Works out what the latest changes make of all levels, and when flows are done at them.
    #[inline]
    fn settle(&mut self) {
        if self.work.is_due() {
            self.level_out();
        }
    }
}
