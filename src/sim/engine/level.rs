//! Changing a node's clock while it serves.

use super::Engine;
use crate::problem::Problem;
use crate::sim::event::Rank;
use crate::sim::service::Change;
use crate::sim::slab::{Bond, Compute, Task};
use crate::sim::{NodeId, Policy, Works};
use crate::units::SimTime;

/// The mean time of a computation.
fn mean(works: &Works, compute: Compute) -> SimTime {
    let work = works[compute.model.0 as usize].as_ref();
    work.map_or(SimTime::from_ns(1), |work| work.between(compute.from, compute.upto))
}

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Sets a node's clock now; see `service/rescale.rs` for what becomes of its work.
    ///
    /// # Errors
    /// Where there is no such node or level.
    pub(super) fn set_level(&mut self, node: NodeId, level: u8) -> Result<(), Problem> {
        let there = node.0 < self.world.node_count();
        let levels = if there { self.world.groups[self.layout.group_of(node).0 as usize].levels.len() } else { 0 };
        if usize::from(level) >= levels {
            return Err(Problem::new("no such clock level").received(format!("level {level} of node {}", node.0)));
        }
        let before = self.nodes.level(node);
        if before != level {
            self.change_level(node, [before, level]);
        }
        Ok(())
    }

    fn change_level(&mut self, node: NodeId, levels: [u8; 2]) {
        let group = self.layout.group_of(node);
        let works = levels.map(|level| self.world.groups[group.0 as usize].work_at(level));
        let (legs, mut changes) = (&self.legs, Vec::new());
        let means = |slot| match legs[slot].task {
            Task::Serve(compute) => works.map(|works| mean(works, compute)),
            _ => [SimTime::from_ns(1); 2],
        };
        self.nodes.set_level(node, self.now, levels[1], means, &mut changes);
        changes.into_iter().for_each(|change| self.rescale(node, levels, change));
        self.accounts.changed_level(group, levels[1]);
        self.settle(node);
    }

    /// A service that has begun goes on at another level.
    fn rescale(&mut self, node: NodeId, levels: [u8; 2], Change { slot, work, shares, leaves }: Change) {
        let group = self.layout.group_of(node);
        let (tier, powers) = (self.layout.tier[group.0 as usize] as usize, levels.map(|l| self.microwatts(node, l)));
        let leg = &mut self.legs[slot];
        let ns = work.map(SimTime::ns);
        leg.charged_ns = leg.charged_ns - ns[0] + ns[1];
        if shares {
            leg.offered = (leg.offered + work[1]) - work[0];
        }
        // Who has won took over what this leg was charged.
        match leg.bond {
            Bond::Ghost => self.accounts.changed_own(work),
            Bond::Alone | Bond::With(_) => leg.compute_ns[tier] = leg.compute_ns[tier] - ns[0] + ns[1],
        }
        if self.needs.outcomes && node == leg.request.home && leg.bond != Bond::Ghost {
            leg.home_fj = leg.home_fj - powers[0] * ns[0] + powers[1] * ns[1];
        }
        self.accounts.recharged(group, levels, work, leg.counted);
        if let Some(leaves) = leaves {
            self.schedule(slot, leaves, Rank::Leave);
        }
    }

    /// Power of one of a node's servers at a level.
    pub(super) fn microwatts(&self, node: NodeId, level: u8) -> u64 {
        super::close::microwatts(self.world.groups[self.layout.group_of(node).0 as usize].server_power_at(level))
    }
}
