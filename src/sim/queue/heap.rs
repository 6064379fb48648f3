//! A binary heap on 16-byte keys: the twin of the ladder.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Gives back the least key first.
#[derive(Debug, Default)]
pub(crate) struct Heap(BinaryHeap<Reverse<u128>>);

impl Heap {
    pub(crate) fn push(&mut self, key: u128) {
        self.0.push(Reverse(key));
    }

    pub(crate) fn pop(&mut self) -> Option<u128> {
        self.0.pop().map(|Reverse(key)| key)
    }

    pub(crate) fn first(&self) -> Option<u128> {
        self.0.peek().map(|Reverse(key)| *key)
    }
}
