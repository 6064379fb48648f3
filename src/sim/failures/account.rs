use crate::sim::{Fallible, Rule, World, layout};

/// What failures of one group's nodes or one link's cells did; *counted* and *window* as for [`crate::sim::GroupAccount`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailureAccount {
    /// Nodes, or cells.
    pub units: u32,
    /// Length of the window.
    pub span_ns: u64,
    /// Window: failures that began.
    pub failures: u64,
    /// Window: unit-nanoseconds in which it did not work.
    pub down_ns: u128,
    /// Counted: what had begun and was held, to be begun anew.
    pub retried: u64,
    /// Counted: what was turned out, and its policy asked.
    pub rerouted: u64,
    /// Counted: requests that failed.
    pub failed: u64,
    /// Counted: newcomers refused because it did not work.
    pub refused: u64,
    /// Counted: nanoseconds of service or airtime that were begun and lost. They are part of what was computed or sent,
    /// and of its joules.
    pub lost_ns: u128,
    /// Counted: bytes on the wire that were lost, a part of those sent.
    pub lost_bytes: u64,
}

impl FailureAccount {
    pub(super) fn new(world: &World, place: Fallible) -> Self {
        let units = match place {
            Fallible::Nodes(group) => world.groups[group.0 as usize].count,
            Fallible::Link(link) => layout::cell_count(world, &world.links[link as usize]),
        };
        Self { units, span_ns: world.horizon.end.since(world.horizon.warm_up).ns(), ..Self::default() }
    }

    pub(super) fn turned_out(&mut self, fate: Rule) {
        *match fate {
            Rule::Retry => &mut self.retried,
            Rule::Reroute => &mut self.rerouted,
            Rule::Fail => &mut self.failed,
        } += 1;
    }

    /// Share of the window in which a unit worked, in the mean.
    pub fn availability(&self) -> f64 {
        let all = f64::from(self.units) * self.span_ns as f64;
        if all > 0.0 { 1.0 - self.down_ns as f64 / all } else { 1.0 }
    }
}
