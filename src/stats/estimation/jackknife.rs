use super::{Interval, student};

/// A quantity as a ratio, summed over replications before it is divided; plain quantities are over 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ratio {
    /// What is divided.
    pub over: f64,
    /// By what; 0: there is no such quantity.
    pub under: f64,
}

impl Ratio {
    /// Of two counts.
    pub fn counts(over: u64, under: u64) -> Self {
        Self { over: over as f64, under: under as f64 }
    }

    /// A quantity that is no ratio.
    pub fn plain(value: f64) -> Self {
        Self { over: value, under: 1.0 }
    }

    /// Its value; NaN if it has none.
    pub fn value(self) -> f64 {
        if self.exists() { self.over / self.under } else { f64::NAN }
    }

    /// Whether it has a value.
    pub fn exists(self) -> bool {
        self.under > 0.0
    }

    fn less(self, other: Self) -> Self {
        Self { over: self.over - other.over, under: self.under - other.under }
    }
}

/// A ratio of sums over replications, and what each of them contributes to it: its pseudo-value
/// `n·θ − (n−1)·θ without it` (Miller, "The jackknife: a review", Biometrika 61, 1974).
///
/// For plain quantities that is the mean with Student's interval. Replications without the quantity do not count.
#[derive(Clone, Debug, PartialEq)]
pub struct Jackknife {
    /// The ratio of sums; NaN if no replication has the quantity.
    pub value: f64,
    /// The pseudo-value of each replication; NaN where it lacks the quantity.
    pub pseudo: Vec<f64>,
}

impl Jackknife {
    /// Of one ratio a replication.
    pub fn of(ratios: &[Ratio]) -> Self {
        let there = ratios.iter().filter(|r| r.exists());
        let n = there.clone().count() as f64;
        let all = there.fold(Ratio::default(), |sum, r| Ratio { over: sum.over + r.over, under: sum.under + r.under });
        let pseudo = |r: &Ratio| match r.exists() {
            true if n == 1.0 => all.value(),
            true => n * all.value() - (n - 1.0) * all.less(*r).value(),
            false => f64::NAN,
        };
        Self { value: all.value(), pseudo: ratios.iter().map(pseudo).collect() }
    }

    /// The value with its t interval.
    pub fn interval(&self, confidence: f64) -> Interval {
        around(self.value, self.pseudo.iter().copied(), confidence)
    }

    /// This less another, replication by replication: common random numbers make the interval short.
    pub fn less(&self, other: &Self, confidence: f64) -> Interval {
        let pairs = self.pseudo.iter().zip(&other.pseudo).map(|(a, b)| a - b);
        around(self.value - other.value, pairs, confidence)
    }

    /// How many replications have the quantity.
    pub fn replications(&self) -> usize {
        self.pseudo.iter().filter(|p| !p.is_nan()).count()
    }
}

/// Student's interval around `value`, as long as the spread of the pseudo-values says.
fn around(value: f64, pseudo: impl Iterator<Item = f64>, confidence: f64) -> Interval {
    let there: Vec<f64> = pseudo.filter(|p| !p.is_nan()).collect();
    let spread = student(&there, confidence);
    Interval { mean: value, low: value - (spread.mean - spread.low), high: value + (spread.high - spread.mean) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(values: &[f64]) -> Vec<Ratio> {
        values.iter().copied().map(Ratio::plain).collect()
    }

    fn ratio(over: f64, under: f64) -> Ratio {
        Ratio { over, under }
    }

    /// By hand: without the first 89/90, without the second 81/90, without the third 10/20.
    #[test]
    fn ratios_of_sums_are_not_means_of_ratios() {
        let jackknife = Jackknife::of(&[ratio(1.0, 10.0), ratio(9.0, 10.0), ratio(80.0, 80.0)]);
        assert_eq!(jackknife.value, 0.9);
        let by_hand = [2.7 - 2.0 * 89.0 / 90.0, 2.7 - 2.0 * 0.9, 2.7 - 2.0 * 0.5];
        jackknife.pseudo.iter().zip(by_hand).for_each(|(a, b)| assert!((a - b).abs() < 1e-12));
    }

    /// numpy and scipy: `loo = (y.sum() - y) / (x.sum() - x)`, `pseudo = 6 * r - 5 * loo`, `t.interval(.95, 5,
    /// pseudo.mean(), sem(pseudo))` gives 0.102561373344065 to 0.132879240894426.
    #[test]
    fn interval_is_as_long_as_scipys() {
        let (y, x) = ([12.0, 15.0, 9.0, 14.0, 20.0, 11.0], [100.0, 130.0, 95.0, 110.0, 150.0, 105.0]);
        let ratios: Vec<Ratio> = y.iter().zip(x).map(|(y, x)| ratio(*y, x)).collect();
        let interval = Jackknife::of(&ratios).interval(0.95);
        assert!((interval.mean - 81.0 / 690.0).abs() < 1e-12);
        assert!((interval.high - interval.low - 0.030_317_867_550_361).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn replications_without_the_quantity_do_not_count() {
        let with = Jackknife::of(&[plain(&[1.0, 3.0]), vec![Ratio::default()]].concat());
        assert_eq!((with.interval(0.95), with.replications()), (student(&[1.0, 3.0], 0.95), 2));
        let none = Jackknife::of(&[Ratio::default()]);
        assert!(none.value.is_nan() && none.interval(0.95).mean.is_nan() && none.replications() == 0);
    }

    #[test]
    fn pairing_removes_what_replications_share() {
        let (a, b) = (Jackknife::of(&plain(&[10.0, 20.0, 30.0])), Jackknife::of(&plain(&[9.0, 19.1, 28.9])));
        let (difference, alone) = (a.less(&b, 0.95), a.interval(0.95));
        assert!((difference.mean - 1.0).abs() < 1e-9 && difference.excludes_zero(), "{difference:?}");
        assert!(alone.high - alone.low > 40.0);
    }

    proptest! {
        #[test]
        fn is_students_interval_for_plain_quantities(values in prop::collection::vec(-1e3f64..1e3, 1..20)) {
            let (a, b) = (Jackknife::of(&plain(&values)).interval(0.95), student(&values, 0.95));
            for (x, y) in [(a.mean, b.mean), (a.low, b.low), (a.high, b.high)] {
                prop_assert!((x - y).abs() < 1e-6 || x.is_nan() && y.is_nan());
            }
        }

        /// Dividing by equal amounts changes nothing but the scale.
        #[test]
        fn equal_divisors_scale(values in prop::collection::vec(0f64..1e3, 2..20), under in 0.5f64..100.0) {
            let ratios: Vec<Ratio> = values.iter().map(|v| ratio(*v, under)).collect();
            let (a, b) = (Jackknife::of(&ratios).interval(0.95), student(&values, 0.95));
            prop_assert!((a.low * under - b.low).abs() < 1e-6 && (a.high * under - b.high).abs() < 1e-6);
        }
    }
}
