//! Models' files on their way to a node's memory.
//!
//! A file is as large as the receiver's memory says of its role, and comes from a node that has that role: for good, or
//! resident when the action is done. It is moved hop by hop as what a request moves, takes its turn on each channel and
//! pays for its airtime, bytes and joules, which are no request's and are counted where the action is of the window. Its
//! number, in the order of events and in its draws, is 2^28 - 1 less the number of files sent before.
//!
//! Having arrived, it lies beside the memory: the role takes its place at the gate as if an action wanted it loaded, and
//! its next load takes the memory's `cold` time alone, at least 1 ns. If the role is there or being loaded, or if its
//! node is off or does not work, the file is dropped. So are files in a channel that fails, or that come to it then; and
//! a node that forgets its roles forgets its files.

use super::Engine;
use crate::problem::Problem;
use crate::sim::slab::{Bond, Task};
use crate::sim::{ModelId, NodeId, Policy};

/// The number of the first file.
const FIRST: u64 = (1 << 28) - 1;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Sends a role's file on its way.
    ///
    /// # Errors
    /// There is no such node or way, the sender does not have the role, or the receiver has no memory for it.
    pub(super) fn push(&mut self, from: NodeId, node: NodeId, model: ModelId) -> Result<(), Problem> {
        let bytes = self.remembers(node, model)?;
        if from == node || !self.has_role(from, model) {
            return Err(Problem::new("the sender is no other node that has the role"));
        }
        let slot = self.legs.take();
        let counted = self.accounts.is_of_window(self.now);
        let leg = &mut self.legs[slot];
        (leg.birth, leg.counted) = (FIRST - self.pushed, counted);
        (leg.bond, leg.task) = (Bond::Ghost, Task::Push(node, model));
        leg.request.home = NodeId(u32::MAX);
        self.pushed += 1;
        self.ghosts += 1;
        self.send(slot, from, node, false, bytes)
    }

    fn has_role(&self, node: NodeId, model: ModelId) -> bool {
        if node.0 as usize >= self.layout.node_count() {
            return false;
        }
        let group = &self.world.groups[self.layout.group_of(node).0 as usize];
        let resident = || self.nodes.look_now(node, self.now).resident >> model.0 & 1 == 1;
        group.work[model.0 as usize].is_some() && (group.memory.is_none() || resident())
    }

    /// A file is there.
    pub(super) fn delivered(&mut self, slot: u32, node: NodeId, model: ModelId) {
        self.vanish(slot);
        if let Some(gate) = self.nodes.gate(node, self.now) {
            gate.deliver(model);
        }
        self.settle(node);
    }
}
