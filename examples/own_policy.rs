//! A policy of one's own: `cargo run --release --example own_policy -- run examples/own_policy.toml`
use tierwise::random::Rng;
use tierwise::sim::{ModelId, Needs, NodeId, Policy, Request, Step, TapId, View};

const MODELS: [ModelId; 2] = [ModelId(0), ModelId(1)]; // in the scenario's order: the device's, the gateway's

/// Asks the device, then the node above it if the device is unsure and few others wait there.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Polite {
    /// How sure the device must be, from 0 to 1.
    sure: f32,
    /// How many may wait above before nobody else is sent there.
    most_waiting: u32,
}

impl Policy for Polite {
    fn needs(&self) -> Needs {
        Needs { queues: true, ..Needs::default() }
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        let Some(above) = view.ancestors().nth(1) else { return Step::Drop };
        let may_go = request.refused == 0 && request.at != above && view.waiting(above) < self.most_waiting;
        match request.answer {
            None if request.refused == 0 => ask(view, request.home, MODELS[0]),
            Some(answer) if answer.confidence < self.sure && may_go => ask(view, above, MODELS[1]),
            answer => answer.map_or(Step::Drop, |_| Step::Answer),
        }
    }
}

fn ask(view: &View<'_>, node: NodeId, model: ModelId) -> Step {
    let upto = view.world().models[model.0 as usize].answer().unwrap_or(TapId(0));
    Step::Compute { model, upto, node, send: view.world().workloads[0].send }
}

fn main() -> std::process::ExitCode {
    tierwise::Program::new().policy::<Polite>("polite").main()
}
