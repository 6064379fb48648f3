//! One after the other, in the order of joining: a station with one server and room for all.

use crate::sim::service::Station;

pub(crate) fn channel(explicit: bool) -> Station {
    Station::new(1, None, explicit)
}
