//! Actions, and the calls in which they are wanted.

use super::event::What;
use super::node::Power;
use super::place::Hop;
use super::tempo::WHOLE;
use super::{Twin, place};
use tierwise::sim::{Action, Actions, Alarm, NodeId, View};
use tierwise::units::SimTime;

/// Who looks over everything, in the order in which they do.
pub const POLICY: u64 = 0;
pub const CONTROLLER: u64 = 1;

impl Twin<'_> {
    /// While a source is still to give birth, or a request is under way.
    pub fn expect_tick(&mut self, whose: u64) {
        let alive = self.events.any(What::Birth) || self.lives.values().any(|life| !life.cancelled);
        let period = match whose {
            POLICY => self.policy.needs().period,
            _ => self.controller.as_ref().map(|c| c.period()),
        };
        if let Some(period) = period.filter(|p| alive && p.ns() > 0) {
            self.events.add(self.now + period.ns(), What::Tick, whose);
        }
    }

    pub fn tick(&mut self, whose: u64) -> Result<(), String> {
        let mut actions = Actions::default();
        let published = self.published.clone();
        let known = self.known(&published, None);
        let view = View::new(self.world, &known, SimTime::from_ns(self.now), NodeId(0), NodeId(0));
        match &mut self.controller {
            Some(controller) if whose == CONTROLLER => controller.tick(&view, &mut actions),
            _ => self.policy.tick(&view, &mut actions),
        }
        self.act(actions)?;
        self.expect_tick(whose);
        Ok(())
    }

    /// Tells the controller of refusals.
    pub fn raise(&mut self) -> Result<(), String> {
        for node in std::mem::take(&mut self.refusals) {
            let mut actions = Actions::default();
            let published = self.published.clone();
            let known = self.known(&published, None);
            let view = View::new(self.world, &known, SimTime::from_ns(self.now), NodeId(0), NodeId(0));
            if let Some(controller) = &mut self.controller {
                controller.alarm(Alarm::Refused { node: NodeId(node) }, &view, &mut actions);
            }
            self.act(actions)?;
        }
        Ok(())
    }

    pub fn act(&mut self, actions: Actions) -> Result<(), String> {
        actions.0.into_iter().try_for_each(|action| self.act_once(action))
    }

    fn act_once(&mut self, action: Action) -> Result<(), String> {
        if let Action::Share { link, node, share } = action {
            return self.set_share(link as usize, node.0, share);
        }
        if let Action::Push { from, node, model } = action {
            return self.push(from.0, node.0, model);
        }
        let (Action::Servers { node, .. } | Action::Power { node, .. }) = action else {
            if let Action::Load { node, model } | Action::Evict { node, model } = action {
                let of = &mut self.nodes[node.0 as usize];
                let wants = matches!(action, Action::Load { .. });
                let memory = of.memory.iter_mut().filter(|_| of.power == Power::On && !of.down);
                memory.for_each(|memory| if wants { memory.want(model) } else { memory.dismiss(model) });
                self.begin_services(node.0);
                return Ok(());
            }
            let Action::Level { node, level } = action else { return Err("not offered".into()) };
            if self.nodes[node.0 as usize].level != level {
                self.set_level(node.0, level);
            }
            return Ok(());
        };
        if node.0 >= self.world.node_count() {
            return Err("no such node".into());
        }
        let group = place::group_of(self.world, node.0);
        let elastic = self.world.groups[group].elastic.ok_or("not elastic")?;
        let now = self.now;
        let horizon = self.world.horizon;
        let counted = u64::from(now >= horizon.warm_up.ns() && now < horizon.end.ns());
        let of = &mut self.nodes[node.0 as usize];
        let sums = &mut self.sums.groups[group];
        match action {
            Action::Servers { count, .. } => {
                if count < 1 || count > elastic.most {
                    return Err("so many servers cannot be".into());
                }
                of.starts = None;
                if count > of.servers {
                    sums.started += counted * u64::from(count - of.servers);
                }
                if count <= of.servers || elastic.start.ns() == 0 {
                    of.resize(now, count);
                } else {
                    of.starts = Some((now + elastic.start.ns(), count));
                    self.events.add(now + elastic.start.ns(), What::Change, node.0.into());
                }
            }
            Action::Power { on: true, .. } if of.power == Power::Draining => of.power = Power::On,
            Action::Power { on: true, .. } if of.power == Power::Off => {
                sums.booted += counted;
                of.power = if elastic.boot.ns() == 0 { Power::On } else { Power::Booting(now + elastic.boot.ns()) };
                self.events.add(now + elastic.boot.ns(), What::Change, node.0.into());
            }
            Action::Power { on: false, .. } if of.power == Power::On => of.power = Power::Draining,
            Action::Power { on: false, .. } if of.power != Power::Draining => of.power = Power::Off,
            _ => {}
        }
        // What is due at this very time comes with its event.
        self.nodes[node.0 as usize].drain();
        self.begin_services(node.0);
        Ok(())
    }

    /// A node gets so many thousandths of its link upwards and downwards.
    fn set_share(&mut self, link: usize, node: u32, share: u16) -> Result<(), String> {
        let adjustable = self.world.links.get(link).and_then(|l| l.conditions.as_ref()).is_some_and(|c| c.adjustable);
        let above = *place::climb(self.world, node).get(1).ok_or("nothing is above")?;
        let up = place::path(self.world, node, above).ok_or("no way")?[0];
        if !adjustable || up.link != link || share > 1000 {
            return Err("not adjustable".into());
        }
        let (member, share) = (place::member(self.world, up), u64::from(share) * WHOLE / 1000);
        self.shares.insert((link, member), share);
        let down = Hop { up: false, from: above, to: node, ..up };
        let mut keys = vec![place::channel_of(self.world, up), place::channel_of(self.world, down)];
        keys.dedup();
        for key in keys {
            let channel = self.channels.get_mut(&key).expect("one for each");
            channel.set_share(self.world, member, share, self.now);
            if channel.is_shared() {
                self.expect_fair(key);
            } else if let Some(current) = channel.on_air.first() {
                self.events.forget_of(What::Sent, current.birth);
                self.events.add(current.ends, What::Sent, current.birth);
            }
        }
        Ok(())
    }

    /// What is due changes.
    pub fn change(&mut self, node: u32) {
        let now = self.now;
        let of = &mut self.nodes[node as usize];
        if let Some((_, count)) = of.starts.filter(|(at, _)| *at <= now) {
            of.starts = None;
            of.resize(now, count);
        }
        if matches!(of.power, Power::Booting(at) if at <= now) {
            of.power = Power::On;
        }
        of.memory.iter_mut().for_each(|memory| memory.change(now));
        self.begin_services(node);
    }
}
