//! A radix ladder: a monotone queue after Ahuja, Mehlhorn, Orlin and Tarjan's radix heap (1990), with 256-way digits and a
//! sorted front.
//!
//! A key's time, its high 64 bits, is read as eight digits of eight bits. A key lies in the bucket (rung, digit) of the
//! highest digit in which its time differs from `base`; so every key on a rung is less than every key on a higher one, and
//! buckets of one rung are in order of their digits. When the front is empty, the first bucket of the lowest rung is
//! *opened*: a small one is sorted into the front, which from then on takes all keys up to the bucket's end (see `sorting`);
//! a large one is spread over lower rungs, with its first instant as the new base. Each key moves down at most eight times, and mostly
//! once or twice. There is nothing to tune to a distribution of times.
//!
//! Should the front grow, because much is pushed into the span it took over, it is spread again from now on.

use super::sorting::{self, MANY, SMALL};

const BITS: u32 = 8;
const DIGITS: usize = 1 << BITS;
const RUNGS: usize = 8;
const WORDS: usize = DIGITS / 64;
/// A bucket of more than [`SMALL`], but of at most this many and at most one in [`RARE`] of all that is pending, is sorted,
/// too: little of what will be pushed belongs between.
const MIDDLING: usize = 2048;
const RARE: usize = 48;
/// A front of more than this many is spread again, if it spans more than one instant and more than [`SMALL`] and one in
/// [`MUCH`] of it were pushed into it.
const LARGE: usize = 128;
const MUCH: usize = 16;
/// A front of fewer than this many is short.
const FEW: usize = 8;
/// Room for more than this many is given back when its bucket was emptied, not passed on: buckets that need so much are
/// rare, and it would be lacking in the cache.
const KEPT: usize = 1 << 10;

/// Gives back the least key first; no key may be pushed earlier in time than the last popped.
#[derive(Debug)]
pub(crate) struct Ladder {
    /// Falling, so that the least is at the end.
    front: Vec<u128>,
    /// The first instant that is not the front's.
    front_end: u128,
    base: u64,
    buckets: Vec<Vec<u128>>,
    /// The room of buckets that were emptied, for the next that need some: what was used last is in the cache.
    spare: Vec<Vec<u128>>,
    /// Which buckets of each rung hold something, and which words of that are not 0.
    used: [[u64; WORDS]; RUNGS],
    words: [u8; RUNGS],
    /// Which rungs do.
    rungs: u32,
    /// The time popped last.
    now: u64,
    /// How many are pending.
    len: usize,
    /// How many were pushed into the front since it was filled.
    inserted: usize,
}

impl Default for Ladder {
    fn default() -> Self {
        Self {
            front: Vec::with_capacity(LARGE + 1),
            front_end: 0,
            base: 0,
            buckets: vec![Vec::new(); RUNGS * DIGITS],
            spare: Vec::new(),
            used: [[0; WORDS]; RUNGS],
            words: [0; RUNGS],
            rungs: 0,
            now: 0,
            len: 0,
            inserted: 0,
        }
    }
}

/// By leading zeros of the difference from the base: the rung.
const RUNG: [u8; 64] = {
    let mut rungs = [0; 64];
    let mut zeros = 0;
    while zeros < 64 {
        rungs[zeros] = ((63 - zeros) as u32 / BITS) as u8;
        zeros += 1;
    }
    rungs
};

#[inline]
fn time(key: u128) -> u64 {
    (key >> 64) as u64
}

/// How many of the keys, which fall and lie within half of all numbers, are above another that does, too. So do a
/// front's: it spans no more than a bucket of the highest rung, and what is pushed is no earlier than that begins.
#[inline]
fn above(keys: &[u128], key: u128) -> usize {
    match keys.len() {
        // What is pushed into a short front mostly comes soon.
        0..FEW => keys.iter().rposition(|k| *k > key).map_or(0, |at| at + 1),
        FEW..=LARGE => above_by_halving(keys, key),
        _ => keys.partition_point(|k| *k > key),
    }
}

/// The same for some, without a branch: none of these could be foreseen.
#[inline]
fn above_by_halving(keys: &[u128], key: u128) -> usize {
    let (mut at, mut step) = (0, LARGE / 2);
    while step > 0 {
        let to = at + step;
        let is_above = (key.wrapping_sub(keys[to.min(keys.len()) - 1]) as i128 >> 127) as usize;
        let is_there = (to.wrapping_sub(keys.len() + 1) as isize >> (isize::BITS - 1)) as usize;
        at += step & is_above & is_there;
        step /= 2;
    }
    at + usize::from(at < keys.len() && keys[at] > key)
}

