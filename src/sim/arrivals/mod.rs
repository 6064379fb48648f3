//! When sources give birth, and to what: one process a file.

mod closed;
mod periodic;
mod poisson;

use super::fetch::fetch;
use super::{Arrivals, NodeId, World};
use crate::random::{Purpose, Stream};
use crate::units::SimTime;
use closed::Thinker;

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
    Closed(Thinker),
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

    /// Brings a source into the cache.
    #[inline]
    pub(super) fn fetch(&self, source: u32) {
        fetch(&self.sources, source as usize);
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
            Gap::Closed(thinker) => thinker.first(entity, &self.arrival, &self.phase),
        }
    }

    /// Whether any source waits for the end of its request.
    pub(super) fn any_closed(&self) -> bool {
        self.gaps.iter().any(|gap| matches!(gap, Gap::Closed(_)))
    }

    /// A request of this node and workload ends then: which source it is of and when the next is born, if that depended
    /// on it.
    pub(super) fn after(&self, node: NodeId, workload: u16, ended: SimTime) -> Option<(u32, SimTime)> {
        let Gap::Closed(thinker) = self.gaps[workload as usize] else { return None };
        let source = self.sources.binary_search_by_key(&(node.0, workload), |s| (s.node, s.workload)).ok()?;
        let (entity, ordinal) = (Self::entity(node.0, workload), self.sources[source].ordinal);
        Some((source as u32, ended + thinker.time(entity, ordinal, &self.arrival)))
    }

    /// The stream that gaps are drawn from.
    #[inline]
    pub(super) fn stream(&self) -> Stream {
        self.arrival
    }

    /// Notes a birth now and says when the next is, the gap being drawn by these bits of its stream; never, as far as is
    /// known, where that depends on this one's end.
    #[inline]
    pub(super) fn next_by(&mut self, source: u32, now: SimTime, bits: impl FnOnce() -> u64) -> SimTime {
        let source = &mut self.sources[source as usize];
        source.ordinal += 1;
        match self.gaps[source.workload as usize] {
            Gap::Poisson { mean_ns } => now + poisson::gap(mean_ns, bits()),
            Gap::Periodic { period } => now + period,
            Gap::Closed(_) => SimTime::NEVER,
        }
    }
}

impl Gap {
    fn of(arrivals: &Arrivals) -> Self {
        match *arrivals {
            Arrivals::Poisson { rate } => Self::Poisson { mean_ns: 1e9 / rate.0 },
            Arrivals::Periodic { period } => Self::Periodic { period },
            Arrivals::Closed { think, law } => Self::Closed(Thinker { think, law }),
        }
    }
}
