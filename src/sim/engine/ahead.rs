//! Looking ahead: what births soon to come will need is fetched from memory while others are dealt with.
//!
//! It changes nothing but when memory is read, and matters where the state of all sources does not fit a cache.

use super::Engine;
use crate::sim::event::{Key, Rank};
use crate::sim::slab::Task;
use crate::sim::trips::{Trip, Trips};
use crate::sim::{NodeId, Policy};

/// From how many sources on; in the crate's tests from few, so that these go this way too.
const MANY: u32 = if cfg!(test) { 2 } else { 1 << 12 };
/// How many events before a birth: its source is fetched, where that stands, and the state there. Before another event:
/// its request, then what that will read.
const AHEAD: [usize; 3] = [12, 8, 4];

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Whether it is worth it.
    pub(super) fn is_vast(&self) -> bool {
        self.sources.len() >= MANY
    }

    #[inline]
    pub(super) fn look_ahead(&self, trips: &Trips<'_>) {
        let [far, near, next] = AHEAD.map(|ahead| self.queue.ahead(ahead));
        let short = |key: Option<Key>| key.filter(|key| key.is_short()).map(Key::slot);
        let birth = |key: Option<Key>| key.filter(|key| key.rank() == Rank::Birth).map(Key::slot);
        let node = |source| NodeId(self.sources.about(source).0);
        if let Some(source) = birth(far) {
            self.sources.fetch(source);
        }
        if let Some(slot) = short(far) {
            trips.fetch(slot);
        }
        if let Some(source) = birth(near) {
            self.layout.fetch(node(source));
        }
        if let Some(slot) = short(near) {
            self.look_ahead_of(&trips.trips[slot as usize]);
        }
        if let Some(node) = birth(next).map(node) {
            self.nodes.fetch(node);
            if let Some(hop) = self.layout.hop_up(node) {
                self.channels.fetch(self.layout.channel(hop));
            }
        }
    }

    /// What will be answered, and where that is noted.
    #[inline]
    fn look_ahead_of(&self, trip: &Trip) {
        if let Task::Bring(compute) = trip.task {
            self.layout.scores.fetch(compute.model, compute.upto, trip.image);
            self.accounts.fetch(trip.image);
        }
    }
}
