use super::target::{PerHome, Target};
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::{Facts, Policy, Request, Step, View};
use schemars::JsonSchema;
use serde::Deserialize;

/// Answers at the device: nothing crosses a link.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Local {
    /// The role to ask; absent: the one hosted there that is most often right on validation images.
    pub model: Option<String>,
    #[serde(skip)]
    at: PerHome<Target>,
}

impl Policy for Local {
    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        self.at = PerHome::resolve(world, |home| Target::named(world, home, self.model.as_deref()))?;
        Ok(())
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        super::target::ask_once(self.at.of(request), request, view)
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        super::target::give_it(request)
    }
}
