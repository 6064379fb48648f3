//! Requests under way: slots that are used again, so that memory follows how many are under way at once.

use super::event::Key;
use super::service::Kind;
use super::{CodecId, Hop, ModelId, NodeId, Request, RequestId, TapId};
use crate::units::{Bytes, SimTime};
use smallvec::SmallVec;

/// What is being done for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Nothing: its policy is about to be asked.
    Idle,
    /// Bringing what a computation needs to its node.
    Bring(Compute),
    /// Waiting for a server, or being served.
    Serve(Compute),
    /// Bringing the answer to its sink.
    Return(NodeId),
    /// No request: bringing a role's file to a node's memory.
    Push(NodeId, ModelId),
}

/// A lossy codec, and the tap at which something was written with it.
pub(super) type Via = (TapId, CodecId);

/// A computation, resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Compute {
    pub model: ModelId,
    pub from: TapId,
    pub upto: TapId,
    pub node: NodeId,
    /// How its input was last written with loss.
    pub via: Option<Via>,
}

impl Compute {
    /// What it can be batched with.
    pub(super) fn kind(&self) -> Kind {
        Kind { model: self.model, from: self.from, upto: self.upto }
    }
}

/// A transfer under way, hop by hop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cargo {
    pub raw: bool,
    pub bytes: Bytes,
    pub hop: Hop,
    /// What this hop puts on the wire.
    pub wire: u64,
}

/// What a leg has to do with other legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bond {
    /// It is the request.
    Alone,
    /// The leg in that slot is the same request's.
    With(u32),
    /// Its request has ended; what it had begun runs out.
    Ghost,
}

/// Nodes that received a raw image, and how it was written with loss; mostly there are no more than that.
type Holders = SmallVec<[(NodeId, Option<Via>); 2]>;

/// All there is of a request under way, or of one leg of it: in the order in which it is needed, 64 bytes by 64 bytes as
/// processors fetch them.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Leg {
    /// The event that is pending for it; older ones in the queue are void.
    pub pending: Key,
    pub birth: u64,
    /// When it was offered to the station or channel where it is.
    pub offered: SimTime,
    pub task: Task,
    pub image: u32,
    /// The node that made the latest answer.
    pub answered_at: NodeId,
    pub counted: bool,
    /// What it was offered for has begun: it does not only wait.
    pub begun: bool,
    /// Its request is on the short way, on a hop that it shares: no more is told here than such a hop must know.
    pub lent: bool,
    live: bool,
    /// It is the second of two legs.
    pub second: bool,
    /// Its latest answer is right.
    pub right: bool,
    // Where it is on its way.
    pub cargo: Cargo,
    /// Nodes that received the raw image, its home left out, and how it was written with loss.
    holders: Holders,
    pub bond: Bond,
    // What its policy sees, and what was spent on it.
    pub request: Request,
    /// The last time its policy was asked, and how often at that time.
    pub asked: SimTime,
    pub asked_then: u32,
    /// How what it holds was last written with loss.
    pub via: Option<Via>,
    /// How often the request was forked.
    pub forks: u8,
    pub bytes_up: u64,
    pub bytes_down: u64,
    pub compute_ns: [u64; 3],
    // What few need.
    /// What a station where others change that has charged for the present service.
    pub charged_ns: u64,
    /// Beyond idle, spent by its home: microwatts times nanoseconds.
    pub home_fj: u64,
    /// Steps taken for its other legs, those that have ended.
    pub others: u32,
    /// How often failures interrupted it.
    pub interrupted: u32,
}

/// All requests under way.
#[derive(Debug, Default)]
pub(super) struct Slab {
    legs: Vec<Leg>,
    free: Vec<u32>,
}

impl Leg {
    #[inline]
    fn new(slot: u32) -> Self {
        let nowhere = Hop { link: 0, up: true, from: NodeId(0), to: NodeId(0) };
        Self {
            pending: Key::NONE,
            birth: 0,
            request: Request::new(RequestId(slot)),
            image: 0,
            counted: false,
            task: Task::Idle,
            cargo: Cargo { raw: false, bytes: Bytes(0), hop: nowhere, wire: 0 },
            via: None,
            answered_at: NodeId(0),
            offered: SimTime::ZERO,
            begun: false,
            asked: SimTime::ZERO,
            asked_then: 0,
            compute_ns: [0; 3],
            charged_ns: 0,
            bytes_up: 0,
            bytes_down: 0,
            home_fj: 0,
            bond: Bond::Alone,
            second: false,
            right: false,
            forks: 0,
            others: 0,
            interrupted: 0,
            live: false,
            lent: false,
            holders: Holders::new(),
        }
    }

    /// Starts a new life in this slot.
    #[inline]
    fn reset(&mut self) {
        let mut holders = std::mem::take(&mut self.holders);
        holders.clear();
        *self = Self { live: true, holders, ..Self::new(self.request.id.0) };
    }

