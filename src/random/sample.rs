//! Samplers: pure functions of random bits. Logarithms come from the `libm` crate, so that bytes are the same on every
//! platform and in both builds.

/// A number in [0, 1): a multiple of 2^-53, uniform.
#[inline]
pub fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// An exponential variate of mean 1, by inversion: `-ln u` with `u` in (0, 1].
#[inline]
pub fn exponential(bits: u64) -> f64 {
    -libm::log(((bits >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64))
}

/// A standard normal variate (Box and Muller 1958).
#[inline]
pub fn normal([radius, angle]: [u64; 2]) -> f64 {
    libm::sqrt(2.0 * exponential(radius)) * libm::cos(2.0 * std::f64::consts::PI * unit(angle))
}

/// A Weibull variate of mean 1: a power of an exponential one, over the gamma function that is its mean.
#[inline]
pub fn weibull(bits: u64, shape: f64) -> f64 {
    libm::pow(exponential(bits), 1.0 / shape) / libm::tgamma(1.0 + 1.0 / shape)
}

/// An index below `n`: the high half of `bits * n` (Lemire 2019, without rejection: biased by at most `n` / 2^64);
/// 0 if `n` is 0.
#[inline]
pub fn index(bits: u64, n: u64) -> u64 {
    ((u128::from(bits) * u128::from(n)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    fn draws() -> impl Iterator<Item = u64> {
        let stream = Stream::new(7, 0, Purpose::Arrival);
        (0..100_000).flat_map(move |i| stream.draw(i, 0))
    }

    #[test]
    fn extremes_stay_in_range() {
        assert_eq!((unit(0), index(u64::MAX, 10), index(0, 10), index(5, 0)), (0.0, 9, 0, 0));
        assert!(unit(u64::MAX) < 1.0);
        assert_eq!(exponential(u64::MAX), 0.0);
        assert!((exponential(0) - 53.0 * std::f64::consts::LN_2).abs() < 1e-12);
    }

    /// Bits must be the same on every machine.
    #[test]
    fn logarithm_is_pinned() {
        assert_eq!(exponential(1 << 63).to_bits(), 0x3fe6_2e42_fefa_39ed);
    }

    /// Mean and second moment within five standard errors.
    #[test]
    fn exponential_has_its_moments() {
        let n = 200_000.0;
        let (sum, squares) = draws().map(exponential).fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
        assert!((sum / n - 1.0).abs() < 5.0 / f64::sqrt(n));
        assert!((squares / n - 2.0).abs() < 5.0 * f64::sqrt(20.0 / n));
    }

    /// Mean, variance and fourth moment within five standard errors; bits must be the same on every machine.
    #[test]
    fn normal_has_its_moments() {
        let stream = Stream::new(8, 0, Purpose::Jitter);
        let n = 100_000.0;
        let all: Vec<f64> = (0..100_000).map(|i| normal(stream.draw(i, 0))).collect();
        let moment = |power| all.iter().map(|x| x.powi(power)).sum::<f64>() / n;
        assert!(moment(1).abs() < 5.0 / f64::sqrt(n) && (moment(2) - 1.0).abs() < 5.0 * f64::sqrt(2.0 / n));
        assert!((moment(4) - 3.0).abs() < 5.0 * f64::sqrt(96.0 / n));
        assert_eq!(normal([1 << 63, 0]).to_bits(), libm::sqrt(2.0 * exponential(1 << 63)).to_bits());
    }

    /// Means of 1 within five standard errors: the variance of a Weibull variate of mean 1 is Γ(1+2/k)/Γ(1+1/k)² − 1.
    #[test]
    fn weibull_has_its_mean_and_variance() {
        for shape in [0.7, 1.0, 2.5] {
            let n = 200_000.0;
            let (sum, squares) = draws().map(|b| weibull(b, shape)).fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
            let moment = |k: f64| libm::tgamma(1.0 + k / shape) / libm::pow(libm::tgamma(1.0 + 1.0 / shape), k);
            assert!((sum / n - 1.0).abs() < 5.0 * ((moment(2.0) - 1.0) / n).sqrt(), "{shape}");
            let error = ((moment(4.0) - moment(2.0).powi(2)) / n).sqrt();
            assert!((squares / n - moment(2.0)).abs() < 5.0 * error, "{shape}");
        }
        assert_eq!(weibull(1 << 63, 1.0), exponential(1 << 63));
    }

    /// Chi-square over ten cells: 99.99 % quantile at nine degrees of freedom is 33.7.
    #[test]
    fn index_is_uniform() {
        let mut cells = [0.0; 10];
        draws().for_each(|bits| cells[index(bits, 10) as usize] += 1.0);
        let chi: f64 = cells.iter().map(|c| (c - 20_000.0f64).powi(2) / 20_000.0).sum();
        assert!(chi < 33.7, "{chi}");
    }
}
