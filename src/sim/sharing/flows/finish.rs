//! In which order the flows that one channel limits are done: a heap whose entries can be removed.

/// A flow is done when the channel's clock shows `at`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub at: u128,
    pub slot: u32,
}

/// Flows by when they are done; positions of all flows, by slot, are kept elsewhere, as each is in one heap only.
#[derive(Clone, Debug, Default)]
pub(super) struct Finish {
    heap: Vec<Entry>,
}

impl Finish {
    #[inline]
    pub(super) fn entries(&self) -> &[Entry] {
        &self.heap
    }

    #[inline]
    pub(super) fn first(&self) -> Option<&Entry> {
        self.heap.first()
    }

    pub(super) fn put(&mut self, positions: &mut [u32], entry: Entry) {
        self.heap.push(entry);
        self.rise(positions, self.heap.len() - 1);
    }

    /// Takes out the flow at that position.
    pub(super) fn take(&mut self, positions: &mut [u32], position: usize) -> Entry {
        let taken = self.heap.swap_remove(position);
        if let Some(moved) = self.heap.get(position) {
            match moved.at > taken.at {
                true => self.sink(positions, position),
                false => self.rise(positions, position),
            }
        }
        taken
    }

    /// All that are done when the clock shows `at`.
    pub(super) fn until(&self, at: u128, each: &mut impl FnMut(u32)) {
        self.until_from(0, at, each);
    }

    fn until_from(&self, position: usize, at: u128, each: &mut impl FnMut(u32)) {
        if let Some(entry) = self.heap.get(position).filter(|entry| entry.at <= at) {
            each(entry.slot);
            self.until_from(2 * position + 1, at, each);
            self.until_from(2 * position + 2, at, each);
        }
    }

    fn rise(&mut self, positions: &mut [u32], mut position: usize) {
        let entry = self.heap[position];
        while position > 0 && entry.at < self.heap[(position - 1) / 2].at {
            self.set(positions, position, self.heap[(position - 1) / 2]);
            position = (position - 1) / 2;
        }
        self.set(positions, position, entry);
    }

    fn sink(&mut self, positions: &mut [u32], mut position: usize) {
        let entry = self.heap[position];
        while let Some(child) = self.lesser_child(position).filter(|c| self.heap[*c].at < entry.at) {
            self.set(positions, position, self.heap[child]);
            position = child;
        }
        self.set(positions, position, entry);
    }

    #[inline]
    fn lesser_child(&self, position: usize) -> Option<usize> {
        let first = 2 * position + 1;
        let lesser = self.heap.get(first + 1).is_some_and(|second| second.at < self.heap[first].at);
        (first < self.heap.len()).then_some(first + usize::from(lesser))
    }

    #[inline]
    fn set(&mut self, positions: &mut [u32], position: usize, entry: Entry) {
        self.heap[position] = entry;
        positions[entry.slot as usize] = position as u32;
    }
}
