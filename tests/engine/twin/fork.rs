//! Two legs of one request.

use super::Twin;
use super::event::What;
use super::life::LEGS;
use tierwise::sim::{Ending, RequestId};

impl Twin<'_> {
    pub fn fork(&mut self, leg: u64) -> Result<(), String> {
        if !self.policy.needs().forks || self.life(leg).other.is_some() {
            return Err("may not fork".into());
        }
        let life = self.life(leg);
        life.forks += 1;
        life.request.forked = true;
        let mut twin = life.clone();
        let number = life.birth * LEGS + life.forks;
        life.other = Some(number);
        twin.other = Some(leg);
        (twin.request.id, twin.request.leg) = (RequestId(number as u32), twin.forks as u8);
        (twin.request.steps, twin.request.refused, twin.other_steps) = (0, 0, 0);
        (twin.compute_ns, twin.bytes_up, twin.bytes_down, twin.home_j) = ([0; 3], 0, 0, 0.0);
        self.lives.insert(number, twin);
        self.expect_ask(leg, self.now);
        self.expect_ask(number, self.now);
        Ok(())
    }

    /// A leg ends: whether its request does.
    pub fn ends_request(&mut self, leg: u64, ending: Ending) -> bool {
        let Some(other) = self.life(leg).other else { return true };
        for of in [leg, other] {
            self.life(of).other = None;
            self.life(of).request.forked = false;
        }
        let given_up = matches!(ending, Ending::Dropped | Ending::Failed);
        let (from, to) = if given_up { (leg, other) } else { (other, leg) };
        let lost = self.life(from).clone();
        let kept = self.life(to);
        kept.compute_ns = [0, 1, 2].map(|tier| kept.compute_ns[tier] + lost.compute_ns[tier]);
        kept.bytes_up += lost.bytes_up;
        kept.bytes_down += lost.bytes_down;
        kept.home_j += lost.home_j;
        kept.other_steps += lost.request.steps + lost.other_steps;
        match ending {
            Ending::Dropped | Ending::Failed => drop(self.lives.remove(&leg)),
            Ending::Answered => self.cancel(other),
            // The run has stopped: nothing begins any more.
            Ending::InFlight => drop(self.lives.remove(&other)),
        }
        !given_up
    }

    /// What has begun goes on, all else is over.
    fn cancel(&mut self, leg: u64) {
        for node in &mut self.nodes {
            let stays = |job: &super::node::Job| job.birth != leg || job.stopped;
            let is_out = node.waiting.iter().any(|job| !stays(job));
            node.waiting.retain(stays);
            if let Some(memory) = &mut node.memory {
                memory.cancel(leg, is_out);
            }
            node.drain();
        }
        (0..self.nodes.len() as u32).for_each(|node| self.begin_services(node));
        self.channels.values_mut().for_each(|channel| channel.waiting.retain(|transfer| transfer.birth != leg));
        let served = self.nodes.iter().any(|node| node.served.iter().chain(&node.waiting).any(|job| job.birth == leg));
        let on_air = self.channels.values().any(|channel| channel.on_air.iter().any(|t| t.birth == leg));
        let on_air = on_air || self.flows.all.iter().any(|flow| flow.birth == leg);
        if served || on_air || self.events.expects(What::Arrives, leg) {
            self.life(leg).cancelled = true;
        } else {
            self.events.forget_of(What::Ask, leg);
            self.lives.remove(&leg);
        }
    }
}
