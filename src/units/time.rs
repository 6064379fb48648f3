use super::textual;
use std::ops::{Add, AddAssign, Sub};

/// An instant or a span of simulated time, in whole nanoseconds.
///
/// 64 bits hold 584 years. Additions saturate: a time past the end of the clock is [`SimTime::NEVER`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

impl SimTime {
    /// The start of every run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const NEVER: Self = Self(u64::MAX);

    /// From whole nanoseconds.
    #[inline]
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns)
    }

    /// In whole nanoseconds.
    #[inline]
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// From seconds, rounded to the nearest nanosecond; negative and not-a-number give zero, too large `NEVER`.
    #[inline]
    pub fn from_secs(s: f64) -> Self {
        Self((s * 1e9 + 0.5) as u64)
    }

    /// In seconds.
    #[inline]
    pub fn secs(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span since `earlier`, zero if it is later.
    #[inline]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    fn from_base(ns: f64) -> Option<Self> {
        (ns < u64::MAX as f64).then_some(Self((ns + 0.5) as u64))
    }

    fn to_base(self) -> f64 {
        self.0 as f64
    }
}

impl Add for SimTime {
    type Output = Self;
    #[inline]
    fn add(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign for SimTime {
    #[inline]
    fn add_assign(&mut self, span: Self) {
        *self = *self + span;
    }
}

impl Sub for SimTime {
    type Output = Self;
    #[inline]
    fn sub(self, earlier: Self) -> Self {
        self.since(earlier)
    }
}

textual!(
    SimTime,
    "A time, such as \"20 ms\".",
    "s",
    [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9), ("h", 3600e9), ("d", 86400e9),]
);
