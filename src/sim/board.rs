//! What is known elsewhere of a state that was published at the latest multiple of a period.
//!
//! Nothing happens at those instants: a state is posted only when it is about to change for the first time since, and
//! is otherwise still what it was.

use crate::units::SimTime;

const NEVER: u64 = u64::MAX;

/// Posted states of many stations.
#[derive(Debug)]
pub(super) struct Board<T> {
    period: u64,
    posted: Vec<(u64, T)>,
}

/// When a state was published: all that happened before `at` counts, nothing at `at` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// The last instant whose events count.
    pub counted: SimTime,
    /// The instant of publishing.
    pub at: SimTime,
}

impl<T: Copy + Default> Board<T> {
    /// A period of zero publishes nothing: everybody knows everything.
    pub(super) fn new(period: SimTime, count: usize) -> Self {
        let count = if period == SimTime::ZERO { 0 } else { count };
        Self { period: period.ns(), posted: vec![(NEVER, T::default()); count] }
    }

    /// Whether everybody knows everything.
    #[inline]
    pub(super) fn is_exact(&self) -> bool {
        self.period == 0
    }

    /// The instant whose state is known elsewhere now.
    pub(super) fn seen(&self, now: SimTime) -> SimTime {
        if self.is_exact() { now } else { SimTime::from_ns(now.ns() / self.period * self.period) }
    }

    /// Call before a state changes.
    #[inline]
    pub(super) fn before_change(&mut self, station: u32, now: SimTime, state: impl FnOnce(Published) -> T) {
        if !self.is_exact() {
            self.post(station, now, state);
        }
    }

    fn post(&mut self, station: u32, now: SimTime, state: impl FnOnce(Published) -> T) {
        let epoch = now.ns() / self.period;
        let published = self.published(epoch);
        let posted = &mut self.posted[station as usize];
        if posted.0 != epoch {
            *posted = (epoch, state(published));
        }
    }

    /// What is known elsewhere now.
    pub(super) fn read(&self, station: u32, now: SimTime, state: impl FnOnce(Published) -> T) -> T {
        let epoch = now.ns() / self.period.max(1);
        match self.posted[station as usize] {
            (posted, value) if posted == epoch => value,
            _ => state(self.published(epoch)),
        }
    }

    fn published(&self, epoch: u64) -> Published {
        let at = epoch * self.period;
        Published { counted: SimTime::from_ns(at.saturating_sub(1)), at: SimTime::from_ns(at) }
    }
}
