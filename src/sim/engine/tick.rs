//! The calls in which a policy looks over the whole world.

use super::Engine;
use crate::problem::Problem;
use crate::sim::event::{Key, Rank};
use crate::sim::stations::Known;
use crate::sim::{Action, Actions, NodeId, Policy, View};
use crate::units::SimTime;

impl<P: Policy + ?Sized> Engine<'_, P> {
    pub(super) fn expect_tick(&mut self) {
        let period = self.needs.period.filter(|p| *p > SimTime::ZERO);
        if let Some(period) = period.filter(|_| self.fertile > 0 || self.legs.len() > self.ghosts as usize) {
            self.queue.push(Key::new(self.now + period, Rank::Tick, 0, 0));
        }
    }

    pub(super) fn tick(&mut self) -> Result<(), Problem> {
        self.oversee(|policy, view, actions| policy.tick(view, actions))?;
        self.expect_tick();
        Ok(())
    }

    /// Shows the policy what is known nowhere in particular, and does what it wants.
    pub(super) fn oversee(&mut self, call: impl FnOnce(&mut P, &View<'_>, &mut Actions)) -> Result<(), Problem> {
        let mut actions = Actions::default();
        let known = Known {
            world: self.world,
            layout: &self.layout,
            nodes: &self.nodes,
            channels: &self.channels,
            now: self.now,
            here: None,
        };
        let view = View::new(self.world, &known, self.now, NodeId(0), NodeId(0));
        call(self.policy, &view, &mut actions);
        actions.0.into_iter().try_for_each(|action| self.act(action))
    }

    fn act(&mut self, action: Action) -> Result<(), Problem> {
        match action {
            Action::Level { node, level } => self.set_level(node, level),
            other => Err(Problem::new("this action is not offered").received(format!("{other:?}"))),
        }
    }
}
