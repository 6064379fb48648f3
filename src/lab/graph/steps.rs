//! The steps that make a network: training from initial weights or from a parent's, pruning with fine-tuning.

use super::bench::{Bench, Plan};
use crate::catalog::Cost;
use crate::lab::architecture::Architecture;
use crate::lab::distil::Lesson;
use crate::lab::measure::{self, Product};
use crate::lab::network::{Kind, Trainee, Weights};
use crate::lab::prune::{Mask, Prune, Pruned, Report};
use crate::lab::train::{CrossEntropy, Epoch, Job, Objective, Progress, Train, Trained, train};
use crate::problem::Problem;

/// The table of what pruning took away.
const PRUNING: &str = "pruning.parquet";

/// A network, and what it cost.
pub type Made = (Product, Cost);

/// What a training begins with.
#[derive(Clone, Copy)]
struct Beginning<'a> {
    architecture: &'a Architecture,
    start: Option<&'a Weights>,
    mask: Option<&'a Mask>,
    /// The round of pruning it comes after; none: 0.
    round: u32,
}

impl Bench<'_> {
    /// Does what the variant says.
    pub fn step(&self, plan: &Plan) -> Result<Made, Problem> {
        match &plan.variant.prune {
            Some(prune) => self.prune(plan, prune),
            None => self.train(plan),
        }
    }

    fn train(&self, plan: &Plan) -> Result<Made, Problem> {
        let start = plan.origin.as_deref().map(measure::load_trained).transpose()?;
        let begin = Beginning { architecture: &plan.architecture, start: start.as_ref(), mask: None, round: 0 };
        let settings = plan.variant.train.as_ref();
        let trained = self.trained(plan, begin, settings.ok_or_else(|| Problem::new("nothing is trained"))?)?;
        Ok((Product::trained(&trained.trainee, &self.data.scaling, &trained.history)?, trained.cost))
    }

    /// Round after round, each followed by fine-tuning if that is wanted.
    fn prune(&self, plan: &Plan, prune: &Prune) -> Result<Made, Problem> {
        let origin = plan.origin.as_deref().ok_or_else(|| Problem::new("nothing to prune"))?;
        let (mut history, mut cost) = (Vec::new(), Cost::default());
        let mut tune = |round, pruned: Pruned| self.tuned(plan, round, pruned, &mut history, &mut cost);
        let begun = measure::load_trained(origin)?.trainee()?;
        let (trainee, reports) = prune.run(begun, self.data, plan.instance.seed, &mut tune)?;
        let mut product = Product::trained(&trainee, &self.data.scaling, &history)?;
        product.tables.push((PRUNING, Report::columns(&reports)));
        Ok((product, cost))
    }

    fn tuned(
        &self,
        plan: &Plan,
        round: u32,
        pruned: Pruned,
        history: &mut Vec<Epoch>,
        cost: &mut Cost,
    ) -> Result<Trainee, Problem> {
        let Some(settings) = &plan.variant.train else { return Ok(pruned.trainee) };
        let start = Weights::of(&pruned.trainee, self.data.scaling.clone(), Kind::Trained)?;
        let (start, mask) = (Some(&start), pruned.mask.as_ref());
        let begin = Beginning { architecture: &pruned.trainee.plan.architecture, start, mask, round };
        let trained = self.trained(plan, begin, settings)?;
        history.extend(trained.history);
        cost.wall_s += trained.cost.wall_s;
        cost.cpu_s += trained.cost.cpu_s;
        cost.macs += trained.cost.macs;
        Ok(trained.trainee)
    }

    /// A finished checkpoint is not trained again.
    fn trained(&self, plan: &Plan, begin: Beginning, settings: &Train) -> Result<Trained, Problem> {
        let Beginning { architecture, start, mask, round } = begin;
        let name = &plan.instance.name;
        let progress = if self.options.progress { Progress::shown(name) } else { Progress::hidden() };
        let objective = self.objective(plan, architecture)?;
        let job = Job {
            architecture,
            seed: plan.instance.seed,
            settings,
            objective: objective.as_ref(),
            data: self.data,
            content: &plan.content,
            start,
            mask,
            checkpoint: Some(&self.checkpoint(name, round)),
            until: None,
        };
        train(&job, &progress)
    }

    fn objective(&self, plan: &Plan, student: &Architecture) -> Result<Box<dyn Objective>, Problem> {
        let (Some(folder), Some(distil)) = (&plan.teacher, &plan.variant.distil) else {
            return Ok(Box::new(CrossEntropy));
        };
        let teacher = measure::load_float(folder)?;
        let described = teacher.architecture().clone();
        let lesson = Lesson { student, teacher: &described };
        Ok(Box::new(distil.objective(&lesson, teacher, self.data)?))
    }
}
