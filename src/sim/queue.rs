//! The queue of pending events: a binary heap on 16-byte keys.

use super::event::Key;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Gives back the least key first.
#[derive(Debug, Default)]
pub(super) struct Queue(BinaryHeap<Reverse<u128>>);

impl Queue {
    #[inline]
    pub(super) fn push(&mut self, key: Key) {
        self.0.push(Reverse(key.0));
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Key> {
        self.0.pop().map(|Reverse(key)| Key(key))
    }
}
