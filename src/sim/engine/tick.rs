//! The calls in which a policy or a controller looks over the whole world.

use super::Engine;
use crate::problem::Problem;
use crate::sim::event::{Key, Rank};
use crate::sim::stations::Known;
use crate::sim::{Actions, Controller, NodeId, Policy, View};
use crate::units::SimTime;

/// Whose period is over, in the order in which they are called at one instant.
const POLICY: u32 = 0;
const CONTROLLER: u32 = 1;

impl<'a, P: Policy + ?Sized> Engine<'a, P> {
    /// Schedules the first tick of the policy, and of the controller.
    pub(super) fn expect_ticks(&mut self) {
        self.expect_tick(POLICY);
        self.expect_tick(CONTROLLER);
    }

    fn expect_tick(&mut self, whose: u32) {
        let period = match whose {
            POLICY => self.needs.period,
            _ => self.controller.as_ref().map(|controller| controller.period()),
        };
        let alive = self.fertile > 0 || self.legs.len() > self.ghosts as usize;
        if let Some(period) = period.filter(|period| alive && *period > SimTime::ZERO) {
            self.queue.push(Key::new(self.now + period, Rank::Tick, u64::from(whose), whose));
        }
    }

    pub(super) fn tick(&mut self, whose: u32) -> Result<(), Problem> {
        self.oversee(|policy, controller, view, actions| match controller {
            Some(controller) if whose == CONTROLLER => controller.tick(view, actions),
            _ => policy.tick(view, actions),
        })?;
        self.expect_tick(whose);
        Ok(())
    }

    /// Shows what is known nowhere in particular, and does what is wanted.
    pub(super) fn oversee(
        &mut self,
        call: impl FnOnce(&mut P, &mut Option<&'a mut dyn Controller>, &View<'_>, &mut Actions),
    ) -> Result<(), Problem> {
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
        call(self.policy, &mut self.controller, &view, &mut actions);
        self.act(actions)
    }
}