impl Ladder {
    #[inline]
    pub(crate) fn push(&mut self, key: u128) {
        debug_assert!(time(key) >= self.now, "an event before now");
        self.len += 1;
        if u128::from(time(key)) < self.front_end { self.insert(key) } else { self.hang(key) }
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<u128> {
        if self.front.is_empty() && !self.open() {
            return None;
        }
        let key = self.front.pop()?;
        self.now = time(key);
        self.len -= 1;
        Some(key)
    }

    /// A key of the front.
    #[inline]
    pub(crate) fn ahead(&self, places: usize) -> Option<u128> {
        self.front.len().checked_sub(places + 1).map(|at| self.front[at])
    }

    /// Whether no key has the time popped last.
    #[inline]
    pub(crate) fn is_past(&self) -> bool {
        // What is not in the front is later than the front's end, and so than now.
        self.front.last().is_none_or(|key| time(*key) > self.now)
    }

    #[inline]
    fn insert(&mut self, key: u128) {
        let at = above(&self.front, key);
        self.front.insert(at, key);
        self.inserted += 1;
        let (len, spans) = (self.front.len(), self.front_end > u128::from(self.now) + 1);
        if len > LARGE && self.inserted > SMALL + len / MUCH && spans {
            self.spread_front();
        }
    }

    /// Puts a key into its bucket.
    #[inline]
    fn hang(&mut self, key: u128) {
        let differs = (time(key) ^ self.base) | 1;
        let rung = usize::from(RUNG[differs.leading_zeros() as usize % 64]);
        let digit = (time(key) >> (rung as u32 * BITS)) as usize % DIGITS;
        self.used[rung][digit / 64] |= 1 << (digit % 64);
        self.words[rung] |= 1 << (digit / 64);
        self.rungs |= 1 << rung;
        let bucket = &mut self.buckets[rung * DIGITS + digit];
        if bucket.capacity() == 0
            && let Some(spare) = self.spare.pop()
        {
            *bucket = spare;
        }
        bucket.push(key);
    }

    /// Fills the front; false if nothing is left.
    fn open(&mut self) -> bool {
        while self.front.is_empty() {
            if self.rungs == 0 {
                return false;
            }
            let rung = self.rungs.trailing_zeros() as usize % RUNGS;
            let digit = self.first_of(rung);
            self.open_bucket(rung, digit);
        }
        true
    }

    /// The first bucket in use of a rung that has one; it is in use no more.
    #[inline]
    fn first_of(&mut self, rung: usize) -> usize {
        let words = &mut self.words[rung];
        let word = words.trailing_zeros() as usize % WORDS;
        let used = &mut self.used[rung][word];
        let digit = used.trailing_zeros() as usize % 64;
        *used &= used.wrapping_sub(1);
        *words ^= u8::from(*used == 0) << word;
        self.rungs ^= u32::from(*words == 0) << rung;
        word * 64 + digit
    }

    fn open_bucket(&mut self, rung: usize, digit: usize) {
        let shift = rung as u32 * BITS;
        let above = self.base.checked_shr(shift + BITS).map_or(0, |high| high << (shift + BITS));
        self.base = above | (digit as u64) << shift;
        let at = rung * DIGITS + digit;
        let len = self.buckets[at].len();
        let middling = len <= MIDDLING && RARE * len <= self.len;
        if rung == 0 || len <= SMALL || middling {
            self.front_end = u128::from(self.base) + (1 << shift);
            self.inserted = 0;
            let (front, bucket) = (&mut self.front, &mut self.buckets[at]);
            match len {
                0..MANY => sorting::by_comparing(bucket, front),
                MANY..=SMALL => sorting::by_counting(bucket, front, self.base, shift),
                _ if rung > 0 => sorting::by_slot(bucket, front, self.base, shift),
                _ => sorting::by_comparing(bucket, front),
            }
            return self.spare_room_of(at);
        }
        self.front_end = u128::from(self.base);
        let mut bucket = std::mem::take(&mut self.buckets[at]);
        bucket.drain(..).for_each(|key| self.hang(key));
        self.buckets[at] = bucket;
        self.spare_room_of(at);
    }

    /// Takes an empty bucket's room for others, or gives it back if there is much.
    #[inline]
    fn spare_room_of(&mut self, at: usize) {
        let room = std::mem::take(&mut self.buckets[at]);
        if (1..=KEPT).contains(&room.capacity()) {
            self.spare.push(room);
        }
    }

    /// Keeps in the front what happens now only.
    #[cold]
    fn spread_front(&mut self) {
        let mut front = std::mem::take(&mut self.front);
        self.base = self.now;
        self.front_end = u128::from(self.now) + 1;
        let later = front.partition_point(|k| time(*k) > self.now);
        front.drain(..later).for_each(|key| self.hang(key));
        self.front = front;
    }
}

#[cfg(test)]
mod tests {
    use super::super::heap::Heap;
    use super::*;
    use proptest::prelude::*;

