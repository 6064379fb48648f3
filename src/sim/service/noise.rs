//! How a service time varies around the profile's: a function of 64 random bits.
//!
//! *Measured quantiles* are (probability, multiplier) pairs, between which the inverse of the distribution is linear.
//! Probabilities and multipliers are rounded to multiples of 2^-32 once; then all is whole numbers: the high 32 bits u of
//! the draw fall between two probabilities, `P <= u < Q`, of multipliers M and N; the time is the profile's times
//! `M + floor((N - M)(u - P)/(Q - P))`, rounded to the nearest nanosecond. *Exponential* times are the logarithm of the
//! `libm` crate times the profile's, rounded likewise. A service takes at least 1 ns.

use crate::random::sample;
use crate::sim::Noise;
use crate::units::SimTime;

const SCALE: u32 = 32;

/// [`Noise`], ready for use.
#[derive(Clone, Debug)]
pub(crate) enum Spread {
    None,
    Exponential,
    /// (probability, multiplier) in 2^-32, the first probability 0, the last 2^32; both rise.
    Quantiles(Box<[(u64, u64)]>),
}

fn scaled(value: f64) -> u64 {
    (value * (1u64 << SCALE) as f64 + 0.5) as u64
}

impl Spread {
    pub(crate) fn new(noise: &Noise) -> Self {
        match noise {
            Noise::None => Self::None,
            Noise::Exponential => Self::Exponential,
            Noise::Quantiles(pairs) => Self::Quantiles(pairs.iter().map(|[p, m]| (scaled(*p), scaled(*m))).collect()),
        }
    }

    /// A service time by these bits.
    #[inline]
    pub(crate) fn time(&self, mean: SimTime, bits: impl FnOnce() -> u64) -> SimTime {
        let ns = match self {
            Self::None => return mean,
            Self::Exponential => (sample::exponential(bits()) * mean.ns() as f64 + 0.5) as u64,
            Self::Quantiles(pairs) => times(mean.ns(), multiplier(pairs, bits() >> SCALE)),
        };
        SimTime::from_ns(ns.max(1))
    }
}

fn times(ns: u64, multiplier: u64) -> u64 {
    let exact = u128::from(ns) * u128::from(multiplier) + (1 << (SCALE - 1));
    u64::try_from(exact >> SCALE).unwrap_or(u64::MAX)
}

fn multiplier(pairs: &[(u64, u64)], u: u64) -> u64 {
    let above = pairs.partition_point(|(p, _)| *p <= u).clamp(1, pairs.len() - 1);
    let ((p, m), (q, n)) = (pairs[above - 1], pairs[above]);
    let rise = u128::from(n - m) * u128::from(u - p) / u128::from((q - p).max(1));
    m + rise as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(pairs: &[[f64; 2]]) -> Spread {
        Spread::new(&Noise::Quantiles(pairs.to_vec()))
    }

    fn at(spread: &Spread, probability: f64) -> u64 {
        spread.time(SimTime::from_ns(1000), || scaled(probability) << SCALE).ns()
    }

    #[test]
    fn the_inverse_is_linear_between_quantiles() {
        let measured = spread(&[[0.0, 0.5], [0.5, 1.0], [0.9, 2.0], [1.0, 4.0]]);
        let found = [0.0, 0.25, 0.5, 0.7, 0.9, 0.95].map(|p| at(&measured, p));
        assert_eq!(found, [500, 750, 1000, 1500, 2000, 3000]);
        assert_eq!(measured.time(SimTime::from_ns(1000), || u64::MAX).ns(), 4000);
    }

    #[test]
    fn a_jump_leaves_out_what_lies_between() {
        let two = spread(&[[0.0, 1.0], [0.75, 1.0], [0.75, 5.0], [1.0, 5.0]]);
        assert_eq!([0.0, 0.5, 0.749, 0.75, 0.99].map(|p| at(&two, p)), [1000, 1000, 1000, 5000, 5000]);
        assert_eq!(spread(&[[0.0, 0.0], [1.0, 0.0]]).time(SimTime::from_ns(9), || 0).ns(), 1);
    }

    #[test]
    fn without_noise_nothing_is_drawn() {
        assert_eq!(Spread::None.time(SimTime::from_ns(7), || unreachable!()).ns(), 7);
    }
}
