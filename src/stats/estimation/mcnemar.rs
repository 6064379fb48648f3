use statrs::distribution::{Binomial, DiscreteCDF};

/// The exact two-sided p-value of McNemar's test (1947): `only_first` images that only the first of two networks got
/// right, `only_second` that only the second did. Under equal accuracy each is as likely as the other.
///
/// Pairs of one training seed only: counts pooled over seeds are not independent.
pub fn mcnemar(only_first: u64, only_second: u64) -> f64 {
    let discordant = only_first + only_second;
    let tail = Binomial::new(0.5, discordant).map_or(1.0, |b| b.cdf(only_first.min(only_second)));
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy: `binomtest(b, b + c).pvalue`
    #[test]
    fn equals_scipy() {
        let close = |b, c, p: f64| assert!((mcnemar(b, c) - p).abs() < 1e-9, "{b} {c}: {}", mcnemar(b, c));
        close(12, 25, 0.047_031_027_439_516);
        close(0, 6, 0.031_25);
        close(310, 255, 0.023_014_404_253_127);
        close(8, 8, 1.0);
        close(0, 0, 1.0);
    }
}
