use statrs::distribution::{Beta, ContinuousCDF, Normal};

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

/// The two-sided score interval of a proportion `k / n` (Wilson 1927); `(0, 1)` where `n` is 0.
pub fn wilson(k: u64, n: u64, confidence: f64) -> (f64, f64) {
    if n == 0 || k > n {
        return (0.0, 1.0);
    }
    let z = Normal::standard().inverse_cdf((1.0 + confidence) / 2.0);
    let (share, n) = (k as f64 / n as f64, n as f64);
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z * z / n;
    (((centre - half) / whole).max(0.0), ((centre + half) / whole).min(1.0))
}

fn beta(a: f64, b: f64, p: f64) -> f64 {
    Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close((l, h): (f64, f64), low: f64, high: f64) {
        assert!((l - low).abs() < 1e-9 && (h - high).abs() < 1e-9, "{l} {h}, not {low} {high}");
    }

    /// scipy: `binomtest(k, n).proportion_ci(.95, "exact")`
    #[test]
    fn clopper_pearson_equals_scipy() {
        close(clopper_pearson(3, 20, 0.95), 0.032_070_937_186, 0.378_926_826_545);
        close(clopper_pearson(0, 50, 0.95), 0.0, 0.071_121_736_464);
        close(clopper_pearson(50, 50, 0.95), 0.928_878_263_536, 1.0);
        close(clopper_pearson(9440, 10_000, 0.95), 0.939_312_717_718, 0.948_426_544_479);
    }

    /// scipy: `binomtest(k, n).proportion_ci(.95, "wilson")`
    #[test]
    fn wilson_equals_scipy() {
        close(wilson(3, 20, 0.95), 0.052_368_745_896, 0.360_418_864_741);
        close(wilson(0, 50, 0.95), 0.0, 0.071_347_599_133);
        close(wilson(50, 50, 0.95), 0.928_652_400_867, 1.0);
        close(wilson(9440, 10_000, 0.95), 0.939_320_762_270, 0.948_338_247_176);
    }

    #[test]
    fn nothing_counted_says_nothing() {
        assert_eq!((clopper_pearson(0, 0, 0.95), wilson(0, 0, 0.95)), ((0.0, 1.0), (0.0, 1.0)));
    }
}
