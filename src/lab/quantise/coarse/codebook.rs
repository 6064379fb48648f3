//! Weights that share few values, found by k-means (Han, Mao, Dally 2016, arXiv 1510.00149, section 3).
//!
//! Weights that are exactly 0, as pruning leaves them, keep a value of their own.

use super::{CoarseNetwork, CoarseWeights};
use crate::lab::network::Folded;
use crate::random::{Purpose, Stream, sample::unit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A table of shared weights for each layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Codebook {
    /// Values in a table, from 2 to 256. With 2, 4, 16 a code takes 1, 2, 4 bits, else a byte before entropy coding.
    pub values: usize,
}

/// Starts of which the best is kept.
const STARTS: u64 = 4;
/// Rounds at most.
const ROUNDS: usize = 100;

impl Codebook {
    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        if (2..=256).contains(&self.values) { Vec::new() } else { vec![("values", "must be from 2 to 256".into())] }
    }

    /// Bits that a code takes: a divisor of 8.
    pub fn bits(&self) -> u32 {
        [1, 2, 4].into_iter().find(|bits| self.values <= 1 << bits).unwrap_or(8)
    }

    /// Codes a network's weights; `seed` chooses the starts.
    pub fn apply(&self, folded: &Folded, seed: u64) -> CoarseNetwork {
        let stream = Stream::new(seed, 0, Purpose::Clusters);
        CoarseNetwork::coded(folded, self.bits(), |layer, weight, _| {
            let table = table(weight, self.values, |start, k| unit(stream.draw(layer as u64 * STARTS + start, k)[0]));
            let code = weight.iter().map(|w| nearest(&table, *w) as u8).collect();
            CoarseWeights::Shared { code, table }
        })
    }
}

/// At most so many values, rising; 0 is one of them if a weight is exactly 0.
fn table(weights: &[f32], values: usize, draw: impl Fn(u64, u64) -> f64) -> Vec<f32> {
    let mut sorted: Vec<f32> = weights.iter().copied().filter(|w| *w != 0.0).collect();
    sorted.sort_by(f32::total_cmp);
    let zero = sorted.len() < weights.len();
    let own = values - usize::from(zero);
    let sums = Sums::new(&sorted);
    let distinct = sorted.iter().zip(sorted.iter().skip(1)).filter(|(a, b)| a != b).count() + 1;
    let mut table = match sorted.is_empty() {
        true => Vec::new(),
        false if distinct <= own => sorted.clone(),
        false => {
            let found = (0..STARTS).map(|start| lloyd(&sums, seeds(&sums, own, |k| draw(start, k))));
            let scored = found.map(|centres| (sums.error(&centres), centres));
            scored.reduce(|best, next| if next.0 < best.0 { next } else { best }).map(|b| b.1).unwrap_or_default()
        }
    };
    table.extend(zero.then_some(0.0));
    table.sort_by(f32::total_cmp);
    table.dedup();
    table
}

/// The position of the value nearest to `w`, the lower of two; only 0 itself takes the value 0.
fn nearest(table: &[f32], w: f32) -> usize {
    let right = table.partition_point(|c| *c < w).min(table.len() - 1);
    let fits = |i: &usize| w == 0.0 || table[*i] != 0.0 || table.len() == 1;
    let near = (right.saturating_sub(2)..(right + 3).min(table.len())).filter(fits);
    let scored = near.map(|i| ((table[i] - w).abs(), i));
    scored.reduce(|best, next| if next.0 < best.0 { next } else { best }).map_or(right, |(_, i)| i)
}

/// Sorted weights with sums of all before each, so that a cluster's mean and error take no loop.
struct Sums<'a> {
    sorted: &'a [f32],
    first: Vec<f64>,
    second: Vec<f64>,
}

impl<'a> Sums<'a> {
    fn new(sorted: &'a [f32]) -> Self {
        let running = |power: i32| {
            let mut sum = 0.0;
            let add = |w: &f32| {
                sum += f64::from(*w).powi(power);
                sum
            };
            std::iter::once(0.0).chain(sorted.iter().map(add).collect::<Vec<_>>()).collect::<Vec<f64>>()
        };
        Self { sorted, first: running(1), second: running(2) }
    }

    /// Where each centre's weights begin and end.
    fn clusters(&self, centres: &[f32]) -> Vec<std::ops::Range<usize>> {
        let between = centres.windows(2).map(|c| c[0] + (c[1] - c[0]) / 2.0);
        let cuts = between.map(|middle| self.sorted.partition_point(|w| *w <= middle));
        let cuts: Vec<usize> = std::iter::once(0).chain(cuts).chain([self.sorted.len()]).collect();
        cuts.windows(2).map(|c| c[0]..c[1].max(c[0])).collect()
    }

