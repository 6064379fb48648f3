//! Subclasses that a network invented beside known classes: they have no names, so the best ones are given.

use serde::Serialize;

/// How well invented subclasses agree with classes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matched {
    /// Share of images whose subclass is the one given to their class, each given once, so that the share is largest.
    pub accuracy: f64,
    /// Normalised mutual information: over the mean of both entropies; 0 where both are constant.
    pub nmi: f64,
    /// The class given to each subclass; none is left for more subclasses than classes.
    pub class: Vec<Option<usize>>,
}

/// Compares the subclass of each image with its class.
pub fn matched(subclass: &[usize], class: &[usize], subclasses: usize, classes: usize) -> Matched {
    let mut table = vec![vec![0.0f64; classes]; subclasses];
    subclass.iter().zip(class).for_each(|(&s, &c)| table[s][c] += 1.0);
    let size = subclasses.max(classes);
    let cost =
        (0..size).map(|s| (0..size).map(|c| if s < subclasses && c < classes { -table[s][c] } else { 0.0 }).collect());
    let given = assignment(&cost.collect::<Vec<Vec<f64>>>());
    let n = (subclass.len().max(1)) as f64;
    let right: f64 = (0..subclasses).filter(|&s| given[s] < classes).map(|s| table[s][given[s]]).sum();
    let class = given[..subclasses].iter().map(|&c| (c < classes).then_some(c)).collect();
    Matched { accuracy: right / n, nmi: nmi(&table, n), class }
}

fn nmi(table: &[Vec<f64>], n: f64) -> f64 {
    let rows: Vec<f64> = table.iter().map(|r| r.iter().sum::<f64>() / n).collect();
    let columns: Vec<f64> =
        (0..table.first().map_or(0, Vec::len)).map(|c| table.iter().map(|r| r[c]).sum::<f64>() / n).collect();
    let entropy = |p: &[f64]| -p.iter().filter(|p| **p > 0.0).map(|p| p * libm::log(*p)).sum::<f64>();
    let mut information = 0.0;
    for (row, p) in table.iter().zip(&rows) {
        for (count, q) in row.iter().zip(&columns).filter(|(count, _)| **count > 0.0) {
            information += count / n * libm::log(count / n / (p * q));
        }
    }
    let mean = f64::midpoint(entropy(&rows), entropy(&columns));
    if mean > 0.0 { information / mean } else { 0.0 }
}

/// The column given to each row of a square matrix, so that the sum is least (Kuhn 1955, by shortest augmenting paths with
/// potentials; O(n³)).
pub fn assignment(cost: &[Vec<f64>]) -> Vec<usize> {
    let n = cost.len();
    // Row and column 0 are outside; `row_of[c]` is the row that has column c.
    let (mut row_rent, mut column_rent, mut row_of) = (vec![0.0; n + 1], vec![0.0; n + 1], vec![0; n + 1]);
    for row in 1..=n {
        row_of[0] = row;
        let (mut at, mut least, mut before, mut done) =
            (0, vec![f64::INFINITY; n + 1], vec![0; n + 1], vec![false; n + 1]);
        while row_of[at] != 0 {
            done[at] = true;
            let (mut step, mut next) = (f64::INFINITY, 0);
            for column in (1..=n).filter(|&c| !done[c]) {
                let reduced = cost[row_of[at] - 1][column - 1] - row_rent[row_of[at]] - column_rent[column];
                if reduced < least[column] {
                    (least[column], before[column]) = (reduced, at);
                }
                if least[column] < step {
                    (step, next) = (least[column], column);
                }
            }
            for column in 0..=n {
                if done[column] {
                    row_rent[row_of[column]] += step;
                    column_rent[column] -= step;
                } else {
                    least[column] -= step;
                }
            }
            at = next;
        }
        while at != 0 {
            row_of[at] = row_of[before[at]];
            at = before[at];
        }
    }
    let mut given = vec![0; n];
    (1..=n).for_each(|column| given[row_of[column] - 1] = column - 1);
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The least sum over all permutations.
    fn brute(cost: &[Vec<f64>], row: usize, used: &mut Vec<bool>) -> f64 {
        if row == cost.len() {
            return 0.0;
        }
        let mut least = f64::INFINITY;
        for column in 0..cost.len() {
            if !used[column] {
                used[column] = true;
                least = least.min(cost[row][column] + brute(cost, row + 1, used));
                used[column] = false;
            }
        }
        least
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, rng_seed: proptest::test_runner::RngSeed::Fixed(4), ..Default::default() })]

        #[test]
        fn no_other_assignment_costs_less(n in 1..7usize, noise in proptest::collection::vec(-9..9i32, 49)) {
            let cost: Vec<Vec<f64>> = (0..n).map(|r| (0..n).map(|c| f64::from(noise[r * 7 + c])).collect()).collect();
            let given = assignment(&cost);
            let mut all = given.clone();
            all.sort_unstable();
            prop_assert!(all.into_iter().eq(0..n));
            let sum: f64 = given.iter().enumerate().map(|(r, &c)| cost[r][c]).sum();
            prop_assert!((sum - brute(&cost, 0, &mut vec![false; n])).abs() < 1e-9);
        }
    }

    #[test]
    fn agrees_with_numbers_computed_apart() {
        let subclass: Vec<usize> = (0..40).map(|i| (i * i + i / 3) % 5).collect();
        let class: Vec<usize> = (0..40).map(|i| (i * i) % 3).collect();
        let found = matched(&subclass, &class, 5, 3);
        // By `reference.py`, beside this file.
        assert!((found.accuracy - 0.450_000_000).abs() < 1e-9 && (found.nmi - 0.227_374_716).abs() < 1e-8, "{found:?}");
        assert_eq!(found.class.iter().flatten().count(), 3);
    }

    #[test]
    fn names_do_not_matter() {
        let class = [0, 1, 2, 0, 1, 2, 1];
        let renamed: Vec<usize> = class.iter().map(|c| (c + 1) % 3).collect();
        let found = matched(&renamed, &class, 3, 3);
        assert!(found.accuracy == 1.0 && (found.nmi - 1.0).abs() < 1e-12);
        assert_eq!(found.class, [Some(2), Some(0), Some(1)]);
        assert_eq!(matched(&[0; 4], &[0; 4], 1, 1).nmi, 0.0);
    }
}
