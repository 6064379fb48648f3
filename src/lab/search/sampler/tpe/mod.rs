//! Tree-structured Parzen estimators (Bergstra et al. 2011), all axes at once: the kernels are products over the axes, as in
//! Falkner et al. 2018 (BOHB, arXiv 1807.01774), so that settings that are good only together are found together.

mod density;

use crate::lab::search::space::{Point, Space};
use crate::random::Rng;
use density::Density;
use schemars::JsonSchema;
use serde::Deserialize;

/// How the next settings are found.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tpe {
    /// Trials anywhere, before the first that is guided by others.
    #[serde(default = "startup")]
    pub startup: usize,
    /// Share of the trials that are the good ones.
    #[serde(default = "good")]
    pub good: f64,
    /// Points that are drawn as the good ones lie, of which the best bet is taken.
    #[serde(default = "candidates")]
    pub candidates: usize,
}

fn startup() -> usize {
    8
}

fn good() -> f64 {
    0.25
}

fn candidates() -> usize {
    24
}

impl Default for Tpe {
    fn default() -> Self {
        Self { startup: startup(), good: good(), candidates: candidates() }
    }
}

impl Tpe {
    /// The point among those drawn where the density of the good ones is highest by that of the others: where the
    /// improvement to be expected is largest (Bergstra et al. 2011, equation 15).
    pub(super) fn ask(&self, space: &Space, told: &[&Point], rng: &mut Rng) -> Point {
        if told.len() < self.startup.max(2) {
            return space.anywhere(rng);
        }
        let good = libm::ceil(self.good * told.len() as f64) as usize;
        let (good, others) = told.split_at(good.clamp(1, told.len() - 1));
        let (good, others) = (Density::new(space, good), Density::new(space, others));
        let drawn: Vec<Point> = (0..self.candidates).map(|_| good.draw(rng)).collect();
        let bets = drawn.into_iter().map(|point| (good.log(&point) - others.log(&point), point));
        // The first of the best, so that the order of equals does not matter.
        let best = bets.reduce(|best, bet| if bet.0 > best.0 { bet } else { best });
        best.map_or_else(|| space.anywhere(rng), |(_, point)| point)
    }

    pub(super) fn complaints(&self) -> Vec<(&'static str, String)> {
        let share = self.good > 0.0 && self.good < 1.0;
        let all =
            [("good", share, "must be above 0 and below 1"), ("candidates", self.candidates > 0, "must be at least 1")];
        all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
    }
}

#[cfg(test)]
pub(super) use density::Density as TestedDensity;
