//! A controller of one's own: `cargo run --release --example own_controller -- run examples/own_controller.toml`
use tierwise::problem::Problem;
use tierwise::sim::{Action, Actions, Alarm, Controller, Facts, NodeId, View};
use tierwise::units::SimTime;

/// Doubles a node's servers when it refuses a request, and stops one at each period in which some are idle.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Alert {
    /// The group that it looks after.
    group: String,
    /// How often it looks for idle servers.
    period: SimTime,
    #[serde(skip)]
    nodes: Vec<NodeId>,
    #[serde(skip)]
    most: u32,
}

impl Controller for Alert {
    fn period(&self) -> SimTime {
        self.period
    }

    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        let group = world.group(&self.group).ok_or_else(|| Problem::new("no such group").received(&self.group))?;
        let elastic = world.groups[group.0 as usize].elastic.ok_or_else(|| Problem::new("its servers are fixed"))?;
        (self.nodes, self.most) = (world.nodes_of(group).map(NodeId).collect(), elastic.most);
        Ok(())
    }

    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        let idle = self.nodes.iter().filter(|node| view.servers(**node) > view.busy(**node).max(1));
        actions.0.extend(idle.map(|node| Action::Servers { node: *node, count: view.servers(*node) - 1 }));
    }

    fn alarm(&mut self, alarm: Alarm, view: &View<'_>, actions: &mut Actions) {
        let Alarm::Refused { node } = alarm;
        let count = (2 * view.servers(node)).min(self.most);
        actions.0.extend(self.nodes.contains(&node).then_some(Action::Servers { node, count }));
    }
}

fn main() -> std::process::ExitCode {
    tierwise::Program::new().controller::<Alert>("alert").main()
}
