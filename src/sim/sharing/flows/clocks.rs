//! What each flow has sent, and when it is done.
//!
//! All flows that a channel limits have the same rate at each time. So the channel has a *clock*, which shows what one that
//! it limits all the time would have sent; a flow is done when the clock shows what it showed when the channel began to
//! limit it and what was left then. A change of the level sets nothing but the clock: the order of the channel's flows
//! stays. When the first of them is done is worked out only for channels that could be next; see `due.rs`.

use super::Window;
use super::due::Due;
use super::fabric::Fabric;
use super::finish::{Entry, Finish};
use crate::units::SimTime;

/// Of one channel.
#[derive(Clone, Debug, Default)]
struct Clock {
    /// In units of 2^-16 bit/s times 1 ns, as of `at`.
    shows: u128,
    /// The same within the counted window.
    counted: u128,
    at: u64,
    finish: Finish,
}

/// Of one flow.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    birth: u64,
    /// While it is limited by a channel, what its clock counted less before; else what was sent in the window.
    sent: u128,
    /// What is left, while no channel limits it.
    left: u128,
}

#[derive(Debug)]
pub(super) struct Clocks {
    clocks: Vec<Clock>,
    /// By slot.
    rests: Vec<Rest>,
    /// By slot: where it is in its channel's heap.
    positions: Vec<u32>,
    due: Due,
    pub window: Window,
}

impl Clock {
    #[inline]
    fn shows(&self, now: u64, level: u64) -> u128 {
        self.shows + u128::from(level) * u128::from(now.saturating_sub(self.at))
    }

    #[inline]
    fn counted(&self, now: u64, level: u64, window: Window) -> u128 {
        let within = now.min(window.1.ns()).saturating_sub(self.at.max(window.0.ns()));
        self.counted + u128::from(level) * u128::from(within)
    }

    /// The first whole nanosecond at which nothing is left of a flow.
    fn done(&self, entry: &Entry, level: u64) -> u64 {
        let left = entry.at.saturating_sub(self.shows);
        let lasts = match (u64::try_from(left), level) {
            (_, 0) => return u64::MAX,
            (Ok(left), _) => u128::from(left.div_ceil(level)),
            (Err(_), _) => left.div_ceil(u128::from(level)),
        };
        self.at.saturating_add(u64::try_from(lasts).unwrap_or(u64::MAX))
    }

    /// Not after [`Clock::done`], and hardly before.
    #[inline]
    fn done_about(&self, entry: &Entry, level: u64) -> u64 {
        const TWO_64: f64 = (1u128 << 64) as f64;
        // Six roundings of at most 2^-53 each.
        const LESS: f64 = 1.0 - f64::EPSILON * 4.0;
        let left = entry.at.saturating_sub(self.shows);
        let left = (left >> 64) as u64 as f64 * TWO_64 + left as u64 as f64;
        self.at.saturating_add((left / level as f64 * LESS) as u64)
    }
}

impl Clocks {
    pub(super) fn new(channels: usize) -> Self {
        Self {
            clocks: vec![Clock::default(); channels],
            rests: Vec::new(),
            positions: Vec::new(),
            due: Due::new(channels),
            window: (SimTime::ZERO, SimTime::NEVER),
        }
    }

    /// A flow that nothing limits yet.
    pub(super) fn newborn(&mut self, slot: u32, (birth, left): (u64, u128)) {
        if self.rests.len() <= slot as usize {
            self.rests.resize(slot as usize + 1, Rest::default());
            self.positions.resize(slot as usize + 1, 0);
        }
        self.rests[slot as usize] = Rest { birth, sent: 0, left };
    }

    /// Sets a channel's clock, which ran at a level up to now; something about it changes.
    #[inline]
    pub(super) fn advance(&mut self, channel: u32, now: u64, level: u64) {
        let clock = &mut self.clocks[channel as usize];
        if clock.at != now {
            if !clock.finish.entries().is_empty() {
                (clock.counted, clock.shows) = (clock.counted(now, level, self.window), clock.shows(now, level));
            }
            clock.at = now;
        }
        self.due.changes(channel);
    }