    /// What its draws are keyed by.
    #[inline]
    pub(super) fn entity(&self) -> u64 {
        self.birth | u64::from(self.request.leg) << 48
    }

    /// Whether a node has the raw image, and how it was written with loss.
    #[inline]
    pub(super) fn holds_raw(&self, node: NodeId) -> Option<Option<Via>> {
        if node == self.request.home {
            return Some(None);
        }
        self.holders.iter().find(|(n, _)| *n == node).map(|(_, via)| *via)
    }

    /// Whether no node but its home has the raw image.
    #[inline]
    pub(super) fn is_at_home_only(&self) -> bool {
        self.holders.is_empty()
    }

    /// Notes that a node received the raw image.
    #[inline]
    pub(super) fn receive_raw(&mut self, node: NodeId, via: Option<Via>) {
        if self.holds_raw(node).is_none() {
            self.holders.push((node, via));
        }
    }
}

impl Slab {
    /// A slot for a newborn.
    #[inline]
    pub(super) fn take(&mut self) -> u32 {
        let slot = self.reserve();
        self.revive(slot);
        slot
    }

    /// A slot that is nobody's, whose leg is not there yet.
    #[inline]
    pub(super) fn reserve(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.legs.push(Leg::new(self.legs.len() as u32));
            self.legs.len() as u32 - 1
        })
    }

    /// Starts the leg of a slot that was reserved.
    #[inline]
    pub(super) fn revive(&mut self, slot: u32) -> &mut Leg {
        let leg = &mut self[slot];
        leg.reset();
        leg
    }

    /// Gives a slot back.
    #[inline]
    pub(super) fn give_back(&mut self, slot: u32) {
        let leg = &mut self[slot];
        leg.live = false;
        leg.pending = Key::NONE;
        self.free.push(slot);
    }

    /// Gives a slot back whose leg was not there.
    #[inline]
    pub(super) fn release(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// A second leg of the request in a slot, which stands where that stands; what was spent on that is not its.
    pub(super) fn copy(&mut self, slot: u32) -> u32 {
        let of = self[slot].clone();
        let copy = self.take();
        self[copy] = Leg { home_fj: 0, compute_ns: [0; 3], bytes_up: 0, bytes_down: 0, others: 0, ..of };
        self[copy].request.id = RequestId(copy);
        copy
    }

    /// Adds to one leg what was spent on another, which is to end.
    pub(super) fn merge(&mut self, from: u32, to: u32) {
        let of = &mut self[from];
        let spent = (std::mem::take(&mut of.compute_ns), of.bytes_up, of.bytes_down, of.home_fj);
        let steps = of.request.steps + of.others;
        (of.bytes_up, of.bytes_down, of.home_fj) = (0, 0, 0);
        let leg = &mut self[to];
        leg.compute_ns.iter_mut().zip(spent.0).for_each(|(ns, more)| *ns += more);
        leg.bytes_up += spent.1;
        leg.bytes_down += spent.2;
        leg.home_fj += spent.3;
        leg.others += steps;
    }

    /// Slots of the requests under way, in order of birth.
    pub(super) fn live(&self) -> Vec<u32> {
        let mut live: Vec<u32> = (0..self.legs.len() as u32).filter(|s| self[*s].live).collect();
        live.sort_unstable_by_key(|s| (self[*s].birth, self[*s].second));
        live
    }

    /// How many requests were under way at once, at most.
    #[cfg(test)]
    pub(super) fn most(&self) -> usize {
        self.legs.len()
    }

    /// How many are under way.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.legs.len() - self.free.len()
    }
}

impl std::ops::Index<u32> for Slab {
    type Output = Leg;
    #[inline]
    fn index(&self, slot: u32) -> &Leg {
        &self.legs[slot as usize]
    }
}

impl std::ops::IndexMut<u32> for Slab {
    #[inline]
    fn index_mut(&mut self, slot: u32) -> &mut Leg {
        &mut self.legs[slot as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_together_lies_together() {
        let begins = [std::mem::offset_of!(Leg, cargo), std::mem::offset_of!(Leg, request)];
        assert_eq!((begins, size_of::<Leg>()), ([64, 128], 320));
    }

    #[test]
    fn slots_are_used_again_and_forget() {
        let mut slab = Slab::default();
        let (a, b) = (slab.take(), slab.take());
        slab[a].receive_raw(NodeId(5), None);
        slab.give_back(a);
        let c = slab.take();
        assert_eq!((a, slab.most(), slab.len(), slab.live()), (c, 2, 2, vec![a, b]));
        assert_eq!(slab[c].holds_raw(NodeId(5)), None);
        assert_eq!(slab[c].holds_raw(NodeId(0)), Some(None));
    }
}