    fn key(time: u64, low: u64) -> u128 {
        u128::from(time) << 64 | u128::from(low)
    }

    /// Pushes each key that many units after the last popped, pops as told: both queues must agree all along.
    fn agree(steps: &[(u8, u64, u64)], unit: u32) {
        let (mut ladder, mut heap, mut now) = (Ladder::default(), Heap::default(), 0u64);
        for (what, gap, low) in steps {
            if *what == 0 {
                let (a, b) = (ladder.pop(), heap.pop());
                assert_eq!(a, b);
                now = a.map_or(now, time);
                assert_eq!(ladder.is_past(), heap.first().is_none_or(|key| time(key) > now));
            } else {
                let new = key(now.saturating_add(gap.saturating_shl(unit)), *low);
                ladder.push(new);
                heap.push(new);
            }
        }
        while let Some(least) = heap.pop() {
            assert_eq!(ladder.pop(), Some(least));
        }
        assert_eq!(ladder.pop(), None);
    }

    trait Shift {
        fn saturating_shl(self, by: u32) -> Self;
    }

    impl Shift for u64 {
        fn saturating_shl(self, by: u32) -> u64 {
            if self.leading_zeros() < by { u64::MAX } else { self << by }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn equals_the_heap(
            unit in 0u32..60,
            steps in prop::collection::vec((0u8..3, prop_oneof![0u64..3, 0u64..100, 0u64..100_000], 0u64..9), 0..600),
        ) {
            agree(&steps, unit);
        }

        /// However long the front is: its naive twin is `partition_point`.
        #[test]
        fn places_are_found(
            span in prop_oneof![Just(1u64), 1u64..40, Just(1 << 56)],
            keys in prop::collection::vec(any::<(u64, u64)>(), 0..2 * LARGE),
            (at, low) in any::<(u64, u64)>(),
        ) {
            let mut front: Vec<u128> = keys.iter().map(|(at, low)| key(u64::MAX - at % span, low % 3)).collect();
            front.sort_unstable_by(|a, b| b.cmp(a));
            let new = key(u64::MAX - at % span, low % 3);
            prop_assert_eq!(above(&front, new), front.partition_point(|k| *k > new));
        }

        /// Bursts at few instants, and right after what was popped: the front is spread again.
        #[test]
        fn bursts_equal_the_heap(
            bursts in prop::collection::vec((0u64..4000, 0usize..400, 1usize..300, 1u64..70), 1..8),
        ) {
            let steps: Vec<_> = bursts
                .iter()
                .flat_map(|(gap, pushes, pops, modulus)| {
                    let push = (0..*pushes as u64).map(move |i| (1, gap + i * 7919 % modulus, i * 31 % 17));
                    push.chain((0..*pops).map(|_| (0, 0, 0)))
                })
                .collect();
            agree(&steps, 0);
        }
    }

    /// Many pending, for so long that all digits of two rungs come round.
    #[test]
    fn room_follows_what_is_pending() {
        let (mut ladder, mut heap) = (Ladder::default(), Heap::default());
        for slot in 0..20_000u64 {
            let first = key(slot * 7919 % 1_000_003, slot);
            ladder.push(first);
            heap.push(first);
        }
        for turn in 0..200_000u64 {
            let least = ladder.pop().unwrap();
            assert_eq!(Some(least), heap.pop());
            let next = least + key(turn * 7907 % 2_000_003, 0);
            ladder.push(next);
            heap.push(next);
        }
        assert!(ladder.buckets.iter().filter(|bucket| bucket.is_empty()).all(|bucket| bucket.capacity() <= KEPT));
    }

    #[test]
    fn ends_of_the_clock() {
        agree(&[(1, u64::MAX, 3), (1, 0, 1), (0, 0, 0), (1, u64::MAX, 2), (1, 0, 0), (0, 0, 0)], 0);
    }
}
