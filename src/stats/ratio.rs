use super::{Interval, student};

/// The ratio of sums `Σ numerators / Σ denominators` over replications (joules per request, say) with its jackknife
/// interval: Student's t over the pseudo-values `n·r − (n − 1)·r₋ᵢ` (Miller 1974), around their mean, from which the
/// ratio's bias of order 1/n is gone.
///
/// A ratio that is not a finite number leaves the estimate NaN.
pub fn ratio(numerators: &[f64], denominators: &[f64], confidence: f64) -> Interval {
    let n = numerators.len() as f64;
    let (above, below) = (numerators.iter().sum::<f64>(), denominators.iter().sum::<f64>());
    if numerators.len() < 2 {
        return student(&[above / below], confidence);
    }
    let without = |(y, x): (&f64, &f64)| n * above / below - (n - 1.0) * (above - y) / (below - x);
    let pseudo: Vec<f64> = numerators.iter().zip(denominators).map(without).collect();
    student(&pseudo, confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// numpy and scipy: `loo = (y.sum() - y) / (x.sum() - x)`, `pseudo = 6 * r - 5 * loo`,
    /// `t.interval(.95, 5, pseudo.mean(), sem(pseudo))`
    #[test]
    fn equals_scipy() {
        let (y, x) = ([12.0, 15.0, 9.0, 14.0, 20.0, 11.0], [100.0, 130.0, 95.0, 110.0, 150.0, 105.0]);
        let i = ratio(&y, &x, 0.95);
        assert!((i.mean - 0.117_720_307_119_245_54).abs() < 1e-12);
        assert!((i.low - 0.102_561_373_344_065).abs() < 1e-9 && (i.high - 0.132_879_240_894_426).abs() < 1e-9, "{i:?}");
    }

    #[test]
    fn constant_ratios_are_certain() {
        let i = ratio(&[2.0, 4.0, 6.0], &[1.0, 2.0, 3.0], 0.95);
        assert!((i.low - 2.0).abs() < 1e-12 && (i.high - 2.0).abs() < 1e-12, "{i:?}");
    }

    #[test]
    fn few_or_no_replications_have_no_interval() {
        assert!(ratio(&[3.0], &[2.0], 0.95).mean == 1.5 && ratio(&[3.0], &[2.0], 0.95).low.is_nan());
        assert!(ratio(&[], &[], 0.95).mean.is_nan());
        assert!(ratio(&[0.0, 0.0], &[0.0, 0.0], 0.95).mean.is_nan());
    }
}
