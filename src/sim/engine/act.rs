//! Doing what a policy or a controller wants changed.

use super::Engine;
use super::fault::node_text;
use crate::problem::Problem;
use crate::sim::event::{Key, Rank};
use crate::sim::{Action, Actions, Alarm, Elastic, ModelId, NodeId, Policy};
use crate::units::{Bytes, SimTime};

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Does all that was wanted in one call, in order.
    pub(super) fn act(&mut self, actions: Actions) -> Result<(), Problem> {
        actions.0.into_iter().try_for_each(|action| self.act_once(action))
    }

    fn act_once(&mut self, action: Action) -> Result<(), Problem> {
        match action {
            Action::Servers { node, count } => self.want_servers(node, count),
            Action::Power { node, on } => self.want_power(node, on),
            Action::Level { node, level } => self.set_level(node, level),
            Action::Load { node, model } => self.want_model(node, model, true),
            Action::Evict { node, model } => self.want_model(node, model, false),
            Action::Share { link, node, share } => self.set_share(link, node, share),
            Action::Push { from, node, model } => self.push(from, node, model),
        }
        .map_err(|problem| self.describe_action(action, problem))
    }

    fn want_servers(&mut self, node: NodeId, count: u32) -> Result<(), Problem> {
        let elastic = self.elastic(node)?;
        if count == 0 || count > elastic.most {
            return Err(Problem::new(format!("this node can have from 1 to {} servers", elastic.most)));
        }
        let later = self.nodes.want_servers(node, self.now, count, elastic.start);
        self.changed(node, later);
        Ok(())
    }

    fn want_power(&mut self, node: NodeId, on: bool) -> Result<(), Problem> {
        let boot = self.elastic(node)?.boot;
        let later = self.nodes.want_power(node, self.now, on, boot);
        self.changed(node, later);
        Ok(())
    }

    /// Bytes of a role in a node's memory.
    pub(super) fn remembers(&self, node: NodeId, model: ModelId) -> Result<Bytes, Problem> {
        if node.0 as usize >= self.layout.node_count() {
            return Err(Problem::new("there is no such node"));
        }
        let group = &self.world.groups[self.layout.group_of(node).0 as usize];
        let memory = group.memory.as_ref().ok_or_else(|| Problem::new("this node holds its models for good"))?;
        if group.work.get(model.0 as usize).is_none_or(Option::is_none) {
            return Err(Problem::new("the role does not run on this node"));
        }
        Ok(memory.sizes[model.0 as usize])
    }

    /// Of a node that is not on nothing is wanted.
    fn want_model(&mut self, node: NodeId, model: ModelId, there: bool) -> Result<(), Problem> {
        self.remembers(node, model)?;
        if let Some(gate) = self.nodes.gate(node, self.now) {
            if there { gate.want(model) } else { gate.dismiss(model) }
        }
        self.settle(node);
        Ok(())
    }

    fn elastic(&self, node: NodeId) -> Result<Elastic, Problem> {
        if node.0 as usize >= self.layout.node_count() {
            return Err(Problem::new("there is no such node"));
        }
        let group = &self.world.groups[self.layout.group_of(node).0 as usize];
        group.elastic.ok_or_else(|| Problem::new("this node is not elastic"))
    }

    /// A node changed, or will.
    fn changed(&mut self, node: NodeId, later: Option<SimTime>) {
        if let Some(at) = later {
            self.queue.push(Key::new(at, Rank::Change, 0, node.0));
        }
        self.settle(node);
    }

    /// What was to change of a node by now changes.
    pub(super) fn change(&mut self, node: NodeId) {
        self.nodes.change(node, self.now);
        self.settle(node);
    }

    /// Tells the controller what has just happened.
    pub(super) fn raise(&mut self) -> Result<(), Problem> {
        for alarm in std::mem::take(&mut self.alarms) {
            self.oversee(|_, controller, view, actions| {
                controller.iter_mut().for_each(|controller| controller.alarm(alarm, view, actions));
            })?;
        }
        Ok(())
    }

    /// Something happened that a controller may want to know.
    pub(super) fn alarm(&mut self, alarm: Alarm) {
        if self.controller.is_some() {
            self.alarms.push(alarm);
        }
    }

    fn describe_action(&self, action: Action, problem: Problem) -> Problem {
        let what = format!("impossible action: {}", problem.what);
        let node = match action {
            Action::Servers { node, .. }
            | Action::Level { node, .. }
            | Action::Power { node, .. }
            | Action::Load { node, .. }
            | Action::Evict { node, .. }
            | Action::Share { node, .. }
            | Action::Push { node, .. } => node,
        };
        let state = if (node.0 as usize) < self.layout.node_count() { self.node_state(node) } else { String::new() };
        Problem { what, ..problem }.received(format!("{action:?} at {}{state}", self.now))
    }

    fn node_state(&self, node: NodeId) -> String {
        let look = self.nodes.look_now(node, self.now);
        let group = &self.world.groups[self.layout.group_of(node).0 as usize];
        let (name, servers) = (node_text(self.world, node), look.servers.unwrap_or_else(|| group.servers()));
        let on = if look.closed { "takes nobody" } else { "on" };
        format!(
            ", {name} having {servers} servers, {} of them busy, {} requests waiting, {on}",
            look.busy, look.waiting
        )
    }
}
