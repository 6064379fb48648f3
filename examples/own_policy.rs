//! A policy of one's own, with the whole command line:
//! `cargo run --release --example own_policy -- run examples/own_policy.toml`
use tierwise::random::Rng;
use tierwise::sim::{ModelId, Needs, NodeId, Policy, Request, Step, Tier, View};

/// Asks the device, then the nearest edge node if the device is unsure and few others wait there.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Polite {
    /// How sure the device must be, from 0 to 1.
    sure: f32,
    /// How many may wait at the edge before nobody else is sent there.
    most_waiting: u32,
}

impl Policy for Polite {
    fn needs(&self) -> Needs {
        Needs { queues: true, ..Needs::default() }
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        match (request.answer, view.nearest_of(Tier::Edge)) {
            (None, _) if request.refused == 0 => ask(view, request.home),
            (Some(a), Some(edge))
                if a.confidence < self.sure && view.waiting(edge) < self.most_waiting && request.at != edge =>
            {
                ask(view, edge)
            }
            (Some(_), _) => Step::Answer,
            _ => Step::Drop,
        }
    }
}

/// The last role hosted at `node`, up to its answer.
fn ask(view: &View<'_>, node: NodeId) -> Step {
    let models = &view.world().models;
    let hosted = (0..models.len() as u8).map(ModelId).rfind(|&m| view.hosts(m, node));
    let step = |m: ModelId| {
        Some(Step::Compute {
            model: m,
            upto: models[m.0 as usize].answer()?,
            node,
            send: view.world().workloads[0].send,
        })
    };
    hosted.and_then(step).unwrap_or(Step::Drop)
}

fn main() -> std::process::ExitCode {
    tierwise::Program::new().policy::<Polite>("polite").main()
}
