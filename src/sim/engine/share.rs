//! Changing what part of a link's capacity a node gets.
//!
//! It takes effect at once and takes neither bytes nor joules. What the node is sending or receiving goes on from where it
//! is; it stays charged for what it was charged when it began. Everybody knows of it at once.

use super::Engine;
use crate::problem::Problem;
use crate::sim::course::WHOLE;
use crate::sim::event::Rank;
use crate::sim::{Hop, NodeId, Policy};

/// The whole, in an action's units.
const THOUSANDTHS: u16 = 1000;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Gives a lower node so many thousandths of its link's capacity, in both directions.
    ///
    /// # Errors
    /// There is no such adjustable link above that node, or the share is more than the whole.
    pub(super) fn set_share(&mut self, link: u16, node: NodeId, share: u16) -> Result<(), Problem> {
        let up = self.adjustable(link, node)?;
        if share > THOUSANDTHS {
            return Err(Problem::new("a share of more than 1000 thousandths"));
        }
        let share = u64::from(share) * WHOLE / u64::from(THOUSANDTHS);
        let down = Hop { up: false, from: up.to, to: up.from, ..up };
        let channels = [up, down].map(|hop| self.layout.channel(hop));
        self.share_channel(channels[0], self.layout.member(up), share);
        if channels[1] != channels[0] {
            self.share_channel(channels[1], self.layout.member(up), share);
        }
        Ok(())
    }

    fn adjustable(&self, link: u16, node: NodeId) -> Result<Hop, Problem> {
        let there = (node.0 as usize) < self.layout.node_count();
        let up = there.then(|| self.world.up_from(node)).flatten().filter(|hop| hop.link == link);
        let conditions = self.world.links.get(link as usize).and_then(|link| link.conditions.as_ref());
        let adjustable = conditions.is_some_and(|conditions| conditions.adjustable);
        up.filter(|_| adjustable).ok_or_else(|| Problem::new("this is no adjustable link above that node"))
    }

    fn share_channel(&mut self, channel: u32, member: u32, share: u64) {
        if let Some(begun) = self.channels.set_share(channel, member, share, self.now) {
            self.schedule(begun.slot, begun.leaves, Rank::Leave);
        }
        self.announce_varying(channel);
    }
}
