//! Samplers against what they are by definition, and on functions whose best point is known.

use super::tpe::TestedDensity as Density;
use super::*;
use crate::lab::search::space::{Axis, Domain, Setting};
use crate::random::{Purpose, Stream};

fn rng(trial: usize) -> Rng {
    Rng::new(Stream::new(5, 0, Purpose::Search), trial as u64, 0)
}

fn space(domains: &[Domain]) -> Space {
    Space { axes: domains.iter().map(|&domain| Axis { domain, when: None }).collect() }
}

const LINE: Domain = Domain::Real { from: 0.0, to: 1.0, log: false };

fn mixed() -> Space {
    let mut space = space(&[Domain::Choice { of: 3 }, LINE, LINE]);
    space.axes[2].when = Some((0, 2));
    space
}

#[test]
fn a_grid_has_every_combination_once() {
    let grid = Method::Grid(Grid { points: 2 });
    let space = mixed();
    let all: Vec<Point> = (0..).map_while(|i| grid.ask(&space, &[], i, &mut rng(0))).collect();
    // Two choices without the last axis, one with both its ends: 2 · 2 + 2 · 2.
    assert_eq!((all.len(), grid.size(&space)), (8, Some(8)));
    assert!(all.iter().enumerate().all(|(i, p)| !all[..i].contains(p)));
}

/// A density is a mean of kernels that each integrate to one: over a fine grid so does it, and at every point it is what
/// a mean of plain products is.
#[test]
fn a_density_integrates_to_one() {
    let space = space(&[Domain::Choice { of: 3 }, LINE]);
    let told = [space.settle([0.1, 0.2]), space.settle([0.9, 0.25]), space.settle([0.9, 0.9])];
    let told: Vec<&Point> = told.iter().collect();
    let density = Density::new(&space, &told);
    let cells = 2000;
    let (mut sum, mut worst) = (0.0, 0.0f64);
    for choice in 0..3 {
        for i in 0..cells {
            let place = (i as f64 + 0.5) / f64::from(cells);
            let point = Point(vec![Some((f64::from(choice) + 0.5) / 3.0), Some(place)]);
            let value = libm::exp(density.log(&point));
            worst = worst.max((value - plain(choice, place)).abs());
            sum += value / f64::from(cells);
        }
    }
    assert!((sum - 1.0).abs() < 1e-4 && worst < 1e-9, "{sum} {worst}");
}

/// The same by hand: three points, of places 0.2, 0.25 and 0.9, whose deviation is 0.318851…, n^(−1/6) = 0.832683….
fn plain(choice: i32, place: f64) -> f64 {
    let mean = (0.2 + 0.25 + 0.9) / 3.0;
    let squares: f64 = [0.2, 0.25, 0.9].iter().map(|p: &f64| (p - mean).powi(2)).sum();
    let width = ((squares / 3.0).sqrt() * 3f64.powf(-1.0 / 6.0)).max(0.25);
    let bell = |centre: f64, x: f64| (-0.5 * ((x - centre) / width).powi(2)).exp();
    // Its area within 0 and 1, by the trapezoidal rule.
    let area = |centre: f64| {
        let n = 20_000;
        let inner: f64 = (1..n).map(|i| bell(centre, f64::from(i) / f64::from(n))).sum();
        (inner + 0.5 * (bell(centre, 0.0) + bell(centre, 1.0))) / f64::from(n)
    };
    let kernel = |own: i32, centre: f64| {
        let same = if own == choice { 4.0 / 6.0 } else { 1.0 / 6.0 };
        same * bell(centre, place) / area(centre)
    };
    (1.0 / 3.0 + kernel(0, 0.2) + kernel(2, 0.25) + kernel(2, 0.9)) / 4.0
}

/// Draws lie as densely as the density says: shares of cells within five standard errors.
#[test]
fn draws_follow_the_density() {
    let space = space(&[Domain::Choice { of: 2 }, LINE]);
    let told = [space.settle([0.9, 0.3]), space.settle([0.9, 0.4])];
    let told: Vec<&Point> = told.iter().collect();
    let density = Density::new(&space, &told);
    let n = 20_000;
    let mut counts = [[0.0f64; 5]; 2];
    for i in 0..n {
        let point = density.draw(&mut rng(i));
        let Some(Setting::Choice(choice)) = space.setting(&point, 0) else { panic!("no choice") };
        counts[choice][((point.0[1].unwrap() * 5.0) as usize).min(4)] += 1.0;
    }
    for (choice, row) in counts.iter().enumerate() {
        for (cell, count) in row.iter().enumerate() {
            let fine = 200;
            let at = |i: i32| (cell as f64 + (f64::from(i) + 0.5) / f64::from(fine)) / 5.0;
            let place = Some((choice as f64 + 0.5) / 2.0);
            let right: f64 = (0..fine).map(|i| libm::exp(density.log(&Point(vec![place, Some(at(i))])))).sum::<f64>()
                / f64::from(fine)
                / 5.0;
            let error = (right * (1.0 - right) / n as f64).sqrt();
            assert!((count / n as f64 - right).abs() < 5.0 * error, "{choice} {cell}: {count} of {n} for {right}");
        }
    }
}

/// Good only together: a narrow ridge, and a third axis that counts under one choice only.
fn value(space: &Space, point: &Point) -> f64 {
    let at = |axis: usize| point.0[axis];
    let Some(Setting::Choice(choice)) = space.setting(point, 0) else { panic!("no choice") };
    let (x, y) = (at(1).unwrap_or(0.5), at(2).unwrap_or(0.0));
    let penalty = [0.6, 0.3, 0.0][choice];
    -(penalty + (x - 0.7).abs() + if choice == 2 { (x + y - 0.9).abs() } else { 0.0 })
}

fn best(method: &Method, trials: usize, seed: u64) -> f64 {
    let space = mixed();
    let mut told: Vec<(f64, Point)> = Vec::new();
    for trial in 0..trials {
        told.sort_by(|a, b| b.0.total_cmp(&a.0));
        let points: Vec<&Point> = told.iter().map(|(_, p)| p).collect();
        let mut rng = Rng::new(Stream::new(seed, 0, Purpose::Search), trial as u64, 0);
        let Some(point) = method.ask(&space, &points, trial, &mut rng) else { break };
        told.push((value(&space, &point), point));
    }
    told.iter().map(|(v, _)| *v).fold(f64::MIN, f64::max)
}

#[test]
fn tpe_comes_nearer_than_random_search() {
    let mean = |method: &Method| (0..20).map(|seed| best(method, 60, seed)).sum::<f64>() / 20.0;
    let (tpe, random) = (mean(&Method::Tpe(Tpe::default())), mean(&Method::Random(Random {})));
    assert!(tpe > -0.05 && tpe > 0.6 * random, "{tpe} against {random}");
}

#[test]
fn draws_are_functions_of_their_trial() {
    let space = mixed();
    for method in [Method::Random(Random {}), Method::Tpe(Tpe::default())] {
        let told: Vec<Point> = (0..12).map(|i| space.anywhere(&mut rng(i))).collect();
        let told: Vec<&Point> = told.iter().collect();
        let ask = |trial| method.ask(&space, &told, trial, &mut rng(trial)).unwrap();
        assert_eq!(ask(3), ask(3));
        assert_ne!(ask(3), ask(4));
    }
    assert!(!Tpe { good: 1.0, ..Tpe::default() }.complaints().is_empty());
    assert!(Method::Grid(Grid { points: 0 }).complaints().len() == 1);
}
