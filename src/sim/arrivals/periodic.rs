//! One birth a period on each node, each with its own phase, uniform over the period.

use crate::random::sample;
use crate::units::SimTime;

/// When the first birth of a source is.
pub(crate) fn phase(period: SimTime, bits: u64) -> SimTime {
    SimTime::from_ns(sample::index(bits, period.ns()))
}
