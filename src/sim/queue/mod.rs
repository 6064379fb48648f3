//! The queue of pending events: gives back the least key first.
//!
//! Time never runs backwards: a key that is pushed is not earlier than the one popped last (at the same instant it may be
//! less).

#[cfg(test)]
mod heap;
mod hold;
mod ladder;
mod sorting;

pub use hold::Hold;

use super::event::Key;

/// Pending events.
#[derive(Debug, Default)]
pub(super) struct Queue(ladder::Ladder);

impl Queue {
    #[inline]
    pub(super) fn push(&mut self, key: Key) {
        self.0.push(key.0);
    }

    /// Whether nothing is pending at the instant popped last: nor before it, as time never runs backwards.
    #[inline]
    pub(super) fn is_past(&self) -> bool {
        self.0.is_past()
    }

    /// The key that is so many places behind the next one, if it is known already.
    #[inline]
    pub(super) fn ahead(&self, places: usize) -> Option<Key> {
        self.0.ahead(places).map(Key)
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Key> {
        self.0.pop().map(Key)
    }
}
