//! Who is done at which virtual time: a heap with four children a place, half as deep as one with two.

use std::cmp::Ordering;

/// Fractions of a nanosecond: 2^-32.
const SCALE: u32 = 32;

/// One that is served, ordered by target, then birth number (its low bits), then slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// Whole nanoseconds of the target, which nearly always decide.
    whole: u64,
    /// Its fraction, and the birth number.
    rest: u64,
    slot: u32,
}

impl Entry {
    fn new(target: u128, birth: u64, slot: u32) -> Self {
        let fraction = target as u32;
        Self { whole: (target >> SCALE) as u64, rest: u64::from(fraction) << 32 | u64::from(birth as u32), slot }
    }

    #[inline]
    fn target(&self) -> u128 {
        u128::from(self.whole) << SCALE | u128::from(self.rest >> 32)
    }

    /// Who is first; without a branch that nobody could predict.
    #[inline]
    fn is_before(&self, other: &Self) -> bool {
        if self.whole == other.whole {
            return self.breaks_tie(other);
        }
        self.whole < other.whole
    }

    #[cold]
    fn breaks_tie(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Less
    }
}

/// Targets, in units of 2^-32 ns.
#[derive(Debug, Default)]
pub(super) struct Targets {
    heap: Vec<Entry>,
    /// Of all targets.
    sum: u128,
}

impl Targets {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    #[inline]
    pub(super) fn sum(&self) -> u128 {
        self.sum
    }

    /// The least target, and whose it is.
    #[inline]
    pub(super) fn least(&self) -> Option<(u128, u32)> {
        self.heap.first().map(|entry| (entry.target(), entry.slot))
    }

    #[inline]
    pub(super) fn push(&mut self, target: u128, birth: u64, slot: u32) {
        let entry = Entry::new(target, birth, slot);
        self.sum += target;
        self.heap.push(entry);
        self.rise(self.heap.len() - 1, entry);
    }

    /// Takes out the least.
    #[inline]
    pub(super) fn pop(&mut self) {
        let (Some(least), Some(last)) = (self.heap.first().copied(), self.heap.pop()) else { return };
        self.sum -= least.target();
        if self.heap.is_empty() {
            return;
        }
        // The last one most likely belongs far below: down to the end first, then up again.
        let mut place = 0;
        while let Some(child) = self.least_child(place) {
            self.heap[place] = self.heap[child];
            place = child;
        }
        self.rise(place, last);
    }

    #[inline]
    fn least_child(&self, place: usize) -> Option<usize> {
        let first = 4 * place + 1;
        let less = |a: usize, b: usize| if self.heap[b].is_before(&self.heap[a]) { b } else { a };
        if first + 3 < self.heap.len() {
            return Some(less(less(first, first + 1), less(first + 2, first + 3)));
        }
        (first..self.heap.len()).reduce(less)
    }

    #[inline]
    fn rise(&mut self, mut place: usize, entry: Entry) {
        while place > 0 && entry.is_before(&self.heap[(place - 1) / 4]) {
            self.heap[place] = self.heap[(place - 1) / 4];
            place = (place - 1) / 4;
        }
        self.heap[place] = entry;
    }

    /// All targets and whose they are, in no order that means anything.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (u128, u32)> + use<'_> {
        self.sum = 0;
        self.heap.drain(..).map(|entry| (entry.target(), entry.slot))
    }

    /// Gives all other targets.
    pub(super) fn replace(&mut self, mut by: impl FnMut(u128, u32) -> u128) {
        let entry = |e: Entry| Entry::new(by(e.target(), e.slot), e.rest, e.slot);
        let all: Vec<Entry> = self.heap.drain(..).map(entry).collect();
        self.sum = all.iter().map(Entry::target).sum();
        for entry in all {
            self.heap.push(entry);
            self.rise(self.heap.len() - 1, entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// Whoever comes and goes, the least is the least of all.
        #[test]
        fn agrees_with_a_sorted_list(steps in proptest::collection::vec((any::<bool>(), 0u128..40, 0u64..4), 1..80)) {
            let (mut targets, mut list) = (Targets::default(), Vec::new());
            for (slot, (pops, target, birth)) in steps.into_iter().enumerate() {
                let (target, slot) = (target << 30, slot as u32);
                if pops && !list.is_empty() {
                    targets.pop();
                    list.remove(0);
                } else {
                    targets.push(target, birth, slot);
                    list.push((target, birth, slot));
                    list.sort_unstable();
                }
                prop_assert_eq!(targets.least(), list.first().map(|(target, _, slot)| (*target, *slot)));
                prop_assert_eq!((targets.len(), targets.sum()), (list.len(), list.iter().map(|e| e.0).sum()));
            }
        }
    }
}
