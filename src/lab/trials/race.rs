//! A cohort of trials, from rung to rung.

use super::shop::{Shop, Trial};
use super::stopwatch::Stopwatch;
use crate::lab::search::architecture::evolve::Ranks;
use crate::lab::search::architecture::{Facts, Goal};
use crate::lab::search::pareto::Standing;
use crate::lab::search::stop::{Curve, Stop};
use crate::lab::trials::history::{End, History, Row};
use crate::problem::Problems;

/// A trial of a search.
#[derive(Clone, Debug)]
pub struct Entrant {
    /// Its number in the search.
    pub number: u32,
    /// What it sets, as in a recipe.
    pub settings: String,
    pub trial: Trial,
    /// Epochs that this search let it reach.
    pub reached: u32,
}

/// Under which heading trials go, and when one is given up.
#[derive(Clone, Copy)]
pub struct Heat<'a> {
    pub method: &'static str,
    pub generation: u32,
    pub stop: Option<&'a Stop>,
    /// What is to be small beside the error, where trials are chosen by all of it.
    pub goals: &'a [Goal],
}

impl Entrant {
    pub fn curve(&self) -> Vec<f64> {
        self.trial.record.curve(self.reached)
    }

    /// Validation accuracy after the last epoch.
    pub fn last(&self) -> f64 {
        self.curve().last().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// A row without an end.
    pub fn row(&self, shop: &Shop, heat: &Heat) -> Row {
        let record = &self.trial.record;
        let last = record.epochs.get((self.reached as usize).wrapping_sub(1));
        let cost = record.cost(self.reached);
        Row {
            trial: self.number,
            method: heat.method,
            generation: heat.generation,
            seed: shop.instance.seed,
            content: record.content.clone(),
            settings: self.settings.clone(),
            epochs: self.reached,
            loss: last.map_or(f64::NAN, |e| e.loss),
            validation: last.map_or(f64::NAN, |e| e.validation),
            train_macs: if self.reached > 0 { cost.macs } else { 0.0 },
            wall_s: if self.reached > 0 { cost.wall_s } else { 0.0 },
            cpu_s: if self.reached > 0 { cost.cpu_s } else { 0.0 },
            scores: record.scores.clone(),
            ..Row::default()
        }
    }
}

/// Trains a cohort from rung to rung, those only that go on; `before` are the curves of the trials before it.
pub fn race(
    shop: &Shop,
    heat: &Heat,
    cohort: &mut [Entrant],
    before: &[Vec<f64>],
    history: &mut History,
    watch: &mut Stopwatch,
) -> Result<(), Problems> {
    let mut alive: Vec<usize> = (0..cohort.len()).collect();
    let rungs = heat.stop.map_or_else(Vec::new, |stop| stop.rungs(shop.epochs()));
    for (rung, epochs) in rungs.into_iter().chain([shop.epochs()]).enumerate() {
        for &i in &alive {
            let from = cohort[i].reached;
            watch.begin();
            let fresh = shop.advance(&mut cohort[i].trial, epochs)?;
            cohort[i].reached = epochs;
            watch.end(shop, &cohort[i], epochs - from, fresh);
        }
        let standings = standings(shop, heat, cohort, &alive)?;
        let ends = ends(shop, heat, cohort, (&alive, &standings), before, epochs);
        for (&i, end) in alive.iter().zip(&ends) {
            let facts = shop.facts(&mut cohort[i].trial)?;
            let accuracy = cohort[i].trial.record.accuracy.get(shop.precision.name()).copied();
            let accuracy = accuracy.filter(|_| matches!(end, End::Finished)).unwrap_or(f64::NAN);
            let row = cohort[i].row(shop, heat);
            history.push(Row { rung: rung as u32, facts: Some(facts), accuracy, end: end.clone(), ..row });
        }
        alive = alive.iter().zip(&ends).filter(|(_, end)| matches!(end, End::GoesOn)).map(|(i, _)| *i).collect();
    }
    Ok(())
}

/// An error, or what stands for it, and costs: all to be small.
pub fn goals(error: f64, goals: &[Goal], facts: &Facts) -> Vec<f64> {
    std::iter::once(error).chain(goals.iter().map(|goal| goal.of(facts))).collect()
}

/// How those that are alive stand, by validation error so far and costs; nothing where costs do not count.
fn standings(shop: &Shop, heat: &Heat, cohort: &mut [Entrant], alive: &[usize]) -> Result<Vec<Standing>, Problems> {
    let one = |&i: &usize| {
        let facts = shop.facts(&mut cohort[i].trial)?;
        let best = cohort[i].curve().into_iter().fold(0.0, f64::max);
        Ok(Standing { goals: goals(1.0 - best, heat.goals, &facts), violation: 0.0 })
    };
    if heat.goals.is_empty() { Ok(Vec::new()) } else { alive.iter().map(one).collect() }
}

/// What becomes of each that is alive after a rung.
fn ends(
    shop: &Shop,
    heat: &Heat,
    cohort: &[Entrant],
    (alive, standings): (&[usize], &[Standing]),
    before: &[Vec<f64>],
    rung: u32,
) -> Vec<End> {
    let curves: Vec<Vec<f64>> = alive.iter().map(|&i| cohort[i].curve()).collect();
    let curves: Vec<&Curve> = curves.iter().map(Vec::as_slice).collect();
    let before: Vec<&Curve> = before.iter().map(Vec::as_slice).collect();
    let survivors = |stop: &Stop| match stop {
        Stop::Halving(halving) if !heat.goals.is_empty() => halving.cut(&Ranks::new(standings).order()),
        _ => stop.survivors(rung, &curves, &before),
    };
    let chosen = heat.stop.filter(|_| rung < shop.epochs()).map(survivors);
    let end = |(at, &i): (usize, &usize)| match (&cohort[i].trial.record.diverged, &chosen) {
        (Some(why), _) => End::Diverged(why.clone()),
        (None, None) => End::Finished,
        (None, Some(chosen)) => chosen[at].clone().map_or_else(End::Pruned, |()| End::GoesOn),
    };
    alive.iter().enumerate().map(end).collect()
}
