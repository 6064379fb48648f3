mod path;
mod thresholds;

use super::target::{PerHome, Target};
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::{Answer, Facts, GroupId, Policy, Request, Step, View};
use schemars::JsonSchema;
use serde::Deserialize;

/// Asks ever larger networks until one is confident: answers where the calibrated confidence reaches the stage's
/// threshold, else goes on to the next stage (Moothedath, Champati & Gross: hierarchical inference).
///
/// A stage whose queue is full is left out: the latest answer is given, or the next stage asked if there is none yet.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cascade {
    /// The stages in order, as `role@node`; absent: the best role of each node on the way up.
    pub path: Option<Vec<String>>,
    /// How thresholds are set.
    pub thresholds: Thresholds,
    /// What an escalation must bring in probability of being right to be worth it, from 0 to 1.
    pub cost: f64,
    #[serde(skip)]
    stages: PerHome<Vec<Stage>>,
    /// By group: one past its last node.
    #[serde(skip)]
    ends: Vec<u32>,
}

/// How a cascade's thresholds are set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Thresholds {
    /// Chosen on the validation images' joint tables: the ones that maximise accuracy less `cost` for each escalation.
    #[default]
    Validation,
    /// Given: one for each stage but the last, from 0 (never escalate) to 1.
    Fixed(Vec<f64>),
}

/// One stage: whom to ask, and how sure it must be.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stage {
    target: Target,
    threshold: f32,
}

impl Cascade {
    fn resolve(&self, world: Facts<'_>, home: crate::sim::GroupId) -> Result<Vec<Stage>, Problem> {
        let targets = path::resolve(world, home, self.path.as_deref())?;
        let thresholds = match &self.thresholds {
            Thresholds::Validation => thresholds::choose(world, &targets, self.cost)?,
            Thresholds::Fixed(given) => thresholds::given(given, targets.len())?,
        };
        Ok(targets.into_iter().zip(thresholds).map(|(target, threshold)| Stage { target, threshold }).collect())
    }
}

impl Policy for Cascade {
    fn start(&mut self, world: Facts<'_>) -> Result<(), Problem> {
        if !(0.0..=1.0).contains(&self.cost) {
            return Err(Problem::new("`cost` must lie between 0 and 1").received(self.cost));
        }
        self.stages = PerHome::resolve(world, |home| self.resolve(world, home))?;
        self.ends = (0..world.groups.len() as u16).map(|g| world.nodes_of(GroupId(g)).end).collect();
        Ok(())
    }

    fn next(&mut self, request: &Request, view: &View<'_>, _: &mut Rng) -> Step {
        let Some(stages) = self.stages.of(request) else { return Step::Drop };
        match (request.answer, request.refused) {
            (Some(_), refused) if refused > 0 => Step::Answer,
            (Some(answer), _) => match self.after(stages, &answer, request) {
                Some(next) => next.target.compute(request, view),
                None => Step::Answer,
            },
            (None, refused) => stages.get(refused as usize).map_or(Step::Drop, |s| s.target.compute(request, view)),
        }
    }

    /// Whether the latest answer will do does not depend on what others do.
    fn foresee(&self, request: &Request) -> Option<Step> {
        let (stages, answer) = (self.stages.of(request)?, request.answer?);
        let gives = request.refused > 0 || self.after(stages, &answer, request).is_none();
        gives.then_some(Step::Answer)
    }
}

impl Cascade {
    /// The stage to ask after an answer; `None`: it was confident enough, or the last.
    #[inline]
    fn after<'a>(&self, stages: &'a [Stage], answer: &Answer, request: &Request) -> Option<&'a Stage> {
        let here = self.ends.partition_point(|end| *end <= request.at.0);
        let is_this = |s: &Stage| s.target.model == answer.model && usize::from(s.target.group.0) == here;
        let asked = stages.iter().position(is_this)?;
        let sure = answer.confidence >= stages[asked].threshold;
        stages.get(asked + 1).filter(|_| !sure)
    }
}
