//! Choices read from a string of bytes: proptest then shrinks a case by shortening and zeroing it, towards each first choice.

use std::cell::Cell;

/// The rest of the bytes; zeros follow for ever.
pub struct Dice<'a>(Cell<&'a [u8]>);

impl<'a> Dice<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Cell::new(bytes))
    }

    /// A number below `n`, at most 256.
    pub fn below(&self, n: u64) -> u64 {
        let (first, rest) = self.0.get().split_first().unwrap_or((&0, &[]));
        self.0.set(rest);
        u64::from(*first) % n.max(1)
    }

    /// A number from `least` to `most`.
    pub fn between(&self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// True once in `n` times, and never when the bytes have run out.
    pub fn once_in(&self, n: u64) -> bool {
        self.below(n) == n - 1
    }

    /// One of a few; the first when the bytes have run out.
    pub fn one_of<T: Copy>(&self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// As many as `n`.
    pub fn list<T>(&self, n: u64, mut one: impl FnMut() -> T) -> Vec<T> {
        (0..n).map(|_| one()).collect()
    }
}
