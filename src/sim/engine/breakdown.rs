//! Failing and being repaired: see `failures/mod.rs` for what happens when.

use super::Engine;
use crate::problem::Problem;
use crate::sim::accounts::Unsent;
use crate::sim::event::{Key, Rank};
use crate::sim::failures::{Parts, TurnedOut};
use crate::sim::service::Cut;
use crate::sim::sharing::Channel;
use crate::sim::slab::{Bond, Cargo, Compute, Task};
use crate::sim::{Alarm, Ending, NodeId, Policy, Rule, Service};
use crate::units::SimTime;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Schedules a unit's next turn.
    pub(super) fn expect_turn(&mut self, unit: u32) {
        let at = self.failures.next(self.world, unit);
        if at <= self.stop {
            self.queue.push(Key::new(at, Rank::Turn, 0, unit));
        }
    }

    /// A unit fails or is repaired. Once nobody is left and nobody will come, it is of no interest any more.
    pub(super) fn turn(&mut self, unit: u32) -> Result<(), Problem> {
        match self.failures.turn(unit, self.now) {
            true => self.fail(unit),
            false => self.repair(unit)?,
        }
        if self.now < self.world.horizon.end || self.legs.len() > 0 || self.fertile > 0 {
            self.expect_turn(unit);
        }
        Ok(())
    }

    fn fail(&mut self, unit: u32) {
        let mut cuts = Vec::new();
        match self.failures.unit(unit).parts.clone() {
            Parts::Node(node) => {
                self.nodes.fail(node, self.now, &mut cuts);
                self.in_order(&mut cuts);
                cuts.into_iter().for_each(|cut| self.stop_service(unit, node, cut));
                self.settle(node);
            }
            Parts::Channels(channels) => {
                for channel in channels {
                    self.channels.fail(channel, self.now, &mut cuts);
                    self.in_order(&mut cuts);
                    cuts.drain(..).for_each(|cut| self.stop_transfer(unit, channel, cut));
                }
            }
        }
    }

    /// First what had begun, in order of birth, then what waited.
    fn in_order(&self, cuts: &mut [Cut]) {
        let begun = |slot: u32| (0, self.legs[slot].birth, self.legs[slot].second);
        cuts.sort_by_key(|cut| cut.left.map_or((1, 0, false), |_| begun(cut.slot)));
    }

    /// What becomes of somebody who is turned out.
    fn fate(&mut self, unit: u32, cut: Cut) -> Rule {
        let leg = &mut self.legs[cut.slot];
        (leg.pending, leg.offered, leg.begun) = (Key::NONE, self.now, false);
        let answer = matches!(leg.task, Task::Return(_));
        let who = TurnedOut { begun: cut.left.is_some(), answer, counted: leg.counted };
        self.failures.fate(self.world, unit, who, &mut leg.interrupted)
    }

    fn stop_service(&mut self, unit: u32, node: NodeId, cut: Cut) {
        let Task::Serve(compute) = self.legs[cut.slot].task else { return };
        self.settle_wait(node, cut);
        if let Some(left) = cut.left {
            self.uncharge_service(cut.slot, unit, node, left);
        }
        if self.legs[cut.slot].bond == Bond::Ghost {
            return self.vanish(cut.slot);
        }
        match self.fate(unit, cut) {
            Rule::Retry => {
                let job = self.job(cut.slot, compute);
                self.legs[cut.slot].begun = true;
                self.nodes.take_back(node, self.now, job);
            }
            Rule::Reroute => self.ask_again(cut.slot),
            Rule::Fail => self.end(cut.slot, Ending::Failed),
        }
    }

    /// Accounts for the time that somebody waited at a node until it failed: of those that share, what was not work.
    fn settle_wait(&mut self, node: NodeId, cut: Cut) {
        let group = self.layout.group_of(node);
        let leg = &self.legs[cut.slot];
        let shares = matches!(self.world.groups[group.0 as usize].service, Service::Sharing(_));
        let from = cut.left.filter(|_| shares).map_or(leg.offered, |left| leg.offered - left);
        self.accounts.lost(group, from, self.now, leg.counted);
    }

    /// Takes back what is not done of a service that was charged in full.
    fn uncharge_service(&mut self, slot: u32, unit: u32, node: NodeId, left: SimTime) {
        let (group, level) = (self.layout.group_of(node), self.nodes.level(node));
        let (tier, power) = (self.layout.tier[group.0 as usize] as usize, self.microwatts(node, level));
        let leg = &mut self.legs[slot];
        let (done, counted) = (SimTime::from_ns(leg.charged_ns - left.ns()), leg.counted);
        if leg.bond == Bond::Ghost {
            self.accounts.uncharge_ended(left, 0);
        } else {
            leg.compute_ns[tier] -= left.ns();
            if self.needs.outcomes && node == leg.request.home {
                leg.home_fj -= power * left.ns();
            }
        }
        self.accounts.unserved(group, level, left, counted);
        if counted {
            self.failures.lost(unit, done, 0);
        }
    }

    /// Its policy is asked again, where the request stands.
    fn ask_again(&mut self, slot: u32) {
        let leg = &mut self.legs[slot];
        leg.task = Task::Idle;
        leg.request.refused += 1;
        self.schedule_ask(slot, self.now);
    }

    /// A node that does not work refuses a newcomer.
    pub(super) fn turn_away(&mut self, slot: u32, unit: u32, node: NodeId) {
        self.failures.refused(unit, self.legs[slot].counted);
        self.alarm(Alarm::Refused { node });
        self.ask_again(slot);
    }

    fn stop_transfer(&mut self, unit: u32, channel: u32, cut: Cut) {
        let Cargo { hop, bytes, .. } = self.legs[cut.slot].cargo;
        let airtime = self.world.links[hop.link as usize].airtime(hop.up, bytes);
        if let Some(left) = cut.left {
            self.uncharge_transfer(cut.slot, unit, channel, (airtime, left));
        }
        if self.legs[cut.slot].bond == Bond::Ghost {
            return self.vanish(cut.slot);
        }
        match self.fate(unit, cut) {
            Rule::Retry => self.hold_transfer(cut.slot, airtime),
            Rule::Reroute => self.ask_again(cut.slot),
            Rule::Fail => self.end(cut.slot, Ending::Failed),
        }
    }

    /// Takes back what is not sent of a transfer that was charged in full.
    fn uncharge_transfer(&mut self, slot: u32, unit: u32, channel: u32, (airtime, left): (SimTime, SimTime)) {
        let told = self.channels.get(channel).fair().is_none().then_some(self.now);
        let done = airtime.since(left);
        let leg = &self.legs[slot];
        let Cargo { hop, wire, .. } = leg.cargo;
        let lost = (u128::from(wire) * u128::from(done.ns()) / u128::from(airtime.ns())) as u64;
        let rest = wire - lost;
        let counted = leg.counted;
        let ended = self.is_left_over(slot);
        if ended {
            self.accounts.uncharge_ended(SimTime::ZERO, rest);
        } else {
            let leg = &mut self.legs[slot];
            *if hop.up { &mut leg.bytes_up } else { &mut leg.bytes_down } -= rest;
        }
        self.accounts.unsent(Unsent { hop, left, rest, lost }, told, counted);
        if self.needs.outcomes && !ended {
            self.legs[slot].home_fj -= self.home_radio(slot, hop) * left.ns();
        }
        if counted {
            self.failures.lost(unit, done, lost);
        }
    }

    fn hold_transfer(&mut self, slot: u32, airtime: SimTime) {
        let channel = self.layout.channel(self.legs[slot].cargo.hop);
        self.channels.hold(channel, self.now, slot, airtime);
    }

    /// A newcomer at a link that does not work.
    pub(super) fn halt(&mut self, slot: u32, unit: u32, airtime: SimTime) {
        let leg = &self.legs[slot];
        if matches!(leg.task, Task::Push(..)) {
            return self.vanish(slot);
        }
        let answer = matches!(leg.task, Task::Return(_));
        match self.failures.holds_newcomer(self.world, unit, answer, leg.counted) {
            true => self.hold_transfer(slot, airtime),
            false => self.ask_again(slot),
        }
    }

    fn repair(&mut self, unit: u32) -> Result<(), Problem> {
        match self.failures.unit(unit).parts.clone() {
            Parts::Node(node) => {
                self.nodes.repair(node, self.now);
                self.settle(node);
                Ok(())
            }
            Parts::Channels(mut channels) => channels.try_for_each(|channel| self.repair_channel(channel)),
        }
    }

    fn repair_channel(&mut self, channel: u32) -> Result<(), Problem> {
        let held = self.channels.repair(channel, self.now);
        held.into_iter().try_for_each(|slot| self.send_again(slot))
    }

    fn send_again(&mut self, slot: u32) -> Result<(), Problem> {
        let Cargo { raw, bytes, hop, .. } = self.legs[slot].cargo;
        match self.legs[slot].task {
            Task::Return(to) | Task::Bring(Compute { node: to, .. }) => self.send(slot, hop.from, to, raw, bytes),
            Task::Idle | Task::Serve(_) | Task::Push(..) => Ok(()),
        }
    }

    /// A transfer is through, or some are, on a channel that fails now and then.
    pub(super) fn breakable_sent(&mut self, slot: u32, channel: u32) {
        if let Some(fair) = self.channels.get(channel).fair() {
            fair.forget();
            self.leave_fair(channel);
            return self.announce(channel);
        }
        if let Channel::Breakable(breakable) = self.channels.get(channel) {
            breakable.leave(self.now);
        }
        self.sent_off(slot);
        self.begin_sending(channel);
    }
}
