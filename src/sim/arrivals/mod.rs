//! When sources give birth, and to what: one process a file.

mod periodic;
mod poisson;

use super::{Arrivals, World};
use crate::random::{Purpose, Stream};
use crate::units::SimTime;

/// All sources of a run, in order of (node, workload): a source's state is how often it gave birth.
#[derive(Debug)]
pub(super) struct Sources {
    node: Vec<u32>,
    workload: Vec<u16>,
    ordinal: Vec<u64>,
    gaps: Vec<Gap>,
    arrival: Stream,
    phase: Stream,
}

#[derive(Clone, Copy, Debug)]
enum Gap {
    Poisson { mean_ns: f64 },
    Periodic { period: SimTime },
}

impl Sources {
    pub(super) fn new(world: &World, replication: u64) -> Self {
        let of = |(w, workload): (usize, &super::Workload)| world.nodes_of(workload.at).map(move |n| (n, w as u16));
        let mut sources: Vec<(u32, u16)> = world.workloads.iter().enumerate().flat_map(of).collect();
        sources.sort_unstable();
        let (node, workload): (Vec<u32>, Vec<u16>) = sources.into_iter().unzip();
        let stream = |purpose| Stream::new(world.seed, replication, purpose);
        Self {
            ordinal: vec![0; node.len()],
            node,
            workload,
            gaps: world.workloads.iter().map(|w| Gap::of(&w.arrivals)).collect(),
            arrival: stream(Purpose::Arrival),
            phase: stream(Purpose::Phase),
        }
    }

    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.node.len() as u32
    }

    /// Node, workload and how many births came before.
    #[inline]
    pub(super) fn about(&self, source: u32) -> (u32, u16, u64) {
        let at = source as usize;
        (self.node[at], self.workload[at], self.ordinal[at])
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
        let at = source as usize;
        self.ordinal[at] += 1;
        match self.gaps[self.workload[at] as usize] {
            Gap::Poisson { mean_ns } => {
                let entity = Self::entity(self.node[at], self.workload[at]);
                now + poisson::gap(mean_ns, self.arrival.draw(entity, self.ordinal[at])[0])
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
