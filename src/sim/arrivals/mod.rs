//! When sources give birth, and to what: one process a file.

mod periodic;
mod poisson;

use super::{Arrivals, World};
use crate::random::{Purpose, Stream};
use crate::units::SimTime;

/// All sources of a run, in order of (node, workload): a source's state is how often it gave birth.
#[derive(Debug)]
pub(super) struct Sources {
    sources: Vec<Source>,
    gaps: Vec<Gap>,
    arrival: Stream,
    phase: Stream,
}

#[derive(Clone, Copy, Debug)]
struct Source {
    node: u32,
    workload: u16,
    /// How many births came before.
    ordinal: u64,
}

#[derive(Clone, Copy, Debug)]
enum Gap {
    Poisson { mean_ns: f64 },
    Periodic { period: SimTime },
}

impl Sources {
    pub(super) fn new(world: &World, replication: u64) -> Self {
        let of = |(w, workload): (usize, &super::Workload)| {
            world.nodes_of(workload.at).map(move |node| Source { node, workload: w as u16, ordinal: 0 })
        };
        let mut sources: Vec<Source> = world.workloads.iter().enumerate().flat_map(of).collect();
        sources.sort_unstable_by_key(|s| (s.node, s.workload));
        let stream = |purpose| Stream::new(world.seed, replication, purpose);
        Self {
            sources,
            gaps: world.workloads.iter().map(|w| Gap::of(&w.arrivals)).collect(),
            arrival: stream(Purpose::Arrival),
            phase: stream(Purpose::Phase),
        }
    }

    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.sources.len() as u32
    }

    /// Node, workload and how many births came before.
    #[inline]
    pub(super) fn about(&self, source: u32) -> (u32, u16, u64) {
        let Source { node, workload, ordinal } = self.sources[source as usize];
        (node, workload, ordinal)
    }

    /// What its draws are keyed by.
    #[inline]
    pub(super) fn entity(node: u32, workload: u16) -> u64 {
        u64::from(workload) << 32 | u64::from(node)
    }

    /// When its first birth is.
    pub(super) fn first(&self, source: u32) -> SimTime {
        let (node, workload, ordinal) = self.about(source);
        let entity = Self::entity(node, workload);
        match self.gaps[workload as usize] {
            Gap::Poisson { mean_ns } => poisson::gap(mean_ns, self.arrival.draw(entity, ordinal)[0]),
            Gap::Periodic { period } => periodic::phase(period, self.phase.draw(entity, 0)[0]),
        }
    }

    /// Notes a birth now and says when the next is.
    #[inline]
    pub(super) fn next(&mut self, source: u32, now: SimTime) -> SimTime {
        let source = &mut self.sources[source as usize];
        source.ordinal += 1;
        match self.gaps[source.workload as usize] {
            Gap::Poisson { mean_ns } => {
                let entity = Self::entity(source.node, source.workload);
                now + poisson::gap(mean_ns, self.arrival.draw(entity, source.ordinal)[0])
            }
            Gap::Periodic { period } => now + period,
        }
    }
}

impl Gap {
    fn of(arrivals: &Arrivals) -> Self {
        match *arrivals {
            Arrivals::Poisson { rate } => Self::Poisson { mean_ns: 1e9 / rate.0 },
            Arrivals::Periodic { period } => Self::Periodic { period },
        }
    }
}
