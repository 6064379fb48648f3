use super::target::{PerHome, Target, choices};
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::{Facts, Needs, NodeId, Policy, Request, Step, TapId, View};
use crate::units::{Bytes, SimTime};
use schemars::JsonSchema;
use serde::Deserialize;

/// Answers where the answer is expected first: sending, links' backlogs, the node's backlog, computing, and the way back.
///
/// It sees the world as old as the scenario's `[information]` says, and cares for latency alone. A full queue sends it
/// to the next best place.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct GreedyLatency {
    #[serde(skip)]
    at: PerHome<Vec<Target>>,
}

impl Policy for GreedyLatency {
    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        self.at = PerHome::resolve(world, |home| choices(world, home))?;
        Ok(())
    }

    fn needs(&self) -> Needs {
        Needs { queues: true, ..Needs::default() }
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        if request.answer.is_some() {
            return Step::Answer;
        }
        let Some(targets) = self.at.of(request) else { return Step::Drop };
        let mut order: Vec<(SimTime, usize)> =
            targets.iter().enumerate().map(|(i, t)| (expected(t, request, view), i)).collect();
        order.sort_unstable();
        match order.get(request.refused as usize) {
            Some(&(_, i)) => targets[i].compute(request, view),
            None => Step::Drop,
        }
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        super::target::give_it(request)
    }
}

/// Expected time until the answer reaches its sink: `up + link backlog + node backlog + service + way back`.
fn expected(target: &Target, request: &Request, view: &View<'_>) -> SimTime {
    let (Some(node), Some(sink)) = (view.nearest(target.group), view.sink(request)) else { return SimTime::NEVER };
    let send = view.world().workloads[request.workload as usize].send;
    let image = view.bytes(request, target.model, TapId(0), send);
    let answer = view.answer_bytes(target.model, target.answer);
    let (Some(image), Some(answer)) = (image, answer) else { return SimTime::NEVER };
    moving(view, view.here(), node, image)
        + view.backlog(node)
        + view.service_time(target.model, TapId(0), target.answer, node)
        + moving(view, node, sink, answer)
}

/// Expected time to move a payload behind what already waits on the way.
fn moving(view: &View<'_>, from: NodeId, to: NodeId, bytes: Bytes) -> SimTime {
    view.link_backlog(from, to) + view.transfer_time(from, to, bytes)
}
