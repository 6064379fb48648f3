use super::target::{PerHome, Target, stage, tier_on_way};
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::{Facts, GroupId, Needs, Policy, Request, Step, Tier, View};
use crate::units::SimTime;
use schemars::JsonSchema;
use serde::Deserialize;

/// Asks at one place, and at a second one too if no answer has come after a while: the first answer wins.
///
/// A hedged request, as Dean and Barroso describe it (The Tail at Scale, Communications of the ACM 56 (2), 2013): a second
/// copy that is sent after the time within which 95 % of the first ones are answered costs about 5 % more work, and cuts
/// off most of what is slower. What the loser has begun runs out, and costs its joules; what it waits for is given up. A
/// full queue leaves the request to the other copy.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Hedged {
    /// Where it is asked at once, as `"role@node"`; absent: the best role at the nearest edge node.
    pub first: Option<String>,
    /// Where the second copy goes, as `"role@node"`; absent: the best role at the nearest cloud node.
    pub second: Option<String>,
    /// How long after the request's birth the second copy is sent; zero: both at once.
    pub after: SimTime,
    #[serde(skip)]
    at: PerHome<[Target; 2]>,
}

impl Policy for Hedged {
    fn needs(&self) -> Needs {
        Needs { forks: true, ..Needs::default() }
    }

    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        let both = |home| {
            let first = place(world, home, self.first.as_deref(), Tier::Edge)?;
            Ok([first, place(world, home, self.second.as_deref(), Tier::Cloud)?])
        };
        self.at = PerHome::resolve(world, both)?;
        Ok(())
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        let Some([first, second]) = self.at.of(request) else { return Step::Drop };
        let send = request.born + self.after;
        match request.leg {
            _ if request.answer.is_some() => Step::Answer,
            _ if request.refused > 0 => Step::Drop,
            0 if request.steps == 0 => Step::Fork,
            0 => first.compute(request, view),
            _ if send > view.now() => Step::Wait { until: send },
            _ => second.compute(request, view),
        }
    }
}

/// The place as written, or the best role at the nearest node of a tier.
fn place(world: Facts<'_>, home: GroupId, written: Option<&str>, tier: Tier) -> Result<Target, Problem> {
    match written {
        Some(written) => stage(world, home, written),
        None => Target::named(world, tier_on_way(world, home, tier)?, None),
    }
}
