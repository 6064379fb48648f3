//! What is added to the delay of a transfer: drawn anew for each, so that one may overtake another.

use crate::random::sample;
use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the delay varies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Jitter {
    /// Not at all.
    #[default]
    None,
    /// By anything from nothing up to this time, all equally likely.
    Uniform(SimTime),
    /// By an exponential time of this mean.
    Exponential(SimTime),
    /// By a time whose logarithm is normal: most are near the median, few are much longer.
    LogNormal(LogNormal),
}

/// A log-normal time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LogNormal {
    /// Half of the times are shorter.
    pub median: SimTime,
    /// Standard deviation of the natural logarithm: 0.5 makes the longest twentieth 2.3 times the median or more.
    pub sigma: f64,
}

impl Jitter {
    /// A time, rounded to the nearest nanosecond, by 128 random bits.
    pub(in crate::sim) fn time(&self, bits: impl FnOnce() -> [u64; 2]) -> SimTime {
        let ns = match self {
            Self::None => return SimTime::ZERO,
            Self::Uniform(most) => return SimTime::from_ns(sample::index(bits()[0], most.ns().saturating_add(1))),
            Self::Exponential(mean) => sample::exponential(bits()[0]) * mean.ns() as f64,
            Self::LogNormal(of) => of.median.ns() as f64 * libm::exp(of.sigma * sample::normal(bits())),
        };
        SimTime::from_ns((ns + 0.5) as u64)
    }

    /// Its mean.
    pub fn mean(&self) -> SimTime {
        match self {
            Self::None => SimTime::ZERO,
            Self::Uniform(most) => SimTime::from_ns(most.ns() / 2),
            Self::Exponential(mean) => *mean,
            Self::LogNormal(of) => {
                SimTime::from_ns((of.median.ns() as f64 * libm::exp(of.sigma * of.sigma / 2.0) + 0.5) as u64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    /// Means within five standard errors, medians likewise.
    #[test]
    fn times_have_their_distributions() {
        let stream = Stream::new(11, 0, Purpose::Jitter);
        let ms = SimTime::from_ns(1_000_000);
        let log_normal = LogNormal { median: ms, sigma: 0.5 };
        for (jitter, deviation) in
            [(Jitter::Uniform(ms), 0.289), (Jitter::Exponential(ms), 1.0), (Jitter::LogNormal(log_normal), 0.604)]
        {
            let times: Vec<f64> = (0..50_000).map(|i| jitter.time(|| stream.draw(i, 0)).ns() as f64 * 1e-6).collect();
            let mean = times.iter().sum::<f64>() / 5e4;
            let wanted = jitter.mean().ns() as f64 * 1e-6;
            assert!((mean - wanted).abs() < 5.0 * deviation / 5e4f64.sqrt(), "{jitter:?}: {mean} {wanted}");
        }
        let below = (0..50_000).filter(|i| Jitter::LogNormal(log_normal).time(|| stream.draw(*i, 0)) < ms).count();
        assert!((below as f64 / 5e4 - 0.5).abs() < 5.0 * 0.5 / 5e4f64.sqrt(), "{below}");
        assert_eq!(Jitter::None.time(|| unreachable!("nothing is drawn")), SimTime::ZERO);
    }
}
