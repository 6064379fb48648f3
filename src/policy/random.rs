use super::target::{PerHome, Target, choices};
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::{Facts, Policy, Request, Step, View};
use schemars::JsonSchema;
use serde::Deserialize;

/// Answers at a place drawn uniformly from the device, its edge and its cloud: the baseline that knows nothing.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Random {
    #[serde(skip)]
    at: PerHome<Vec<Target>>,
}

/// How often a full queue may refuse before the request is dropped.
const PATIENCE: u32 = 8;

impl Policy for Random {
    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        self.at = PerHome::resolve(world, |home| choices(world, home))?;
        Ok(())
    }

    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        match self.at.of(request) {
            _ if request.answer.is_some() => Step::Answer,
            Some(targets) if request.refused < PATIENCE => targets[rng.index(targets.len())].compute(request, view),
            _ => Step::Drop,
        }
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        super::target::give_it(request)
    }
}
