//! Joint decisions.

use super::Twin;
use super::event::{Event, What};
use tierwise::random::{Purpose, Rng};
use tierwise::sim::{Actions, NodeId, Request, View};
use tierwise::units::SimTime;

impl Twin<'_> {
    /// Lets an event happen; before the first ask or birth of an instant the policy plans.
    pub fn plan_before(&mut self, event: Event) -> Result<(), String> {
        let asks = event.what == What::Ask || event.what == What::Birth;
        if !self.policy.needs().plan || !asks || self.planned == Some(self.now) {
            return self.happen(event);
        }
        self.planned = Some(self.now);
        self.events.add(event.time, event.what, event.who);
        self.bear_all();
        let asked = self.events.at(self.now, What::Ask);
        let mut batch = Vec::new();
        for birth in asked.into_iter().filter(|birth| !self.lives[birth].cancelled).collect::<Vec<_>>() {
            self.take_over_result(birth);
            batch.push(self.lives[&birth].request);
        }
        if !batch.is_empty() {
            return self.plan(&batch);
        }
        Ok(())
    }

    fn bear_all(&mut self) {
        for source in self.events.at(self.now, What::Birth) {
            let birth = self.bear(source);
            self.expect_ask(birth, self.now);
        }
        let now = self.now;
        self.events.forget_at(now, What::Birth);
    }

    fn plan(&mut self, batch: &[Request]) -> Result<(), String> {
        let now = self.now;
        let mut rng = Rng::new(self.stream(Purpose::Policy), u64::MAX - now, 0);
        let published = self.published.clone();
        let known = self.known(&published, None);
        let view = View::new(self.world, &known, SimTime::from_ns(now), NodeId(0), NodeId(0));
        let mut actions = Actions::default();
        self.policy.plan(batch, &view, &mut actions, &mut rng);
        self.act(actions)
    }
}
