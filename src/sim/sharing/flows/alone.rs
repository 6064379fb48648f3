//! How long a transfer takes that has all links on its way to itself, some of which it crosses at once.

use super::SCALE;
use crate::sim::{Cell, Hop, Link, Sharing};
use crate::units::SimTime;

/// What a hop takes.
pub(in crate::sim) struct Alone<'a> {
    pub hop: Hop,
    pub link: &'a Link,
    /// The number of its lower node among the link's.
    pub member: u32,
    pub airtime: SimTime,
    pub delay: SimTime,
}

/// Hops that are crossed at once.
#[derive(Default)]
struct Run {
    /// Largest product of airtime and rate.
    volume: u128,
    /// Least rate, zero where there is no hop.
    slowest: u64,
    last: Option<Hop>,
}

impl Run {
    fn add(&mut self, Alone { hop, link, member, airtime, .. }: &Alone<'_>) {
        let rate = link.usual_rate(hop.up, *member).0 << SCALE;
        let cell = |last: &Hop| (last.link, last.upper()) == (hop.link, hop.upper());
        let twice = link.half_duplex && link.cell == Cell::Shared && self.last.as_ref().is_some_and(cell);
        let most = if twice { rate / 2 } else { rate };
        self.volume = self.volume.max(u128::from(airtime.ns()) * u128::from(rate));
        self.slowest = if self.slowest == 0 { most } else { self.slowest.min(most) };
        self.last = Some(*hop);
    }

    fn time(self) -> SimTime {
        let ns = self.volume.div_ceil(u128::from(self.slowest.max(1)));
        SimTime::from_ns(u64::try_from(ns).unwrap_or(u64::MAX))
    }
}

/// The time for a whole way.
pub(in crate::sim) fn alone<'a>(way: impl Iterator<Item = Alone<'a>>) -> SimTime {
    let (mut sum, mut run) = (SimTime::ZERO, Run::default());
    for hop in way {
        sum += hop.delay;
        if hop.link.sharing == Sharing::Flows {
            run.add(&hop);
        } else {
            sum += std::mem::take(&mut run).time() + hop.airtime;
        }
    }
    sum + run.time()
}
