//! All replications of one policy at one point.

use super::CONFIDENCE;
use super::metric::{ACCURACIES, ALL, SERVERS, utilisations};
use super::warm_up::Answers;
use crate::problem::Problem;
use crate::sim::{ImageAccount, RunResult, Sample, World};
use crate::stats::{Interval, Jackknife, Ratio, Sketch, clopper_pearson, percentiles, redraw};
use std::collections::BTreeSet;

/// What is kept of one replication.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its counts: [`COUNTS`].
    pub counts: [u64; COUNTS.len()],
    /// Its quantities: those of [`ALL`], then utilisations.
    pub ratios: Vec<Ratio>,
}

/// Names of the counts.
pub const COUNTS: [&str; 10] =
    ["born", "answered", "dropped", "failed", "in_flight", "late", "right", "on_time", "right_on_time", "events"];

/// What is counted for each image: born, answered, right, right and in time.
type Image = [u32; 4];

/// One policy at one point.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// Its replications, in order.
    pub runs: Vec<Run>,
    /// Latencies of all of them.
    pub latency: Sketch,
    /// Names and units of its quantities, in the order of [`Run::ratios`].
    pub names: Vec<(String, &'static str)>,
    /// Its quantities over all replications, in the same order.
    pub quantities: Vec<Jackknife>,
    /// Samples over time, by replication.
    pub samples: Vec<Vec<Sample>>,
    /// Times to the answer over time, of all replications, where they are steady.
    pub answers: Answers,
    /// What a reader must know of it.
    pub flags: BTreeSet<&'static str>,
    images: Vec<Image>,
    /// Its accuracies on images drawn again.
    redrawn: [Vec<f64>; ACCURACIES],
}

impl Cell {
    /// Takes the next replication.
    ///
    /// # Errors
    /// The replication lost or invented requests.
    pub fn add(&mut self, world: &World, run: &RunResult) -> Result<(), Problem> {
        conserved(run)?;
        self.latency.merge(&run.latency);
        add_images(&mut self.images, &run.per_image);
        let utilisations = utilisations(world, run);
        let plain = utilisations.iter().map(|(_, value)| Ratio::plain(*value));
        let ratios = ALL.iter().map(|metric| metric.of(world, run)).chain(plain).collect();
        self.runs.push(Run { counts: counts(run), ratios });
        let own = ALL.iter().map(|metric| (metric.name.to_owned(), metric.unit));
        let unit = |name: &str| if name.starts_with(SERVERS) { "servers" } else { "1" };
        self.names = own.chain(utilisations.into_iter().map(|(name, _)| (name.clone(), unit(&name)))).collect();
        Ok(())
    }

    /// Works out what needs all replications. Equal `seed` and `point` draw equal images.
    pub fn finish(&mut self, seed: u64, point: u64) {
        let quantity = |k: usize| Jackknife::of(&self.runs.iter().map(|run| run.ratios[k]).collect::<Vec<_>>());
        self.quantities = (0..self.names.len()).map(quantity).collect();
        self.images.retain(|[born, ..]| *born > 0);
        let draws = redraw(&self.images, seed, point);
        self.redrawn = std::array::from_fn(|k| draws.iter().map(|sums| accuracy(k, sums)).collect());
        self.images = Vec::new();
    }

    /// The `k`-th quantity; a proportion that none or all have gets the binomial interval.
    pub fn interval(&self, k: usize) -> Interval {
        let interval = self.quantities[k].interval(CONFIDENCE);
        let have: f64 = self.runs.iter().map(|run| run.ratios[k].over).sum();
        let of: f64 = self.runs.iter().map(|run| run.ratios[k].under).sum();
        if ALL.get(k).is_some_and(|metric| metric.proportion) && of > 0.0 && (have == 0.0 || have == of) {
            let (low, high) = clopper_pearson(have as u64, of as u64, CONFIDENCE);
            return Interval { low, high, ..interval };
        }
        interval
    }

    /// The `k`-th quantity's interval over images, if it is an accuracy.
    pub fn over_images(&self, k: usize) -> Option<(f64, f64)> {
        percentiles(self.redrawn.get(k)?.clone(), CONFIDENCE)
    }

    /// The same of its difference to another policy's at this point: both were asked about the same images.
    pub fn difference_over_images(&self, other: &Self, k: usize) -> Option<(f64, f64)> {
        let pairs = self.redrawn.get(k)?.iter().zip(other.redrawn.get(k)?);
        percentiles(pairs.map(|(a, b)| a - b).collect(), CONFIDENCE)
    }
}

/// The `k`-th metric of [`ALL`] from sums over images.
fn accuracy(k: usize, [born, answered, right, right_on_time]: &[u64; 4]) -> f64 {
    match k {
        0 => Ratio::counts(*right, *answered),
        1 => Ratio::counts(*right, *born),
        _ => Ratio::counts(*right_on_time, *born),
    }
    .value()
}

fn add_images(sum: &mut Vec<Image>, run: &[ImageAccount]) {
    if sum.len() < run.len() {
        sum.resize(run.len(), Image::default());
    }
    for (own, i) in sum.iter_mut().zip(run) {
        own.iter_mut().zip([i.born, i.answered, i.right, i.right_on_time]).for_each(|(own, more)| *own += more);
    }
}

fn counts(r: &RunResult) -> [u64; COUNTS.len()] {
    [r.born, r.answered, r.dropped, r.failed, r.in_flight, r.late, r.right, r.on_time, r.right_on_time, r.events]
}

/// Born = answered + dropped + failed + in flight, and the same image by image.
fn conserved(r: &RunResult) -> Result<(), Problem> {
    let ended = r.answered + r.dropped + r.failed + r.in_flight;
    let by_image = r.per_image.iter().fold((0, 0), |(b, a), i| (b + u64::from(i.born), a + u64::from(i.answered)));
    if r.born != ended {
        return Err(lost(format!("{} born, {ended} ended", r.born)));
    }
    if by_image != (r.born, r.answered) {
        return Err(lost(format!("{by_image:?} born and answered by image, {:?} in all", (r.born, r.answered))));
    }
    Ok(())
}

fn lost(received: String) -> Problem {
    let remedy = "this is a mistake in the simulator: report it";
    Problem::new("a run lost or invented requests").received(received).remedy(remedy)
}