    /// A channel, whose clock is set, limits a flow from now on.
    pub(super) fn put(&mut self, channel: u32, slot: u32) {
        let (clock, rest) = (&mut self.clocks[channel as usize], &mut self.rests[slot as usize]);
        rest.sent = rest.sent.wrapping_sub(clock.counted);
        clock.finish.put(&mut self.positions, Entry { at: clock.shows + rest.left, slot });
    }

    /// A channel, whose clock is set, limits a flow no more.
    pub(super) fn take(&mut self, channel: u32, slot: u32) {
        let (clock, rest) = (&mut self.clocks[channel as usize], &mut self.rests[slot as usize]);
        let position = self.positions[slot as usize] as usize;
        let entry = clock.finish.take(&mut self.positions, position);
        rest.sent = rest.sent.wrapping_add(clock.counted);
        rest.left = entry.at.saturating_sub(clock.shows);
    }

    /// The flows that a channel limits.
    #[inline]
    pub(super) fn entries(&self, channel: u32) -> &[Entry] {
        self.clocks[channel as usize].finish.entries()
    }

    /// What is left of a flow, in units of 2^-16 bit/s times 1 ns.
    pub(super) fn left(&self, fabric: &Fabric, slot: u32, now: u64) -> u128 {
        let channel = fabric.limits[slot as usize];
        let clock = &self.clocks[channel as usize];
        let entry = &clock.finish.entries()[self.positions[slot as usize] as usize];
        entry.at.saturating_sub(clock.shows(now, fabric.level(channel)))
    }

    /// What a flow sent in the window up to now, in the same units.
    pub(super) fn sent(&self, fabric: &Fabric, slot: u32, now: u64) -> u128 {
        let channel = fabric.limits[slot as usize];
        let counted = self.clocks[channel as usize].counted(now, fabric.level(channel), self.window);
        self.rests[slot as usize].sent.wrapping_add(counted)
    }

    /// When the next is done, and who: of several, the one with the least birth number.
    #[inline]
    pub(super) fn next(&mut self, fabric: &Fabric) -> Option<(u64, u32)> {
        let Self { clocks, due, rests, .. } = self;
        if let Some(next) = due.known() {
            return next;
        }
        let first = |channel: u32| {
            let clock = &clocks[channel as usize];
            clock.finish.first().map(|entry| (clock, entry, fabric.level(channel)))
        };
        let about = |channel| match first(channel) {
            None => None,
            Some((.., 0)) => Some(u64::MAX),
            Some((clock, entry, level)) => Some(clock.done_about(entry, level)),
        };
        let exact = |channel| first(channel).map_or(u64::MAX, |(clock, entry, level)| clock.done(entry, level));
        let who = |channel: u32, at: u64| {
            let clock = &clocks[channel as usize];
            let shows = if at == u64::MAX { u128::MAX } else { clock.shows(at, fabric.level(channel)) };
            let mut least = (u64::MAX, u32::MAX);
            clock.finish.until(shows, &mut |slot| least = least.min((rests[slot as usize].birth, slot)));
            least
        };
        due.find(about, exact, who)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Of any size, the estimate is not after the exact time, and hardly before.
        #[test]
        fn about_is_not_after(
            (left, shift) in (any::<u128>(), 18u32..128),
            level in prop_oneof![1u64..1000, 1u64 << 40..1 << 48, any::<u64>().prop_map(|level| level.max(1))],
            (shows, at) in (0u128..1 << 100, 0u64..1 << 60),
        ) {
            let clock = Clock { shows, at, ..Clock::default() };
            let entry = Entry { at: shows + (left >> shift), slot: 0 };
            let (about, exact) = (clock.done_about(&entry, level), clock.done(&entry, level));
            prop_assert!(about <= exact, "{about} {exact}");
            // One is rounded up and the other down.
            prop_assert!(exact - about <= 2 + ((exact - at) >> 49), "{about} {exact}");
        }
    }
}
