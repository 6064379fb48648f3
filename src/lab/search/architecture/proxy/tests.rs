//! Each score against numbers computed apart, by `reference.py`, beside this file.

use super::*;
use crate::lab::architecture::{Architecture, Builder, Conv, Op, residual};
use crate::lab::data;
use crate::lab::network::Role;

fn conv(channels: usize, kernel: usize, stride: usize, relu: bool) -> Op {
    Op::Conv(Conv { channels, kernel, stride, pad: kernel / 2, groups: 1, relu })
}

/// The network of `reference.py`.
fn small() -> Architecture {
    let mut b = Builder::new([4, 4, 1]);
    b.layer("a", conv(2, 3, 1, true), 0, None);
    b.layer("b", conv(3, 3, 2, true), 1, None);
    b.layer("c", conv(3, 1, 2, false), 1, None);
    b.layer("d", conv(3, 3, 1, true), 2, Some(3));
    b.answer(3)
}

fn trainee() -> Trainee {
    let trainee = Trainee::new(&small(), 1).unwrap();
    let n = trainee.plan.layout.len();
    trainee.set_flat(&(0..n).map(|i| (0.7 * i as f64 + 1.0).sin() as f32).collect::<Vec<_>>()).unwrap();
    trainee
}

fn images() -> Vec<f32> {
    (0..64).map(|i| (0.9 * f64::from(i) + 2.0).sin() as f32).collect()
}

#[test]
fn scores_are_those_computed_apart() {
    let near = |found: f64, right: f64| assert!((found / right - 1.0).abs() < 2e-4, "{found} for {right}");
    near(synflow::score(&trainee()).unwrap(), 6_132.817_067_362);
    near(gradient_norm::score(&mut trainee(), &images(), &[0, 2, 1, 2]).unwrap(), 1.019_868_508);
    near(naswot::score(&mut trainee(), &images(), 4).unwrap(), 14.365_048_304);
}

/// Groups of channels see each other's weights only where they should: all paths of a depthwise network, one by one.
#[test]
fn synflow_counts_paths() {
    let mut b = Builder::new([3, 3, 1]);
    b.layer("a", conv(2, 1, 1, true), 0, None);
    b.layer("b", Op::Conv(Conv { channels: 2, kernel: 3, stride: 2, pad: 1, groups: 2, relu: true }), 1, None);
    let trainee = Trainee::new(&b.answer(2), 3).unwrap();
    let w: Vec<f64> = trainee.flat().unwrap().iter().map(|w| f64::from(w.abs())).collect();
    let at = |layer: usize| w[trainee.plan.layout.range(layer, Role::Weight)].to_vec();
    let (a, b, c) = (at(0), at(1), at(3));
    let mut sum = 0.0;
    // From 3 x 3 pixels by stride 2 to 2 x 2: taps that fall outside lead nowhere.
    for (row, column, up, along) in (0..36).map(|i| (i / 18, i / 9 % 2, i % 9 / 3, i % 3)) {
        let inside = |at: i32, tap: i32| (0..3).contains(&(2 * at + tap - 1));
        if !inside(row, up) || !inside(column, along) {
            continue;
        }
        for channel in 0..2 {
            let kernel = b[((up * 3 + along) * 2) as usize + channel];
            sum += (0..2).map(|answer| 3.0 * a[channel] * kernel * c[channel * 2 + answer] / 4.0).sum::<f64>();
        }
    }
    let found = synflow::score(&trainee).unwrap();
    assert!((found / sum - 1.0).abs() < 1e-9, "{found} for {sum}");
}

/// Ones stay ones where they are averaged: the paths are those of the smaller image.
#[test]
fn synflow_averages() {
    let small = residual([8, 8, 1], 3, 1, 2);
    let [of_small, of_large] = [small.clone(), small.shrunk(3)].map(|a| synflow::score(&Trainee::new(&a, 5).unwrap()));
    let (small, large) = (of_small.unwrap(), of_large.unwrap());
    assert!((large / small - 1.0).abs() < 1e-12, "{large} for {small}");
}

/// Scores leave a network as it is, and tell a wider one from a narrower.
#[test]
fn wider_networks_promise_more() {
    let data = data::load("fashion-mnist-subset", None).unwrap();
    for proxy in [Proxy::Synflow, Proxy::Naswot] {
        let [narrow, wide] = [2, 8].map(|width| {
            let mut trainee = Trainee::new(&residual([28, 28, 1], 10, 1, width), 1).unwrap();
            let before = (trainee.flat().unwrap(), trainee.statistics.clone());
            let score = proxy.score(&mut trainee, &data).unwrap();
            assert_eq!((trainee.flat().unwrap(), trainee.statistics.clone()), before);
            assert_eq!(proxy.score(&mut trainee, &data).unwrap(), score);
            score
        });
        assert!(narrow.is_finite() && narrow < wide, "{proxy:?}: {narrow} {wide}");
    }
    let mut trainee = Trainee::new(&residual([28, 28, 1], 10, 1, 2), 1).unwrap();
    assert!(Proxy::GradientNorm.score(&mut trainee, &data).unwrap() > 0.0);
}

#[test]
fn votes_by_hand() {
    let scores = [vec![1.0, 5.0], vec![3.0, 5.0], vec![2.0, f64::NEG_INFINITY]];
    assert_eq!(votes(&scores), [(0.0 + 1.5) / 2.0, (2.0 + 1.5) / 2.0, (1.0 + 0.0) / 2.0]);
}
