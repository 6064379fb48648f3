//! What a change of the clock does to work that is under way or waits.
//!
//! What is left of a service is multiplied by the mean time of its computation at the new level over that at the old, and
//! rounded up to whole nanoseconds, or to 2^-32 ns where servers are shared. What was done before stays as it was
//! charged, at the old level's power; what is left, in nanoseconds rounded up, is charged anew, at the new level's.

use crate::units::SimTime;

/// What is left of a request's service that has begun, before and after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub slot: u32,
    /// Its own work, of a batch its part.
    pub work: [SimTime; 2],
    /// It shares servers: what it waits is known by its work at the end.
    pub shares: bool,
    /// When it ends now, if that is scheduled for this request.
    pub leaves: Option<SimTime>,
}

/// Mean times of one computation at the old level and at the new.
pub(crate) type Means = [SimTime; 2];

/// What is left at another level, in whole nanoseconds.
pub(crate) fn scaled(left: SimTime, means: Means) -> SimTime {
    SimTime::from_ns(u64::try_from(scaled_finely(u128::from(left.ns()), means)).unwrap_or(u64::MAX))
}

/// The same in any unit.
pub(crate) fn scaled_finely(left: u128, [from, to]: Means) -> u128 {
    let (from, to) = (u128::from(from.ns().max(1)), u128::from(to.ns()));
    left.checked_mul(to).map_or(left / from * to, |exact| exact.div_ceil(from))
}
