//! How often each byte comes, as coder and decoder both know it.

use super::reader::{Reader, number};
use crate::problem::Problem;

/// Bits of a probability.
pub(super) const BITS: u32 = 16;
const WHOLE: u64 = 1 << BITS;

/// Shares of `2^BITS` for each byte, and the sum of those before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// What is written: counts, or shares where there are more symbols than shares.
    counts: [u64; 256],
    pub share: [u32; 256],
    pub before: [u32; 257],
}

impl Table {
    /// Of the symbols in some planes; none if there are none.
    pub fn of<'a>(planes: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut counts = [0u64; 256];
        planes.into_iter().flatten().for_each(|s| counts[usize::from(*s)] += 1);
        let total: u64 = counts.iter().sum();
        (total > 0).then(|| Self::new(if total > WHOLE { shares(&counts).map(u64::from) } else { counts }))
    }

    /// Of counts in which every byte has some: no share is zero.
    pub fn of_counts(counts: &[u64; 256]) -> Self {
        Self::new(shares(counts).map(u64::from))
    }

    fn new(counts: [u64; 256]) -> Self {
        let share = shares(&counts);
        let mut before = [0; 257];
        (0..256).for_each(|s| before[s + 1] = before[s] + share[s]);
        Self { counts, share, before }
    }

    /// The symbol whose share holds a number below `2^BITS`.
    pub fn symbol(&self, at: u32) -> usize {
        self.before.partition_point(|b| *b <= at) - 1
    }

    /// Bits that a plane takes; infinite if it holds a symbol that the table does not know.
    pub fn bits(&self, plane: &[u8]) -> f64 {
        let cost: Vec<f64> = self.share.iter().map(|s| f64::from(BITS) - f64::from(*s).log2()).collect();
        plane.iter().map(|s| cost[usize::from(*s)]).sum()
    }

    /// Counts as numbers; behind a 0, how many more follow.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut at = 0;
        while at < 256 {
            number(out, self.counts[at] as usize);
            let zeros = self.counts[at..].iter().take_while(|c| **c == 0).count();
            if zeros > 0 {
                number(out, zeros - 1);
            }
            at += zeros.max(1);
        }
    }

    pub fn read(reader: &mut Reader) -> Result<Self, Problem> {
        let wrong = || Problem::new("the coded file holds a broken table");
        let (mut counts, mut at) = ([0u64; 256], 0);
        while at < 256 {
            counts[at] = reader.number()? as u64;
            at += 1 + if counts[at] == 0 { reader.number()? } else { 0 };
        }
        let total: u64 = counts.iter().sum();
        if at > 256 || total == 0 || total > WHOLE { Err(wrong()) } else { Ok(Self::new(counts)) }
    }
}

/// Shares in proportion, at least 1 where there is anything; the most frequent symbols take what rounding leaves over.
/// Counts that make up the whole are their own shares.
fn shares(counts: &[u64; 256]) -> [u32; 256] {
    let total = u128::from(counts.iter().sum::<u64>().max(1));
    let share = |c: u64| (u128::from(c) * u128::from(WHOLE) / total) as u32;
    let mut shares = counts.map(|c| if c == 0 { 0 } else { share(c).max(1) });
    let sum: i64 = shares.iter().map(|s| i64::from(*s)).sum();
    let mut over = sum - WHOLE as i64;
    while over != 0 {
        let largest = (0..256).rev().max_by_key(|s| shares[*s]).unwrap_or(0);
        // Down to no less than 1; at most 256 symbols share 2^16, so the largest has room.
        let taken = over.min(i64::from(shares[largest]) / 2);
        shares[largest] = (i64::from(shares[largest]) - taken) as u32;
        over -= taken;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_table_comes_back(plane in proptest::collection::vec(prop_oneof![0..4u8, any::<u8>()], 1..2000)) {
            let table = Table::of([&plane[..]]).unwrap();
            prop_assert_eq!(table.share.iter().sum::<u32>(), 1 << BITS);
            prop_assert!(plane.iter().all(|s| table.share[usize::from(*s)] > 0));
            let mut out = Vec::new();
            table.write(&mut out);
            let mut reader = Reader(&out);
            prop_assert_eq!(Table::read(&mut reader).unwrap(), table);
            prop_assert!(reader.0.is_empty());
        }
    }

    #[test]
    fn more_symbols_than_shares() {
        let mut plane = vec![7u8; 1_000_000];
        plane.extend(0..=255);
        let table = Table::of([&plane[..]]).unwrap();
        assert_eq!((table.share[8], table.share[7]), (1, (1 << BITS) - 255));
        assert_eq!((table.symbol(0), table.symbol(6), table.symbol(7), table.symbol((1 << BITS) - 1)), (0, 6, 7, 255));
    }
}
