//! A variant's training in pieces, for a search.

use super::bench::{Bench, Plan};
use super::order;
use super::steps::Extent;
use crate::lab::recipe::{Instance, Recipe, Variant};
use crate::lab::train::{Progress, Trained};
use crate::problem::{Problem, Problems};
use std::path::Path;

/// The networks that one needs, itself aside.
pub fn needed(recipe: &Recipe, instance: &Instance) -> Vec<String> {
    let only = std::slice::from_ref(&instance.name);
    let all = order::order(recipe, only).unwrap_or_default();
    all.into_iter().filter(|need| need != instance).map(|need| need.name).collect()
}

impl Bench<'_> {
    /// How a network would be made, all that it needs being made.
    ///
    /// # Errors
    /// Something that it needs is not, or no longer, what the recipe says.
    pub fn planned<'b>(&mut self, instance: &'b Instance, variant: &'b Variant) -> Result<Plan<'b>, Problems> {
        let only = std::slice::from_ref(&instance.name);
        for need in order::order(self.recipe, only)?.iter().filter(|need| *need != instance) {
            if self.make(need)?.0 {
                let problem = Problem::new(format!("`{}` is another one in this trial", need.name));
                return Err(problem.remedy("search no key that what it needs depends on").into());
            }
        }
        self.plan(instance, variant)
    }

    /// Trains up to some epochs of a whole training, from the checkpoint if there is one.
    ///
    /// # Errors
    /// As for [`crate::lab::train::train`].
    pub fn trial(&self, plan: &Plan, epochs: u32, checkpoint: &Path, progress: &Progress) -> Result<Trained, Problem> {
        let data = self.seen(plan);
        let Some(settings) = &plan.variant.train else { return Err(Problem::new("a variant that is not trained")) };
        let until = (data.train.len() / settings.batch.max(1)) as u64 * u64::from(epochs);
        self.train_to(plan, settings, &data, &Extent { checkpoint, until: Some(until), progress })
    }
}
