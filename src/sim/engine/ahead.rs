//! Looking ahead: what births soon to come will need is fetched from memory while others are dealt with.
//!
//! It changes nothing but when memory is read, and matters where the state of all sources does not fit a cache.

use super::Engine;
use crate::sim::event::{Key, Rank};
use crate::sim::{NodeId, Policy};

/// From how many sources on; in the crate's tests from few, so that these go this way too.
const MANY: u32 = if cfg!(test) { 2 } else { 1 << 15 };
/// How many events before a birth: its source is fetched, where that stands, and the state there.
const AHEAD: [usize; 3] = [6, 4, 2];

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Whether it is worth it.
    pub(super) fn is_vast(&self) -> bool {
        self.sources.len() >= MANY
    }

    #[inline]
    pub(super) fn look_ahead(&self) {
        let birth = |ahead| self.queue.ahead(ahead).filter(|key| key.rank() == Rank::Birth).map(Key::slot);
        let node = |source| NodeId(self.sources.about(source).0);
        if let Some(source) = birth(AHEAD[0]) {
            self.sources.fetch(source);
        }
        if let Some(source) = birth(AHEAD[1]) {
            self.layout.fetch(node(source));
        }
        if let Some(node) = birth(AHEAD[2]).map(node) {
            self.nodes.fetch(node);
            if let Some(hop) = self.layout.hop_up(node) {
                self.channels.fetch(self.layout.channel(hop));
            }
        }
    }
}
