//! How many requests are at each node, kept for as long as that stays so: some policies look far more often than it changes.

use crate::sim::NodeId;
use crate::sim::service::Station;
use crate::units::SimTime;
use std::cell::Cell;

/// By node: how many, and until when that is so if nothing comes. Empty: nothing is kept.
#[derive(Debug)]
pub(super) struct Counts(Vec<Cell<(u32, SimTime)>>);

impl Counts {
    pub(super) fn new(nodes: usize) -> Self {
        Self(vec![Cell::default(); nodes])
    }

    /// A node is about to change.
    #[inline]
    pub(super) fn forget(&self, node: NodeId) {
        if let Some(kept) = self.0.get(node.0 as usize) {
            kept.set((0, SimTime::ZERO));
        }
    }

    /// How many are at a node now, if that is still known; now never runs backwards.
    #[inline]
    pub(super) fn kept(&self, node: NodeId, now: SimTime) -> Option<u32> {
        let (count, until) = self.0.get(node.0 as usize)?.get();
        (now < until).then_some(count)
    }

    /// The same, counted.
    pub(super) fn counted(&self, node: NodeId, now: SimTime, station: &Station) -> u32 {
        let Some(kept) = self.0.get(node.0 as usize) else { return station.requests(now) };
        kept.set(station.steady(now));
        kept.get().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::service::{Fifo, Job};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        /// The naive twin counts each time.
        #[test]
        fn equals_counting(
            servers in 1u32..5,
            bound in prop::option::of(0u32..4),
            steps in prop::collection::vec((0u64..6, prop::option::of(1u64..20)), 0..80),
        ) {
            let (mut station, counts) = (Station::Elided(Fifo::new(servers, bound)), Counts::new(1));
            let mut now = SimTime::ZERO;
            for (gap, work) in steps {
                now += SimTime::from_ns(gap);
                if let Some(work) = work {
                    counts.forget(NodeId(0));
                    station.offer(now, Job { work: SimTime::from_ns(work), ..Job::default() });
                }
                let kept = counts.kept(NodeId(0), now);
                let count = kept.unwrap_or_else(|| counts.counted(NodeId(0), now, &station));
                prop_assert_eq!(count, station.requests(now));
            }
        }
    }
}
