use crate::problem::{Problem, remedy_for_name};
use crate::sim::{Action, Actions, Controller, Facts, NodeId, PerDevice, View};
use crate::units::SimTime;
use schemars::JsonSchema;
use serde::Deserialize;

/// Starts servers where requests are many for each, and stops some where they are few: a threshold autoscaler.
///
/// At each period it looks at how many requests each node of a group has for each of its servers, those in service and
/// those waiting. Above `up` it wants `step` servers more, below `down` so many fewer; then it leaves the node alone for
/// `cool-down`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Threshold {
    /// The group whose nodes it scales: an elastic one.
    pub group: String,
    /// How often it looks.
    pub period: SimTime,
    /// More requests for each server than this: it wants more servers.
    #[serde(default = "two")]
    pub up: f64,
    /// Fewer than this: it wants fewer.
    #[serde(default = "half")]
    pub down: f64,
    /// How many servers more or fewer it wants at once.
    #[serde(default = "one")]
    pub step: u32,
    /// Fewest servers. The most is what its nodes can have.
    #[serde(default = "one")]
    pub least: u32,
    /// How long it leaves a node alone after a change: at least as long as a server takes to start.
    #[serde(default)]
    pub cool_down: SimTime,
    /// Nodes of the group, and most servers; resolved at the start.
    #[serde(skip)]
    nodes: Vec<NodeId>,
    #[serde(skip)]
    most: u32,
    /// By node: until when it is left alone.
    #[serde(skip)]
    until: PerDevice<SimTime>,
}

fn one() -> u32 {
    1
}

fn two() -> f64 {
    2.0
}

fn half() -> f64 {
    0.5
}

impl Controller for Threshold {
    fn period(&self) -> SimTime {
        self.period
    }

    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        self.check()?;
        let names = || remedy_for_name(&self.group, world.groups.iter().map(|group| group.name.as_str()));
        let unknown = || Problem::new("there is no such group").received(&self.group).remedy(names());
        let id = world.group(&self.group).ok_or_else(unknown)?;
        let rigid = || {
            let problem = Problem::new(format!("the servers of `{}` cannot be changed", self.group));
            problem.remedy(format!("give it `[nodes.{}.elastic]`", self.group))
        };
        let elastic = world.groups[id.0 as usize].elastic.ok_or_else(rigid)?;
        if self.cool_down < elastic.start {
            let problem = Problem::new("the cool-down is shorter than a server takes to start: none ever would");
            return Err(problem.received(self.cool_down).remedy(format!("write at least {}", elastic.start)));
        }
        self.nodes = world.nodes_of(id).map(NodeId).collect();
        (self.most, self.until) = (elastic.most, PerDevice::new());
        Ok(())
    }

    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        for at in 0..self.nodes.len() {
            let node = self.nodes[at];
            let servers = view.servers(node);
            let wanted = self.wanted(servers, view.requests(node));
            if wanted != servers && *self.until.entry(node) <= view.now() {
                self.until[node] = view.now() + self.cool_down;
                actions.0.push(Action::Servers { node, count: wanted });
            }
        }
    }
}

impl Threshold {
    fn check(&self) -> Result<(), Problem> {
        let wrong = |what: &str| Err(Problem::new(format!("the threshold controller: {what}")));
        match () {
            () if self.period == SimTime::ZERO => wrong("`period` must be above zero"),
            () if self.step == 0 || self.least == 0 => wrong("`step` and `least` must be above zero"),
            () if !(self.down.is_finite() && self.up.is_finite() && self.down >= 0.0) => {
                wrong("`down` and `up` must be finite, and not negative")
            }
            () if self.down >= self.up => wrong("`down` must be below `up`"),
            () => Ok(()),
        }
    }

    /// How many servers a node with so many, and so many requests, should have.
    fn wanted(&self, servers: u32, requests: u32) -> u32 {
        let load = f64::from(requests) / f64::from(servers);
        if load > self.up {
            return servers.saturating_add(self.step).min(self.most).max(servers);
        }
        if load < self.down {
            return servers.saturating_sub(self.step).max(self.least).min(servers);
        }
        servers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Document;
    use crate::problem::Source;

    fn threshold(text: &str) -> Threshold {
        let text = format!("group = 'edge'\nperiod = '1 s'\n{text}");
        Threshold { most: 5, ..Document::parse(Source::new("made-up.toml", text)).unwrap().read().unwrap() }
    }

    #[test]
    fn it_wants_more_above_and_fewer_below() {
        let plain = threshold("");
        assert_eq!([0, 1, 2, 3, 4].map(|requests| plain.wanted(2, requests)), [1, 2, 2, 2, 2]);
        assert_eq!([5, 50].map(|requests| plain.wanted(2, requests)), [3, 3]);
        assert_eq!((plain.wanted(1, 0), plain.wanted(5, 50)), (1, 5));
        let large = threshold("step = 3\nleast = 2");
        assert_eq!([0, 9, 50].map(|requests| large.wanted(4, requests)), [2, 5, 5]);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["up = 0.5", "down = -1.0", "up = inf", "step = 0", "least = 0"] {
            assert!(threshold(text).check().is_err(), "{text}");
        }
        assert!(threshold("").check().is_ok());
    }
}
