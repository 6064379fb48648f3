//! The steps that make a network: training from initial weights or from a parent's, pruning with fine-tuning.

use super::bench::{Bench, Plan};
use crate::catalog::Cost;
use crate::lab::architecture::Architecture;
use crate::lab::data::Dataset;
use crate::lab::distil::{Lesson, Taught};
use crate::lab::measure::{self, PRUNING, Product, SENSITIVITY};
use crate::lab::network::{Kind, Trainee, Weights};
use crate::lab::prune::{Mask, Prune, Pruned, Report};
use crate::lab::quantise::{self, Quantise};
use crate::lab::recipe::Variant;
use crate::lab::train::{Clock, Epoch, Job, Progress, Train, Trained, train};
use crate::problem::Problem;
use crate::store::parquet::Columns;
use std::path::Path;

/// A network, and what it cost.
pub type Made = (Product, Cost);

/// What a training begins with.
#[derive(Clone, Copy)]
struct Beginning<'a> {
    architecture: &'a Architecture,
    start: Option<&'a Weights>,
    mask: Option<&'a Mask>,
    /// What is seen.
    data: &'a Dataset,
}

/// How far a training goes.
pub struct Extent<'a> {
    /// Where its state is kept.
    pub checkpoint: &'a Path,
    /// The step that it stops after, if not the last.
    pub until: Option<u64>,
    /// Who is told, and may end it.
    pub progress: &'a Progress,
}

