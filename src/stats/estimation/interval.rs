use statrs::distribution::{ContinuousCDF, StudentsT};

/// An estimate with its two-sided interval; the ends are NaN where no interval can be given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// An estimate alone.
    pub fn point(mean: f64) -> Self {
        Self { mean, low: f64::NAN, high: f64::NAN }
    }

    /// Whether zero lies outside: the sign of the estimate is then resolved at this confidence.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Mean of independent replications with the interval `mean ± t · s / √n` at this confidence (say 0.95).
///
/// Values that are not finite (no request answered in a replication) leave the estimate NaN: a mean over the rest would
/// be of other replications than its neighbours'.
pub fn student(values: &[f64], confidence: f64) -> Interval {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let t = quantile(n - 1.0, confidence);
    let Some(t) = t.filter(|_| mean.is_finite()) else { return Interval::point(mean) };
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let half = t * (variance / n).sqrt();
    Interval { mean, low: mean - half, high: mean + half }
}

/// Student's t at `(1 + confidence) / 2`; none without a degree of freedom.
fn quantile(freedom: f64, confidence: f64) -> Option<f64> {
    let t = StudentsT::new(0.0, 1.0, freedom).ok().filter(|_| freedom >= 1.0)?;
    Some(t.inverse_cdf((1.0 + confidence) / 2.0))
}

/// Mean of `a − b`, pair by pair: replications of two policies that met the same requests (common random numbers).
pub fn paired(a: &[f64], b: &[f64], confidence: f64) -> Interval {
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    student(&differences, confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy: `t.interval(.95, 4, np.mean(x), sem(x))` for `x = [2.1, 2.5, 1.9, 2.8, 2.2]`
    #[test]
    fn equals_scipy() {
        let i = student(&[2.1, 2.5, 1.9, 2.8, 2.2], 0.95);
        assert!((i.mean - 2.3).abs() < 1e-12);
        assert!((i.low - 1.861_005_483_457).abs() < 1e-9 && (i.high - 2.738_994_516_543).abs() < 1e-9, "{i:?}");
    }

    #[test]
    fn one_replication_has_no_interval() {
        let i = student(&[3.0], 0.95);
        assert!(i.mean == 3.0 && i.low.is_nan() && !i.excludes_zero());
        assert!(student(&[], 0.95).mean.is_nan());
    }

    #[test]
    fn pairing_removes_what_is_common() {
        let (a, b) = ([10.0, 20.0, 30.0], [9.0, 19.0, 29.0]);
        let i = paired(&a, &b, 0.95);
        assert!(i.mean == 1.0 && i.low == 1.0 && i.high == 1.0 && i.excludes_zero());
    }

    /// 95 % intervals of samples of 5 uniform numbers hold the mean 93.3 times in a hundred (200,000 samples in NumPy:
    /// uniform numbers are not normal); 2,000 samples come within three standard errors, 1.7, of that.
    #[test]
    fn covers_as_stated() {
        use crate::random::{Purpose, Rng, Stream};
        let mut rng = Rng::new(Stream::new(7, 0, Purpose::Resampling), 0, 0);
        let held = (0..2000).filter(|_| {
            let sample: Vec<f64> = (0..5).map(|_| rng.unit()).collect();
            let i = student(&sample, 0.95);
            i.low <= 0.5 && 0.5 <= i.high
        });
        let share = held.count() as f64 / 2000.0;
        assert!((0.916..0.950).contains(&share), "{share}");
    }
}
