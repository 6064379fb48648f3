//! Each against what it is by definition.

use super::*;
use crate::random::{Purpose, Rng, Stream};
use proptest::collection::vec;
use proptest::prelude::*;

fn standing(goals: &[u8], violation: u8) -> Standing {
    Standing { goals: goals.iter().map(|g| f64::from(*g)).collect(), violation: f64::from(violation) }
}

/// Fronts by taking away, again and again, all that nobody left beats.
fn peeled(all: &[Standing]) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = (0..all.len()).collect();
    let mut fronts = Vec::new();
    while !left.is_empty() {
        let free = |i: &&usize| !left.iter().any(|j| all[*j].beats(&all[**i]));
        let front: Vec<usize> = left.iter().filter(free).copied().collect();
        left.retain(|i| !front.contains(i));
        fronts.push(front);
    }
    fronts
}

/// The neighbours of a member looked for among all others, goal by goal.
fn crowded(goals: &[&[f64]], i: usize) -> f64 {
    let key = |j: usize, goal: usize| (goals[j][goal], j);
    (0..goals[i].len())
        .map(|goal| {
            let below = (0..goals.len()).filter(|&j| key(j, goal) < key(i, goal)).map(|j| key(j, goal));
            let above = (0..goals.len()).filter(|&j| key(j, goal) > key(i, goal)).map(|j| key(j, goal));
            let (low, high) = (
                below.clone().map(|k| k.0).fold(f64::MAX, f64::min),
                above.clone().map(|k| k.0).fold(f64::MIN, f64::max),
            );
            let nearest = (
                below.fold((f64::MIN, 0), |a, b| if b > a { b } else { a }),
                above.fold((f64::MAX, 0), |a, b| if b < a { b } else { a }),
            );
            if low == f64::MAX || high == f64::MIN {
                return f64::INFINITY;
            }
            let range = high.max(goals[i][goal]) - low.min(goals[i][goal]);
            if range > 0.0 { (nearest.1.0 - nearest.0.0) / range } else { 0.0 }
        })
        .sum()
}

/// Boxes between points and reference, added and taken away by inclusion and exclusion.
fn by_inclusion(points: &[Vec<f64>], reference: &[f64]) -> f64 {
    let mut sum = 0.0;
    for subset in 1u32..1 << points.len() {
        let chosen = || (0..points.len()).filter(|i| subset >> i & 1 == 1);
        let side = |goal: usize| {
            let worst = chosen().map(|i| points[i][goal]).fold(f64::MIN, f64::max);
            (reference[goal] - worst).max(0.0)
        };
        let sign = if subset.count_ones() % 2 == 1 { 1.0 } else { -1.0 };
        sum += sign * (0..reference.len()).map(side).product::<f64>();
    }
    sum
}

fn slices(points: &[Vec<f64>]) -> Vec<&[f64]> {
    points.iter().map(Vec::as_slice).collect()
}

proptest! {
    #[test]
    fn fronts_are_what_is_left_unbeaten(all in vec((vec(0u8..5, 3), 0u8..3), 0..25)) {
        let all: Vec<Standing> = all.iter().map(|(goals, v)| standing(goals, *v)).collect();
        prop_assert_eq!(fronts(&all), peeled(&all));
    }

    #[test]
    fn crowding_is_the_distance_of_neighbours(goals in vec(vec(0u8..6, 2), 1..12)) {
        let goals: Vec<Vec<f64>> = goals.iter().map(|g| g.iter().map(|v| f64::from(*v)).collect()).collect();
        let goals = slices(&goals);
        for (i, found) in crowding(&goals).iter().enumerate() {
            let right = crowded(&goals, i);
            prop_assert!(*found == right || (found - right).abs() < 1e-12, "{found} for {right}");
        }
    }

    #[test]
    fn volumes_are_those_of_boxes(points in vec(vec(0u8..12, 4), 0..8)) {
        let points: Vec<Vec<f64>> = points.iter().map(|p| p.iter().map(|v| f64::from(*v)).collect()).collect();
        for goals in 1..=4 {
            let points: Vec<Vec<f64>> = points.iter().map(|p| p[..goals].to_vec()).collect();
            let reference = &[10.0, 9.0, 10.0, 8.0][..goals];
            let (found, right) = (hypervolume(&slices(&points), reference), by_inclusion(&points, reference));
            prop_assert!((found - right).abs() < 1e-6, "{found} for {right}");
        }
    }
}

/// Of random places in the unit cube, the share that some point is better than: within five standard errors.
#[test]
fn a_volume_is_a_share_of_the_cube() {
    let mut rng = Rng::new(Stream::new(3, 0, Purpose::Search), 0, 0);
    let points: Vec<Vec<f64>> = (0..40).map(|_| (0..4).map(|_| rng.unit()).collect()).collect();
    let n = 40_000;
    let covered = (0..n).filter(|_| {
        let place: Vec<f64> = (0..4).map(|_| rng.unit()).collect();
        points.iter().any(|p| p.iter().zip(&place).all(|(p, place)| p <= place))
    });
    let (share, volume) = (covered.count() as f64 / f64::from(n), hypervolume(&slices(&points), &[1.0; 4]));
    assert!((share - volume).abs() < 5.0 * (volume * (1.0 - volume) / f64::from(n)).sqrt(), "{share} for {volume}");
}

#[test]
fn constraints_come_first() {
    let [right, better_but_wrong, less_wrong] = [standing(&[9, 9], 0), standing(&[1, 1], 2), standing(&[5, 5], 1)];
    assert!(right.beats(&better_but_wrong) && less_wrong.beats(&better_but_wrong) && !better_but_wrong.beats(&right));
    assert!(!right.beats(&right));
}