    fn error(&self, centres: &[f32]) -> f64 {
        let one = |(range, centre): (std::ops::Range<usize>, &f32)| {
            let sum = |sums: &[f64]| sums[range.end] - sums[range.start];
            let c = f64::from(*centre);
            sum(&self.second) - 2.0 * c * sum(&self.first) + c * c * range.len() as f64
        };
        self.clusters(centres).into_iter().zip(centres).map(one).sum()
    }
}

/// First centres: each with a probability that grows with the squared distance to those before (k-means++, Arthur and
/// Vassilvitskii 2007).
fn seeds(sums: &Sums, count: usize, draw: impl Fn(u64) -> f64) -> Vec<f32> {
    let sorted = sums.sorted;
    let mut far = vec![f64::INFINITY; sorted.len()];
    let mut centres = vec![sorted[((draw(0) * sorted.len() as f64) as usize).min(sorted.len() - 1)]];
    for k in 1..count {
        let last = f64::from(centres[k - 1]);
        far.iter_mut().zip(sorted).for_each(|(d, w)| *d = d.min((f64::from(*w) - last).powi(2)));
        let mut left = draw(k as u64) * far.iter().sum::<f64>();
        let passes = |d: &f64| {
            left -= d;
            left < 0.0
        };
        centres.push(sorted[far.iter().position(passes).unwrap_or(sorted.len() - 1)]);
    }
    centres.sort_by(f32::total_cmp);
    centres
}

/// Moves each centre to the mean of the weights nearest to it, until none moves.
fn lloyd(sums: &Sums, mut centres: Vec<f32>) -> Vec<f32> {
    for _ in 0..ROUNDS {
        let mean = |(range, old): (std::ops::Range<usize>, &f32)| match range.len() {
            0 => *old,
            n => ((sums.first[range.end] - sums.first[range.start]) / n as f64) as f32,
        };
        let moved: Vec<f32> = sums.clusters(&centres).into_iter().zip(&centres).map(mean).collect();
        if moved == centres {
            break;
        }
        centres = moved;
        centres.sort_by(f32::total_cmp);
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::residual;
    use crate::lab::network::{Folded, Trainee};
    use proptest::prelude::*;

    fn found(weights: &[f32], values: usize) -> Vec<f32> {
        let stream = Stream::new(3, 0, Purpose::Clusters);
        table(weights, values, |start, k| unit(stream.draw(start, k)[0]))
    }

    #[test]
    fn clear_clusters_are_found() {
        assert_eq!(found(&[1.0, 1.25, 0.75, -4.0, -4.5, 9.0], 3), [-4.25, 1.0, 9.0]);
        assert_eq!(found(&[1.0, 1.25, 0.0, 0.75, -4.0, -4.5, 0.0], 3), [-4.25, 0.0, 1.0]);
        assert_eq!(found(&[2.0, 2.0, 1.0], 16), [1.0, 2.0]);
        assert_eq!(found(&[0.0; 4], 2), [0.0]);
    }

    #[test]
    fn only_zero_becomes_zero() {
        let table = found(&[0.0, 0.01, 0.02, 5.0, 6.0], 3);
        assert_eq!((table[nearest(&table, 0.0)], table[nearest(&table, 0.01)] != 0.0), (0.0, true));
    }

    proptest! {
        /// The least error of all ways to cut sorted weights into three, by trying each.
        #[test]
        fn is_near_the_best_there_is(mut weights in proptest::collection::vec(-3.0..3.0f32, 6..14)) {
            weights.sort_by(f32::total_cmp);
            let sums = Sums::new(&weights);
            let spread = |part: &[f32]| {
                let mean = part.iter().sum::<f32>() / part.len() as f32;
                part.iter().map(|w| f64::from(w - mean).powi(2)).sum::<f64>()
            };
            let n = weights.len();
            let cuts = (1..n - 1).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
            let best = cuts.map(|(a, b)| spread(&weights[..a]) + spread(&weights[a..b]) + spread(&weights[b..]));
            let best = best.fold(f64::INFINITY, f64::min);
            let ours = sums.error(&found(&weights, 3));
            prop_assert!(ours >= best - 1e-4 && ours <= 3.0 * best + 1e-4, "{} for {}", ours, best);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_codes() {
        let folded = Folded::of(&Trainee::new(&residual([8, 8, 1], 3, 1, 4), 1).unwrap()).unwrap();
        let book = Codebook { values: 16 };
        assert_eq!(book.apply(&folded, 5), book.apply(&folded, 5));
        assert!(book.apply(&folded, 5).layers.iter().all(|(w, _)| w.decoded().len() < 10_000));
        assert_eq!([2, 3, 16, 17].map(|values| Codebook { values }.bits()), [1, 2, 4, 8]);
        assert_eq!(Codebook { values: 1 }.complaints().len(), 1);
    }
}
