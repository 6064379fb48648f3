//! Channels that are to be looked at, roughly the lowest level first.
//!
//! Levels are told apart to within 1/64: there is a list for each such step of them, and bits that say which lists hold
//! something. Nothing but the number of looks depends on the order.

use super::fabric::NONE;

/// Steps of levels in an octave, and lists in all.
const STEPS: u32 = 64;
const LISTS: usize = 64 * STEPS as usize;

#[derive(Debug)]
pub(super) struct Agenda {
    /// By step: the channel that is first in its list.
    first: Vec<u32>,
    /// By channel: the one that follows it.
    next: Vec<u32>,
    waits: Vec<bool>,
    /// Channels that may be new, and how many are.
    new: Vec<u32>,
    news: usize,
    /// Which lists hold something, and which words of that do.
    some: [u64; LISTS / 64],
    words: u64,
}

/// The list of a level.
#[inline]
fn list(level: u64) -> usize {
    let zeros = (level | 1).leading_zeros();
    let fraction = (level << zeros << 1) >> (u64::BITS - STEPS.trailing_zeros());
    ((63 - zeros) as usize * STEPS as usize) | fraction as usize
}

impl Agenda {
    pub(super) fn new(channels: usize) -> Self {
        let (first, next) = (vec![NONE; LISTS], vec![NONE; channels]);
        let (waits, new) = (vec![false; channels], vec![0; channels + 1]);
        Self { first, next, waits, new, news: 0, some: [0; LISTS / 64], words: 0 }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// Notes a channel of that level, unless it is noted.
    #[inline]
    pub(super) fn note(&mut self, channel: u32, level: u64) {
        if !std::mem::replace(&mut self.waits[channel as usize], true) {
            self.put(channel, level);
        }
    }

    /// Collects one that is to be noted if `minds`, each once, for [`Agenda::note_collected`]: without a branch, as nobody
    /// could predict it.
    #[inline]
    pub(super) fn collect(&mut self, channel: u32, minds: bool) {
        let waits = &mut self.waits[channel as usize];
        let new = minds & !*waits;
        *waits |= minds;
        self.new[self.news] = channel;
        self.news += usize::from(new);
    }

    #[inline]
    pub(super) fn note_collected(&mut self, level: impl Fn(u32) -> u64) {
        for i in 0..std::mem::take(&mut self.news) {
            let channel = self.new[i];
            self.put(channel, level(channel));
        }
    }

    #[inline]
    fn put(&mut self, channel: u32, level: u64) {
        let list = list(level);
        self.next[channel as usize] = std::mem::replace(&mut self.first[list], channel);
        self.some[list / 64] |= 1 << (list % 64);
        self.words |= 1 << (list / 64);
    }

    /// Takes out one of a lowest level.
    #[inline]
    pub(super) fn take(&mut self) -> Option<u32> {
        let word = (self.words != 0).then(|| self.words.trailing_zeros() as usize % (LISTS / 64))?;
        let list = word * 64 + self.some[word].trailing_zeros() as usize % 64;
        let channel = self.first[list];
        self.waits[channel as usize] = false;
        self.first[list] = self.next[channel as usize];
        if self.first[list] == NONE {
            self.some[word] &= self.some[word] - 1;
            self.words ^= u64::from(self.some[word] == 0) << word;
        }
        Some(channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_levels_come_first_and_none_twice() {
        let mut agenda = Agenda::new(6);
        let levels = [u64::MAX, 3 << 40, 5, 0, 1 << 40, 1];
        for turn in 0..2 {
            if turn == 0 {
                (0..6).for_each(|channel| agenda.note(channel, levels[channel as usize]));
            } else {
                (0..9).for_each(|channel| agenda.collect(channel % 6, channel != 2));
                agenda.note_collected(|channel| levels[channel as usize]);
            }
            agenda.note(turn, 7);
            (0..6).for_each(|channel| agenda.collect(channel, channel == turn));
            agenda.note_collected(|_| 7);
            let mut taken: Vec<u32> = std::iter::from_fn(|| agenda.take()).collect();
            taken[..2].sort_unstable();
            assert_eq!((taken, agenda.is_empty()), (vec![3, 5, 2, 4, 1, 0], true));
        }
    }

    #[test]
    fn lists_are_in_order() {
        let levels = || (0..64).flat_map(|bit| (64..128u128).map(move |i| ((i << bit) >> 6) as u64));
        assert!(levels().map(list).is_sorted());
        assert_eq!((list(0), list(u64::MAX)), (0, LISTS - 1));
    }
}
