//! When each flow is done: a heap whose entries can be moved and removed.

use std::cmp::Ordering;

/// No position.
const OUT: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    at: u64,
    birth: u64,
    slot: u32,
}

impl Entry {
    #[inline]
    fn key(&self) -> (u64, u64) {
        (self.at, self.birth)
    }
}

#[derive(Debug, Default)]
pub(super) struct Finish {
    heap: Vec<Entry>,
    /// By slot.
    positions: Vec<u32>,
}

impl Finish {
    #[inline]
    pub(super) fn least(&self) -> Option<(u64, u32)> {
        self.heap.first().map(|e| (e.at, e.slot))
    }

    /// Adds a flow, or moves it to another time.
    pub(super) fn put(&mut self, slot: u32, at: u64, birth: u64) {
        if self.positions.len() <= slot as usize {
            self.positions.resize(slot as usize + 1, OUT);
        }
        let entry = Entry { at, birth, slot };
        match self.positions[slot as usize] {
            OUT => {
                self.heap.push(entry);
                self.rise(self.heap.len() - 1);
            }
            position => self.replace(position as usize, entry),
        }
    }

    pub(super) fn remove(&mut self, slot: u32) {
        let position = self.positions.get(slot as usize).copied().unwrap_or(OUT);
        if position == OUT {
            return;
        }
        self.positions[slot as usize] = OUT;
        let Some(last) = self.heap.pop() else { return };
        if last.slot != slot {
            self.replace(position as usize, last);
        }
    }

    fn replace(&mut self, position: usize, entry: Entry) {
        let before = std::mem::replace(&mut self.heap[position], entry);
        match entry.key().cmp(&before.key()) {
            Ordering::Greater => self.sink(position),
            _ => self.rise(position),
        }
    }

    fn rise(&mut self, mut position: usize) {
        let entry = self.heap[position];
        while position > 0 && entry.key() < self.heap[(position - 1) / 2].key() {
            self.set(position, self.heap[(position - 1) / 2]);
            position = (position - 1) / 2;
        }
        self.set(position, entry);
    }

    fn sink(&mut self, mut position: usize) {
        let entry = self.heap[position];
        while let Some(child) = self.lesser_child(position).filter(|c| self.heap[*c].key() < entry.key()) {
            self.set(position, self.heap[child]);
            position = child;
        }
        self.set(position, entry);
    }

    #[inline]
    fn lesser_child(&self, position: usize) -> Option<usize> {
        let first = 2 * position + 1;
        let second = self.heap.get(first + 1).map(Entry::key);
        let lesser = second.is_some_and(|second| second < self.heap[first].key());
        (first < self.heap.len()).then_some(first + usize::from(lesser))
    }

    #[inline]
    fn set(&mut self, position: usize, entry: Entry) {
        self.heap[position] = entry;
        self.positions[entry.slot as usize] = position as u32;
    }
}
