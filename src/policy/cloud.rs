use super::target::{PerHome, Target, ask_once, tier_on_way};
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::{Facts, Policy, Request, Step, Tier, View};
use schemars::JsonSchema;
use serde::Deserialize;

/// Answers at the nearest cloud node: every image is sent there.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cloud {
    /// The role to ask; absent: the one hosted there that is most often right on validation images.
    pub model: Option<String>,
    #[serde(skip)]
    at: PerHome<Target>,
}

impl Policy for Cloud {
    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        let there = |home| Target::named(world, tier_on_way(world, home, Tier::Cloud)?, self.model.as_deref());
        self.at = PerHome::resolve(world, there)?;
        Ok(())
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        ask_once(self.at.of(request), request, view)
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        super::target::give_it(request)
    }
}
