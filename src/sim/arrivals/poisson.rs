//! A Poisson process on each node: independent exponential gaps.

use crate::random::sample;
use crate::units::SimTime;

/// A gap of this mean: exponential, rounded to a nanosecond, at least 1 ns so that no source gives two births at once.
#[inline]
pub(crate) fn gap(mean_ns: f64, bits: u64) -> SimTime {
    SimTime::from_ns((sample::exponential(bits) * mean_ns + 0.5) as u64).max(SimTime::from_ns(1))
}
