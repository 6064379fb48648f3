//! Hedged requests: a second leg of a request, and what happens to it when the other has won.

use super::Engine;
use crate::problem::Problem;
use crate::sim::event::{Key, Rank};
use crate::sim::slab::{Bond, Cargo, Task};
use crate::sim::{Ending, NodeId, Policy};
use crate::units::SimTime;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Starts a second leg where the request stands; both are asked next.
    pub(super) fn fork(&mut self, slot: u32) -> Result<(), Problem> {
        self.may_fork(slot)?;
        let leg = &mut self.legs[slot];
        (leg.request.forked, leg.second, leg.forks) = (true, false, leg.forks + 1);
        let twin = self.legs.copy(slot);
        self.legs[slot].bond = Bond::With(twin);
        let leg = &mut self.legs[twin];
        (leg.bond, leg.second) = (Bond::With(slot), true);
        (leg.request.leg, leg.request.steps, leg.request.refused) = (leg.forks, 0, 0);
        self.schedule_ask(slot, self.now);
        self.schedule_ask(twin, self.now);
        Ok(())
    }

    fn may_fork(&self, slot: u32) -> Result<(), Problem> {
        let leg = &self.legs[slot];
        if !self.needs.forks {
            return Err(Problem::new("the policy's `needs` do not say that it forks"));
        }
        if leg.bond != Bond::Alone {
            return Err(Problem::new("another leg of this request is under way"));
        }
        if leg.forks == u8::MAX {
            return Err(Problem::new("this request was forked 255 times"));
        }
        Ok(())
    }

    /// A leg that is not alone ends: whether its request does.
    #[cold]
    pub(super) fn ends_all_legs(&mut self, slot: u32, ending: Ending) -> bool {
        let Bond::With(other) = self.legs[slot].bond else {
            self.vanish(slot);
            return false;
        };
        self.part(slot);
        self.part(other);
        if matches!(ending, Ending::Dropped | Ending::Failed) {
            self.legs.merge(slot, other);
            self.legs.give_back(slot);
            return false;
        }
        self.legs.merge(other, slot);
        match ending {
            // Nothing begins any more, not even where the other leg stood in somebody's way.
            Ending::InFlight => self.haunts(other),
            _ => self.cancel(other),
        }
        true
    }

    fn part(&mut self, slot: u32) {
        let leg = &mut self.legs[slot];
        (leg.bond, leg.request.forked) = (Bond::Alone, false);
    }

    /// The request has ended: a leg leaves the queue where it waits, or what it has begun runs out.
    fn cancel(&mut self, slot: u32) {
        if self.leaves_at_once(slot) {
            self.legs.give_back(slot);
        } else {
            self.haunts(slot);
        }
    }

    fn haunts(&mut self, slot: u32) {
        self.legs[slot].bond = Bond::Ghost;
        self.ghosts += 1;
    }

    fn leaves_at_once(&mut self, slot: u32) -> bool {
        let leg = &self.legs[slot];
        let (pending, hop, offered) = (leg.pending, leg.cargo.hop, leg.offered);
        match leg.task {
            Task::Idle => true,
            Task::Serve(_) if pending != Key::NONE && pending.rank() == Rank::Ask => true,
            Task::Serve(compute) => self.leaves_queue(slot, compute.node, offered),
            Task::Bring(_) | Task::Return(_) | Task::Push(..) => {
                pending == Key::NONE && self.channels.cancel(self.layout.channel(hop), self.now, slot)
            }
        }
    }

    fn leaves_queue(&mut self, slot: u32, node: NodeId, offered: SimTime) -> bool {
        if !self.nodes.cancel(node, self.now, slot) {
            return false;
        }
        if self.nodes.is_live(node) {
            self.settle(node);
        } else {
            self.accounts.waited(self.layout.group_of(node), offered, self.now);
        }
        true
    }

    /// Whether a leg's request has ended.
    pub(super) fn is_left_over(&self, slot: u32) -> bool {
        let leg = &self.legs[slot];
        leg.bond == Bond::Ghost && !matches!(leg.task, Task::Push(..))
    }

    /// What was left of an ended request is over: a computation, or a hop.
    pub(super) fn fade(&mut self, slot: u32, rank: Rank) {
        if rank == Rank::Arrive {
            let Cargo { hop, wire, .. } = self.legs[slot].cargo;
            self.accounts.arrived(hop, wire);
        }
        self.vanish(slot);
    }

    pub(super) fn vanish(&mut self, slot: u32) {
        self.accounts.left_over(&self.legs[slot]);
        self.ghosts -= 1;
        self.legs.give_back(slot);
    }
}
