//! The loop for what is rare: joint decisions, forks, and alarms.
//!
//! Joint decisions: all that is asked at one instant is put before the policy at once, then asked one by one.

use super::Engine;
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::event::{Key, Rank};
use crate::sim::slab::Task;
use crate::sim::{Policy, Request};

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// The loop of a policy that plans or forks, or beside a controller.
    pub(super) fn careful_events(&mut self) -> Result<(), Problem> {
        let mut planned = None;
        while let Some(key) = self.queue.pop().filter(|key| key.time() <= self.stop) {
            self.now = key.time();
            let asks = matches!(key.rank(), Rank::Ask | Rank::Birth) && planned != Some(self.now);
            if asks && self.needs.plan {
                planned = Some(self.now);
                self.queue.push(key);
                self.plan()?;
            } else {
                self.handled += 1;
                self.happen_carefully(key)?;
                self.raise()?;
            }
        }
        Ok(())
    }

    /// While something happens to a leg nothing is pending for it, and to what is left of an ended request little happens.
    fn happen_carefully(&mut self, key: Key) -> Result<(), Problem> {
        let (rank, slot) = (key.rank(), key.slot());
        if !matches!(rank, Rank::Leave | Rank::Arrive | Rank::Ask) {
            return self.happen(key);
        }
        if self.legs[slot].pending != key {
            return Ok(());
        }
        self.legs[slot].pending = Key::NONE;
        match rank {
            Rank::Ask | Rank::Arrive if self.is_left_over(slot) => self.fade(slot, rank),
            Rank::Ask => self.ask(slot)?,
            Rank::Arrive => self.arrive(slot)?,
            _ => self.leave(slot)?,
        }
        Ok(())
    }

    /// Nothing but births and asks is left of this instant: all are born, the policy plans, and the asks follow.
    fn plan(&mut self) -> Result<(), Problem> {
        let asks = self.all_asks();
        let batch: Vec<Request> = asks.iter().map(|key| self.up_to_date(key.slot())).collect();
        asks.into_iter().for_each(|key| self.queue.push(key));
        if batch.is_empty() {
            return Ok(());
        }
        let mut rng = Rng::new(self.draws.policy, u64::MAX - self.now.ns(), 0);
        self.oversee(|policy, _, view, actions| policy.plan(&batch, view, actions, &mut rng))
    }

    /// Takes the asks of this instant out of the queue, those of newborns included, in their order.
    fn all_asks(&mut self) -> Vec<Key> {
        let end = Key::last_of(self.now);
        self.queue.push(end);
        let mut asks = Vec::new();
        while let Some(key) = self.queue.pop().filter(|key| *key != end) {
            match key.rank() {
                Rank::Birth => self.bear_before_asking(key.slot()),
                _ if self.legs[key.slot()].pending != key => {}
                rank if self.is_left_over(key.slot()) => self.fade(key.slot(), rank),
                _ => asks.push(key),
            }
        }
        asks
    }

    fn bear_before_asking(&mut self, source: u32) {
        self.handled += 1;
        let slot = self.born(source);
        self.schedule_ask(slot, self.now);
    }

    /// The request as its policy is about to be asked.
    fn up_to_date(&mut self, slot: u32) -> Request {
        if let Task::Serve(compute) = self.legs[slot].task {
            self.complete(slot, compute);
        }
        self.legs[slot].request
    }
}
