//! No sharing at all: each transfer has the full rate, whatever else is sent.

use crate::sim::service::Offer;
use crate::units::SimTime;

#[inline]
pub(crate) fn offer(now: SimTime, airtime: SimTime) -> Offer {
    Offer::Leaves { start: now, leaves: now + airtime }
}