impl Bench<'_> {
    /// Does what the variant says, on the data as it sees them.
    pub fn step(&self, plan: &Plan, data: &Dataset) -> Result<Made, Problem> {
        let Variant { prune, quantise, train, coded, .. } = plan.variant;
        let (product, cost) = match (prune, quantise, train) {
            (Some(prune), ..) => self.prune(plan, prune, data)?,
            (_, Some(quantise), _) => self.quantise(plan, quantise, data)?,
            (_, _, Some(settings)) => self.train(plan, settings, data)?,
            _ => (Product::made(measure::load_plain(origin(plan)?)?, Vec::new()), Cost::default()),
        };
        Ok((if *coded { product.coded()? } else { product }, cost))
    }

    fn quantise(&self, plan: &Plan, quantise: &Quantise, data: &Dataset) -> Result<Made, Problem> {
        let clock = Clock::start(Cost::default());
        let made = quantise.apply(&measure::load_folded(origin(plan)?)?, data, plan.instance.seed)?;
        let tables = if made.sensitivity.is_empty() { vec![] } else { vec![(SENSITIVITY, sensitivity(&made))] };
        Ok((Product::made(made.quantised.encode()?, tables), clock.cost(0.0)))
    }

    fn train(&self, plan: &Plan, settings: &Train, data: &Dataset) -> Result<Made, Problem> {
        let progress = self.progress(plan);
        let checkpoint = &self.checkpoint(&plan.instance.name, 0);
        let trained = self.train_to(plan, settings, data, &Extent { checkpoint, until: None, progress: &progress })?;
        Ok((Product::trained(&trained.trainee, &self.data.scaling, &trained.history)?, trained.cost))
    }

    /// Trains what the variant begins with, as far as is wanted.
    pub(super) fn train_to(
        &self,
        plan: &Plan,
        settings: &Train,
        data: &Dataset,
        extent: &Extent,
    ) -> Result<Trained, Problem> {
        let start = plan.origin.as_deref().map(measure::load_trained).transpose()?;
        let sparse = start.as_ref().filter(|_| self.is_sparse(plan.variant));
        let mask = sparse.map(|weights| Mask::of(&weights.trainee()?)).transpose()?;
        let (start, mask) = (start.as_ref(), mask.as_ref());
        let begin = Beginning { architecture: &plan.pupil.architecture, start, mask, data };
        self.trained(plan, begin, settings, extent)
    }

    fn progress(&self, plan: &Plan) -> Progress {
        let name = &plan.instance.name;
        let progress = if self.options.progress { Progress::shown(name) } else { Progress::hidden() };
        progress.until(self.options.stop.clone())
    }

    /// Whether single weights of a network that it comes from were pruned: these zeros stay.
    fn is_sparse(&self, variant: &Variant) -> bool {
        let origin = variant.origin().and_then(|name| self.recipe.variants.get(name));
        origin.is_some_and(|origin| matches!(origin.prune, Some(Prune::Weights(_))) || self.is_sparse(origin))
    }

    /// Round after round, each followed by fine-tuning if that is wanted.
    fn prune(&self, plan: &Plan, prune: &Prune, data: &Dataset) -> Result<Made, Problem> {
        let (mut history, mut cost) = (Vec::new(), Cost::default());
        let mut tune = |round, pruned: Pruned| self.tuned(plan, data, round, pruned, &mut history, &mut cost);
        let begun = measure::load_trained(origin(plan)?)?.trainee()?;
        let (trainee, reports) = prune.run(begun, data, plan.instance.seed, &mut tune)?;
        let mut product = Product::trained(&trainee, &self.data.scaling, &history)?;
        product.tables.push((PRUNING, Report::columns(&reports)));
        Ok((product, cost))
    }

    fn tuned(
        &self,
        plan: &Plan,
        data: &Dataset,
        round: u32,
        pruned: Pruned,
        history: &mut Vec<Epoch>,
        cost: &mut Cost,
    ) -> Result<Trainee, Problem> {
        let Some(settings) = &plan.variant.train else { return Ok(pruned.trainee) };
        let start = Weights::of(&pruned.trainee, self.data.scaling.clone(), Kind::Trained)?;
        let (start, mask) = (Some(&start), pruned.mask.as_ref());
        let begin = Beginning { architecture: &pruned.trainee.plan.architecture, start, mask, data };
        let (progress, checkpoint) = (self.progress(plan), &self.checkpoint(&plan.instance.name, round));
        let trained = self.trained(plan, begin, settings, &Extent { checkpoint, until: None, progress: &progress })?;
        history.extend(trained.history);
        cost.wall_s += trained.cost.wall_s;
        cost.cpu_s += trained.cost.cpu_s;
        cost.macs += trained.cost.macs;
        Ok(trained.trainee)
    }

    /// A finished checkpoint is not trained again.
    fn trained(&self, plan: &Plan, begin: Beginning, settings: &Train, extent: &Extent) -> Result<Trained, Problem> {
        let Beginning { architecture, start, mask, data } = begin;
        let folder = extent.checkpoint.parent().unwrap_or(Path::new(""));
        let objective = self.objective(plan, architecture, data)?.remembering(folder, &self.looks(plan, settings))?;
        let job = Job {
            architecture,
            seed: plan.instance.seed,
            settings,
            objective: &objective,
            data,
            content: &plan.content,
            start,
            mask,
            checkpoint: Some(extent.checkpoint),
            until: extent.until,
        };
        let trained = train(&job, extent.progress);
        objective.keep()?;
        trained
    }

    /// What tells a teacher's answers to augmented images apart from others, the images themselves aside.
    fn looks(&self, plan: &Plan, settings: &Train) -> String {
        let teacher = plan.variant.taught_by().map(|name| self.content_beside(name, plan.instance.seed));
        format!("{teacher:?} {} {} {}", self.data.sha256, settings.flip, settings.shift)
    }

    fn objective(&self, plan: &Plan, student: &Architecture, data: &Dataset) -> Result<Taught, Problem> {
        let (Some(folder), Some(distil)) = (&plan.teacher, &plan.variant.distil) else {
            return plan.pupil.objective(student, None, data);
        };
        let teacher = measure::load_float(folder)?;
        let described = teacher.architecture().clone();
        let lesson = Lesson {
            student,
            teacher: &described,
            classes: &self.data.classes,
            partitions: &self.recipe.partitions,
            emphasis: plan.pupil.emphasis.as_ref(),
        };
        plan.pupil.objective(student, Some((distil, &lesson, teacher)), data)
    }
}

/// The folder of the network that it is made from.
fn origin<'a>(plan: &'a Plan) -> Result<&'a Path, Problem> {
    plan.origin.as_deref().ok_or_else(|| Problem::new("a network that is made from no other"))
}

/// What each layer loses in integers, and which stay in floats.
fn sensitivity(made: &quantise::Made) -> Columns {
    let all = &made.sensitivity;
    Columns::new()
        .str("layer", all.iter().map(|s| s.layer.as_str()))
        .f64("validation_accuracy", all.iter().map(|s| s.accuracy).collect())
        .f64("drop", all.iter().map(|s| s.drop).collect())
        .f64("error", all.iter().map(|s| s.error).collect())
        .bool("float", all.iter().map(|s| made.floats.contains(&s.layer)).collect())
}
