/// Sub-buckets a power of two: 2^9.
const BITS: u32 = 9;

/// Quantiles of whole numbers in logarithmic buckets, as in HdrHistogram: below 2^10 exact, above with a relative error
/// of at most 2^-10 (0.1 %). Sketches add up exactly, in any order. At most 55 x 512 counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    counts: Vec<u64>,
    count: u64,
    sum: u128,
}

/// The bucket of a value: small values have their own, larger ones share it with those of equal leading bits.
#[inline]
fn bucket(value: u64) -> usize {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(BITS + 1);
    ((u64::from(shift) << BITS) + (value >> shift)) as usize
}

/// The smallest and the largest value of a bucket.
fn ends(bucket: usize) -> (u64, u64) {
    let shift = (bucket >> BITS).saturating_sub(1) as u32;
    let leading = bucket as u64 - (u64::from(shift) << BITS);
    (leading << shift, (leading << shift) + ((1 << shift) - 1))
}

/// The value that stands for a bucket: its middle, at most half a width from any of its values.
fn middle(bucket: usize) -> f64 {
    let (low, high) = ends(bucket);
    low as f64 / 2.0 + high as f64 / 2.0
}

impl Sketch {
    /// The stated bound of the relative error.
    pub const ERROR: f64 = 1.0 / 1024.0;

    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one value.
    #[inline]
    pub fn record(&mut self, value: u64) {
        let at = bucket(value);
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
        self.count += 1;
        self.sum += u128::from(value);
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their exact mean; NaN if there are none.
    pub fn mean(&self) -> f64 {
        self.sum as f64 / self.count as f64
    }

    /// The value of rank `⌈q·n⌉` (the first for `q = 0`), within the stated error; NaN if there are none.
    pub fn quantile(&self, q: f64) -> f64 {
        let rank = ((q * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        let reaches = |n: &u64| {
            seen += n;
            seen >= rank
        };
        self.counts.iter().position(reaches).map_or(f64::NAN, middle)
    }

    /// Adds all values of another.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self.count += other.count;
        self.sum += other.sum;
    }

    /// The largest value of each bucket in use and how many values are not larger, rising.
    pub fn cumulative(&self) -> Vec<(u64, u64)> {
        let used = self.counts.iter().enumerate().filter(|(_, n)| **n > 0);
        used.scan(0, |seen, (b, n)| {
            *seen += n;
            Some((ends(b).1, *seen))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Sketch {
        let mut sketch = Sketch::new();
        values.iter().for_each(|&v| sketch.record(v));
        sketch
    }

    /// The naive twin: the sorted list.
    fn sorted_quantile(values: &[u64], q: f64) -> f64 {
        let mut values = values.to_vec();
        values.sort_unstable();
        let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
        values[rank - 1] as f64
    }

    #[test]
    fn empty_is_no_number() {
        assert!(Sketch::new().quantile(0.5).is_nan() && Sketch::new().mean().is_nan());
        assert!(Sketch::new().cumulative().is_empty());
    }

    #[test]
    fn holds_the_largest_value() {
        assert!((of(&[u64::MAX]).quantile(0.5) / u64::MAX as f64 - 1.0).abs() <= Sketch::ERROR);
    }

    proptest! {
        #[test]
        fn buckets_tile_the_numbers(value: u64) {
            let (low, high) = ends(bucket(value));
            prop_assert!(low <= value && value <= high);
        }

        #[test]
        fn equals_the_sorted_list_within_its_error(values in prop::collection::vec(0u64..1 << 50, 1..200), q in 0f64..=1.0) {
            let (found, exact) = (of(&values).quantile(q), sorted_quantile(&values, q));
            prop_assert!((found - exact).abs() <= exact * Sketch::ERROR, "{found} {exact}");
        }

        #[test]
        fn adds_up_exactly(a in prop::collection::vec(any::<u64>(), 0..50), b in prop::collection::vec(any::<u64>(), 0..50)) {
            let mut sum = of(&a);
            sum.merge(&of(&b));
            prop_assert_eq!(sum, of(&[a, b].concat()));
        }

        #[test]
        fn cumulative_counts_end_with_all(values in prop::collection::vec(0u64..1000, 1..50)) {
            let all = of(&values).cumulative();
            prop_assert_eq!(all.last().unwrap().1, values.len() as u64);
            prop_assert!(all.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
        }
    }
}
