use statrs::distribution::{Beta, ContinuousCDF};

/// The exact two-sided interval of a proportion `k / n` (Clopper & Pearson 1934): never empty, also for 0 and `n`.
///
/// `(0, 1)` where `n` is 0. The ends at `k = 0` and `k = n` are in closed form.
pub fn clopper_pearson(k: u64, n: u64, confidence: f64) -> (f64, f64) {
    if n == 0 || k > n {
        return (0.0, 1.0);
    }
    let tail = (1.0 - confidence) / 2.0;
    let (k, n) = (k as f64, n as f64);
    let low = if k == 0.0 {
        0.0
    } else if k == n {
        tail.powf(1.0 / n)
    } else {
        beta(k, n - k + 1.0, tail)
    };
    let high = if k == n {
        1.0
    } else if k == 0.0 {
        1.0 - tail.powf(1.0 / n)
    } else {
        beta(k + 1.0, n - k, 1.0 - tail)
    };
    (low, high)
}

fn beta(a: f64, b: f64, p: f64) -> f64 {
    Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy: `binomtest(k, n).proportion_ci(.95, "exact")` for (3, 20), (0, 50), (50, 50), (9440, 10000)
    #[test]
    fn equals_scipy() {
        let close = |k, n, low: f64, high: f64| {
            let (l, h) = clopper_pearson(k, n, 0.95);
            assert!((l - low).abs() < 1e-6 && (h - high).abs() < 1e-6, "{k}/{n}: {l} {h}");
        };
        close(3, 20, 0.032_070_9, 0.378_926_8);
        close(0, 50, 0.0, 0.071_121_7);
        close(50, 50, 0.928_878_3, 1.0);
        close(9440, 10_000, 0.939_312_7, 0.948_426_5);
    }
}
