//! Rows of any number of channels as vectors: after `period` elements, a whole number of rows and of vectors, the
//! channels meet the same lanes again. Coefficients are spread over one period, sums are gathered from it.

use crate::kernel::isa::Isa;
use crate::kernel::threads::{PASSING, pieces};
use crate::kernel::tile::lanes;

/// Elements that one partial sum covers, about; they fit the first-level cache with their gradients.
const SUMMED: usize = 4 << 10;

/// Elements that one thread maps at a time, about.
const MAPPED: usize = 16 << 10;

/// A period for a number of channels and an instruction set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    pub channels: usize,
    pub len: usize,
}

impl Period {
    pub fn new(isa: Isa, channels: usize) -> Self {
        let len = channels / gcd(channels, lanes(isa)) * lanes(isa);
        Self { channels, len }
    }

    /// Elements of a piece to sum: the same on every instruction set and any number of threads.
    pub fn summed(&self) -> usize {
        let len = self.channels / gcd(self.channels, 16) * 16;
        len * (SUMMED / len).max(1)
    }

    /// Elements of a piece to map.
    pub fn mapped(&self) -> usize {
        self.len * (MAPPED / self.len).max(1)
    }

    /// One value a channel, repeated over the period.
    pub fn spread(&self, values: impl Fn(usize) -> f32) -> Vec<f32> {
        (0..self.len).map(|i| values(i % self.channels)).collect()
    }

    /// Sums two quantities a channel: `part(piece, first, second)` adds what the piece's elements give to two
    /// sums a lane of the period. Pieces are joined in order, in `f64`.
    pub fn sum(&self, len: usize, part: impl Fn(usize, &mut [f32], &mut [f32]) + Sync) -> Vec<[f64; 2]> {
        let mut sums = vec![0.0; len.div_ceil(self.summed()) * 2 * self.len];
        pieces(&mut sums, 2 * self.len, len as u64 * PASSING, |i, sums| {
            let (first, second) = sums.split_at_mut(self.len);
            part(i, first, second);
        });
        self.gather(&sums)
    }

    fn gather(&self, sums: &[f32]) -> Vec<[f64; 2]> {
        let mut total = vec![[0.0; 2]; self.channels];
        for piece in sums.chunks_exact(2 * self.len) {
            let (first, second) = piece.split_at(self.len);
            for (i, (a, b)) in first.iter().zip(second).enumerate() {
                let total = &mut total[i % self.channels];
                total[0] += f64::from(*a);
                total[1] += f64::from(*b);
            }
        }
        total
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
