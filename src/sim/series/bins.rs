//! Sums, period by period, over stretches of time.

use crate::units::SimTime;

/// A stretch of time with a weight is worth, in each period, its weight times the nanoseconds that it has there.
///
/// Kept are, for each period, what the edges in it are worth there, and by how much they change the level of all later
/// ones. So a stretch costs the same however long it is, and the order of adding is of no meaning.
#[derive(Clone, Debug)]
pub(super) struct Bins {
    period: u64,
    end: u64,
    columns: usize,
    /// By period, then column.
    inside: Vec<i128>,
    step: Vec<i128>,
}

impl Bins {
    /// Whole periods from the beginning to the end, and one shorter at the end where it does not divide.
    pub(super) fn new(period: SimTime, end: SimTime, columns: usize) -> Self {
        let (period, end) = (period.ns().max(1), end.ns());
        let count = end.div_ceil(period) as usize * columns;
        Self { period, end, columns, inside: vec![0; count], step: vec![0; count] }
    }

    pub(super) fn add(&mut self, column: usize, from: SimTime, to: SimTime, weight: i128) {
        let (from, to) = (from.ns().min(self.end), to.ns().min(self.end));
        if from < to {
            self.edge(column, from, weight);
            self.edge(column, to, -weight);
        }
    }

    /// From then on there is so much more.
    fn edge(&mut self, column: usize, at: u64, weight: i128) {
        let period = at / self.period;
        let cell = period as usize * self.columns + column;
        if let Some(step) = self.step.get_mut(cell) {
            *step += weight;
            self.inside[cell] += weight * (i128::from(period + 1) * i128::from(self.period) - i128::from(at));
        }
    }

    /// What others have added comes to it.
    pub(super) fn merge(&mut self, other: &Self) {
        self.inside.iter_mut().zip(&other.inside).for_each(|(own, more)| *own += more);
        self.step.iter_mut().zip(&other.step).for_each(|(own, more)| *own += more);
    }

    /// Each period: its end, its length, its sums by column.
    pub(super) fn periods(&self) -> impl Iterator<Item = (u64, u64, Vec<i128>)> {
        let mut level = vec![0; self.columns];
        let all = self.inside.chunks(self.columns).zip(self.step.chunks(self.columns));
        all.zip(1u64..).map(move |((inside, step), number)| {
            let end = self.end.min(number * self.period);
            let sum = |(level, inside): (&i128, &i128)| level * i128::from(self.period) + inside;
            let sums = level.iter().zip(inside).map(sum).collect();
            level.iter_mut().zip(step).for_each(|(level, step)| *level += step);
            (end, end - (number - 1) * self.period, sums)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ns(ns: u64) -> SimTime {
        SimTime::from_ns(ns)
    }

    fn sums(bins: &Bins) -> Vec<(u64, u64, Vec<i128>)> {
        bins.periods().collect()
    }

    #[test]
    fn a_stretch_by_hand() {
        let mut bins = Bins::new(ns(10), ns(25), 1);
        bins.add(0, ns(4), ns(22), 2);
        bins.add(0, ns(20), SimTime::NEVER, 1);
        bins.add(0, ns(7), ns(7), 5);
        assert_eq!(sums(&bins), [(10, 10, vec![12]), (20, 10, vec![20]), (25, 5, vec![4 + 5])]);
    }

    proptest! {
        /// The same, nanosecond by nanosecond.
        #[test]
        fn agrees_with_counting(
            (period, end) in (1u64..12, 1u64..40),
            stretches in proptest::collection::vec((0usize..2, 0u64..50, 0u64..50, -3i128..4), 0..12),
        ) {
            let (mut bins, mut other) = (Bins::new(ns(period), ns(end), 2), Bins::new(ns(period), ns(end), 2));
            for (i, (column, from, to, weight)) in stretches.iter().enumerate() {
                let part = if i % 2 == 0 { &mut bins } else { &mut other };
                part.add(*column, ns(*from), ns(*to), *weight);
            }
            bins.merge(&other);
            for (last, span, sums) in sums(&bins) {
                for (column, sum) in sums.into_iter().enumerate() {
                    let of = |t: u64| stretches.iter().filter(move |(c, from, to, _)| *c == column && *from <= t && t < *to);
                    let counted: i128 = (last - span..last).flat_map(|t| of(t).map(|s| s.3)).sum();
                    prop_assert_eq!(sum, counted);
                }
            }
        }
    }
}
