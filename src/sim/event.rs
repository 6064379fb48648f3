//! Keys of events: their order is their content.

use crate::units::SimTime;

/// What happens at an event, in the order in which kinds happen at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A service or a transfer ends: servers and channels are freed first.
    Leave = 0,
    /// Something fails or is repaired.
    Turn = 1,
    /// What was sent arrives at the other end of a hop.
    Arrive = 2,
    /// A change of a node's servers takes effect.
    Change = 3,
    /// A policy's or a controller's period is over.
    Tick = 4,
    /// A policy is asked.
    Ask = 5,
    /// A source gives birth.
    Birth = 6,
}

const RANKS: [Rank; 7] = [Rank::Leave, Rank::Turn, Rank::Arrive, Rank::Change, Rank::Tick, Rank::Ask, Rank::Birth];

/// `time:64 | rank:4 | birth:28 | second:1 | short:1 | slot:30`; of the birth number the low 28 bits. The second of two legs of one
/// request comes after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub u128);

impl Key {
    /// What the slot of a second leg is marked with.
    pub(super) const SECOND: u32 = 1 << 31;

    /// What the slot of a request on the short way is marked with.
    const SHORT: u32 = 1 << 30;

    /// Before everything; nothing is pending under it.
    pub(super) const NONE: Self = Self(0);

    #[inline]
    pub(super) fn new(time: SimTime, rank: Rank, birth: u64, slot: u32) -> Self {
        let low = (rank as u64) << 60 | (birth & 0x0FFF_FFFF) << 32 | u64::from(slot);
        Self(u128::from(time.ns()) << 64 | u128::from(low))
    }

    /// After all that happens at an instant: a mark, not an event.
    pub(super) fn last_of(time: SimTime) -> Self {
        Self::new(time, Rank::Birth, u64::MAX, u32::MAX)
    }

    #[inline]
    pub(super) fn time(self) -> SimTime {
        SimTime::from_ns((self.0 >> 64) as u64)
    }

    #[inline]
    pub(super) fn rank(self) -> Rank {
        RANKS[((self.0 as u64 >> 60) as usize).min(6)]
    }

    #[inline]
    pub(super) fn slot(self) -> u32 {
        self.0 as u32 & !(Self::SECOND | Self::SHORT)
    }

    /// The key of a request on the short way.
    #[inline]
    pub(super) fn short(time: SimTime, rank: Rank, birth: u64, slot: u32) -> Self {
        Self::new(time, rank, birth, slot | Self::SHORT)
    }

    #[inline]
    pub(super) fn is_short(self) -> bool {
        self.0 as u32 & Self::SHORT != 0
    }
}
