//! NSGA-II (Deb et al. 2002): parents are chosen by front and crowding, and so are those who stay.

use super::family::Family;
use super::genome::Read;
use crate::lab::search::pareto::{Standing, crowding, fronts};
use crate::random::Rng;

/// Front and crowding of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranks {
    front: Vec<usize>,
    crowding: Vec<f64>,
}

impl Ranks {
    /// Of all of these.
    pub fn new(all: &[Standing]) -> Self {
        let mut ranks = Self { front: vec![0; all.len()], crowding: vec![0.0; all.len()] };
        for (number, front) in fronts(all).iter().enumerate() {
            let goals: Vec<&[f64]> = front.iter().map(|&i| all[i].goals.as_slice()).collect();
            for (&i, distance) in front.iter().zip(crowding(&goals)) {
                (ranks.front[i], ranks.crowding[i]) = (number, distance);
            }
        }
        ranks
    }

    /// Whether `a` goes before `b`: a lower front, or the same and less crowded.
    pub fn before(&self, a: usize, b: usize) -> bool {
        (self.front[a], -self.crowding[a]) < (self.front[b], -self.crowding[b])
    }

    /// All, the best first.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.front.len()).collect();
        order.sort_by(|&a, &b| {
            let by_crowding = self.crowding[b].total_cmp(&self.crowding[a]);
            self.front[a].cmp(&self.front[b]).then(by_crowding).then(a.cmp(&b))
        });
        order
    }

    /// The best so many, in the order of their numbers.
    pub fn best(&self, size: usize) -> Vec<usize> {
        let mut order = self.order();
        order.truncate(size);
        order.sort_unstable();
        order
    }

    /// The better of two drawn ones.
    fn parent(&self, rng: &mut Rng) -> usize {
        let [a, b] = [rng.index(self.front.len()), rng.index(self.front.len())];
        if self.before(b, a) { b } else { a }
    }
}

/// A child of two parents, each the better of two.
pub fn child(population: &[Read], ranks: &Ranks, families: &[Family], rng: &mut Rng) -> Option<Read> {
    let [a, b] = [ranks.parent(rng), ranks.parent(rng)];
    population.get(a)?.child(population.get(b)?, families, rng)
}
