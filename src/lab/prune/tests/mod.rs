//! Pruning against its definitions: closures walked naively, silenced twins, counts by hand, differences of losses.

mod importance;

use super::*;
use crate::lab::architecture::{Builder, Conv, Op, counts, residual, separable};
use crate::lab::data::{self, Dataset};
use crate::lab::network::{Executor, Folded, Kind, Role, Weights};
use crate::lab::train::{CrossEntropy, Job, Progress, Train, log_softmax, train};
use crate::random::{Purpose, Rng, Stream, sample::unit};
use candle_core::{Device, Tensor};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn rng(seed: u64) -> Rng {
    Rng::new(Stream::new(seed, 0, Purpose::Image), 0, 0)
}

fn conv(channels: usize, kernel: usize, stride: usize, groups: usize, relu: bool) -> Op {
    Op::Conv(Conv { channels, kernel, stride, pad: kernel / 2, groups, relu })
}

/// A few blocks of every kind in any order: plain, depthwise, grouped, residual, inverted residual.
fn random(seed: u64) -> Architecture {
    let mut rng = rng(seed);
    let mut b = Builder::new([7, 6, 1 + rng.index(3)]);
    let mut width = 4 + 2 * rng.index(3);
    b.layer("stem", conv(width, 3, 1, 1, true), 0, None);
    for block in 0..2 + rng.index(3) {
        let (input, name) = (b.last(), |part: &str| format!("block{block}.{part}"));
        match rng.index(5) {
            0 => {
                width = 3 + rng.index(5);
                b.layer(name("plain"), conv(width, 3, 1 + rng.index(2), 1, true), input, None);
                width += width % 2;
                b.layer(name("even"), conv(width, 1, 1, 1, true), b.last(), None);
            }
            1 => {
                b.layer(name("depthwise"), conv(width, 3, 1, width, true), input, None);
            }
            2 => {
                b.layer(name("grouped"), conv(2 * width, 3, 1, 2, true), input, None);
                width *= 2;
            }
            3 => {
                let first = b.layer(name("one"), conv(5, 3, 1, 1, true), input, None);
                b.layer(name("two"), conv(width, 3, 1, 1, true), first, Some(input));
            }
            _ => {
                let wide = b.layer(name("expand"), conv(2 * width, 1, 1, 1, true), input, None);
                let deep = b.layer(name("deep"), conv(2 * width, 3, 1, 2 * width, true), wide, None);
                b.layer(name("project"), conv(width, 1, 1, 1, false), deep, Some(input));
            }
        }
    }
    b.answer(3)
}

/// Parameters and statistics away from where they start.
fn shaken(architecture: &Architecture, seed: u64) -> Trainee {
    let mut trainee = Trainee::new(architecture, seed).unwrap();
    let stream = Stream::new(seed, 1, Purpose::Image);
    let shake = |(i, v): (usize, f32)| v + 0.4 * (unit(stream.draw(i as u64, 0)[0]) as f32 - 0.5);
    let flat: Vec<f32> = trainee.flat().unwrap().into_iter().enumerate().map(shake).collect();
    trainee.set_flat(&flat).unwrap();
    trainee.statistics = trainee.statistics.iter().copied().enumerate().map(shake).collect();
    trainee
}

fn noise(n: usize) -> Vec<f32> {
    let mut rng = rng(99);
    (0..n).map(|_| rng.unit() as f32 - 0.5).collect()
}

fn answers(trainee: &Trainee, n: usize) -> Vec<f32> {
    let x = noise(n * trainee.plan.size(0));
    Executor::new(Folded::of(trainee).unwrap()).unwrap().logits(&x)
}

/// What goes with a channel, by asking every layer again and again; `None` if something that must stay goes.
fn closure(a: &Architecture, start: (usize, usize)) -> Option<BTreeSet<(usize, usize)>> {
    let shapes = a.shapes().unwrap();
    let mut gone = BTreeSet::from([start]);
    loop {
        let before = gone.len();
        for (i, layer) in a.layers.iter().enumerate() {
            let (from, to, [read, written]) = (layer.from, i + 1, [layer.from, i + 1].map(|t| shapes[t][2]));
            let same = |other: usize| (0..written).map(move |c| ((other, c), (to, c)));
            let mut pairs: Vec<_> = layer.add.map(|t| same(t).collect()).unwrap_or_default();
            match &layer.op {
                Op::Conv(c) if c.groups > 1 => pairs.extend((0..read).flat_map(|i| {
                    let group = move |channel: usize, all: usize| channel / (all / c.groups);
                    let together = (0..written).filter(move |&o| group(i, read) == group(o, written));
                    together.map(move |o| ((from, i), (to, o)))
                })),
                Op::GlobalAveragePool | Op::AveragePool { .. } => pairs.extend(same(from)),
                _ => {}
            }
            for (x, y) in pairs {
                if gone.contains(&x) || gone.contains(&y) {
                    gone.extend([x, y]);
                }
            }
        }
        if gone.len() == before {
            break;
        }
    }
    let stays = |t: usize| t == 0 || matches!(a.layers[t - 1].op, Op::Linear { .. } | Op::GroupLogits { .. });
    (!gone.iter().any(|&(t, _)| stays(t))).then_some(gone)
}

/// Multiply-accumulates and parameters of what is left, by walking all weights of the whole network.
fn left(a: &Architecture, gone: &BTreeSet<(usize, usize)>) -> (u64, u64) {
    let shapes = a.shapes().unwrap();
    let (mut macs, mut parameters) = (0, 0);
    for (i, layer) in a.layers.iter().enumerate() {
        let ([_, _, read], [h, w, written]) = (shapes[layer.from], shapes[i + 1]);
        let (kernel, groups, own) = match &layer.op {
            Op::Conv(c) => (c.kernel * c.kernel, c.groups, 2),
            Op::GlobalAveragePool | Op::AveragePool { .. } | Op::GroupLogits { .. } => continue,
            Op::Linear { .. } => (1, 1, 1),
        };
        for output in (0..written).filter(|&o| !gone.contains(&(i + 1, o))) {
            let group = output / (written / groups);
            let inputs =
                (group * read / groups..(group + 1) * read / groups).filter(|&c| !gone.contains(&(layer.from, c)));
            let weights = (kernel * inputs.count()) as u64;
            macs += weights * (h * w) as u64;
            parameters += weights + own;
        }
    }
    (macs, parameters)
}

/// Some units, never all of a group.
fn some(groups: &[Group], seed: u64) -> Vec<&Unit> {
    let mut rng = rng(seed);
    groups.iter().flat_map(|g| g.units.iter().skip(1)).filter(|_| rng.chance(0.4)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..Default::default() })]

    #[test]
    fn groups_are_the_closures_of_their_channels(seed in 0..10_000u64) {
        let a = random(seed);
        let units: BTreeSet<Vec<(usize, usize)>> =
            groups(&a).unwrap().into_iter().flat_map(|g| g.units).map(|u| u.channels).collect();
        let shapes = a.shapes().unwrap();
        let all = (0..shapes.len()).flat_map(|t| (0..shapes[t][2]).map(move |c| (t, c)));
        let right: BTreeSet<Vec<_>> = all.filter_map(|c| closure(&a, c)).map(|c| c.into_iter().collect()).collect();
        prop_assert_eq!(units, right);
    }

    #[test]
    fn what_is_left_answers_as_if_the_channels_were_silent(seed in 0..10_000u64) {
        let trainee = shaken(&random(seed), seed);
        let groups = groups(&trainee.plan.architecture).unwrap();
        let gone = some(&groups, seed);
        let smaller = channels::removed(&trainee, &gone).unwrap();
        prop_assert_eq!(answers(&smaller, 5), answers(&channels::silenced(&trainee, &gone), 5));
        let gone: BTreeSet<_> = gone.iter().flat_map(|u| u.channels.iter().copied()).collect();
        let counts = counts(&smaller.plan.architecture).unwrap();
        let sums = counts.iter().fold((0, 0), |(m, p), c| (m + c.macs, p + c.parameters));
        prop_assert_eq!(sums, left(&trainee.plan.architecture, &gone));
        prop_assert_eq!(sums.1, smaller.flat().unwrap().len() as u64);
    }
}

#[test]
fn a_residual_stage_is_one_group_and_a_depthwise_pair_another() {
    let tensors =
        |a: &Architecture| groups(a).unwrap().into_iter().map(|g| (g.tensors, g.units.len())).collect::<Vec<_>>();
    // stem, (1, 2), (3 4 5), (6 7 8), pool, classifier: the layers of ResNet-8, tensors one higher.
    let right = [(vec![1, 3], 4), (vec![2], 4), (vec![4], 8), (vec![5, 6], 8), (vec![7], 16), (vec![8, 9, 10], 16)];
    assert_eq!(tensors(&residual([8, 8, 1], 3, 1, 4)), right);
    assert_eq!(tensors(&separable([8, 8, 1], 3, 4, &[[6, 1]])), [(vec![1, 2], 4), (vec![3, 4], 6)]);
}

fn few() -> Dataset {
    let mut data = data::load("fashion-mnist-subset", None).unwrap();
    data.train = data.train.select(&(0..200).collect::<Vec<_>>());
    data.validation = data.validation.select(&(0..50).collect::<Vec<_>>());
    data
}

fn small() -> Architecture {
    residual([28, 28, 1], 10, 1, 8)
}

fn pruned(prune: &Prune, trainee: &mut Trainee, original: &Architecture, number: u32) -> Pruned {
    prune.round(trainee, &Round { number, original, data: &few(), seed: 3 }).unwrap()
}

fn zeros(trainee: &Trainee, only: Option<usize>) -> [usize; 2] {
    let flat = trainee.flat().unwrap();
    let weights = trainee.plan.layout.parameters.iter().filter(|p| p.role == Role::Weight);
    let these = weights.filter(|p| only.is_none_or(|layer| p.layer == layer));
    these.fold([0, 0], |[z, n], p| {
        let values = &flat[p.range.clone()];
        [z + values.iter().filter(|v| **v == 0.0).count(), n + values.len()]
    })
}

#[test]
fn sparsity_is_exactly_what_was_asked_in_every_round() {
    for (scope, by) in
        [(Scope::Global, Score::Magnitude), (Scope::Layer, Score::Magnitude), (Scope::Global, Score::Random)]
    {
        let prune = Prune::Weights(WeightPruning { sparsity: 0.83, by, scope, rounds: 3 });
        let mut trainee = shaken(&small(), 1);
        for number in 1..=3 {
            let mut before = trainee;
            let round = pruned(&prune, &mut before, &small(), number);
            let due = schedule::due(0.83, number, 3);
            let layers: Vec<Option<usize>> = match scope {
                Scope::Global => vec![None],
                Scope::Layer => before.plan.layout.parameters.iter().map(|p| Some(p.layer)).collect(),
            };
            for layer in layers {
                let [zero, all] = zeros(&round.trainee, layer);
                assert_eq!(zero, (due * all as f64).round() as usize, "{scope:?} {by:?} {number}");
            }
            let [zero, all] = zeros(&round.trainee, None);
            assert_eq!(
                (round.mask.unwrap().len(), round.report.sparsity()),
                (zero, 1.0 - (all - zero) as f64 / all as f64)
            );
            trainee = round.trainee;
        }
    }
}

#[test]
fn the_smallest_weights_go_and_the_others_stay() {
    let mut trainee = shaken(&small(), 2);
    let before = trainee.flat().unwrap();
    let prune = Prune::Weights(WeightPruning { sparsity: 0.5, by: Score::Magnitude, scope: Scope::Global, rounds: 1 });
    let round = pruned(&prune, &mut trainee, &small(), 1);
    let after = round.trainee.flat().unwrap();
    let changed = before.iter().zip(&after).filter(|(b, a)| a != b);
    let largest_gone = changed.clone().fold(0.0f32, |m, (b, _)| m.max(b.abs()));
    assert!(changed.clone().count() > 1000 && changed.into_iter().all(|(_, a)| *a == 0.0));
    let weights =
        trainee.plan.layout.parameters.iter().filter(|p| p.role == Role::Weight).flat_map(|p| p.range.clone());
    assert!(weights.filter(|&at| after[at] != 0.0).all(|at| after[at].abs() >= largest_gone));
    let again = pruned(&prune, &mut shaken(&small(), 2), &small(), 1);
    assert_eq!(again.trainee.flat().unwrap(), after);
    let other = Prune::Weights(WeightPruning { sparsity: 0.5, by: Score::Random, scope: Scope::Global, rounds: 1 });
    assert_ne!(pruned(&other, &mut trainee, &small(), 1).trainee.flat().unwrap(), after);
}

/// Rounds of pruning and fine-tuning as a recipe strings them together.
#[test]
fn fine_tuning_goes_on_from_what_is_left_and_keeps_its_zeros() {
    let (data, original) = (few(), small());
    let settings: Train = serde_json::from_str(r#"{"epochs": 1, "batch": 32, "rate": 0.05}"#).unwrap();
    let weights = WeightPruning { sparsity: 0.9, by: Score::Magnitude, scope: Scope::Layer, rounds: 2 };
    let channels = channels_by(Importance::NormScale, Ranking::Global, Budget::Macs, 2);
    let mut trainee = Trainee::new(&original, 1).unwrap();
    for prune in [Prune::Channels(channels), Prune::Weights(weights)] {
        let mut tune = |_: u32, round: Pruned| {
            let start = Weights::of(&round.trainee, data.scaling.clone(), Kind::Trained)?;
            let job = Job {
                architecture: &start.architecture,
                seed: 1,
                start: Some(&start),
                mask: round.mask.as_ref(),
                settings: &settings,
                objective: &CrossEntropy,
                data: &data,
                content: "test",
                checkpoint: None,
                until: None,
            };
            let tuned = train(&job, &Progress::hidden())?.trainee;
            assert_ne!(round.trainee.flat().unwrap(), tuned.flat().unwrap());
            assert!(round.mask.is_none_or(|mask| mask == Mask::of(&tuned).unwrap()));
            Ok(tuned)
        };
        let (tuned, reports) = prune.run(trainee, &data, 3, &mut tune).unwrap();
        assert_eq!(reports.iter().map(|r| r.round).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(Report::columns(&reports).rows(), 2 * reports[0].layers.len());
        trainee = tuned;
    }
    let [zero, all] = zeros(&trainee, None);
    let [_, before] = zeros(&Trainee::new(&original, 1).unwrap(), None);
    assert!((zero as f64 / all as f64 - 0.9).abs() < 0.01 && all < before, "{zero} of {all} of {before}");
}

fn channels_by(by: Importance, ranking: Ranking, of: Budget, rounds: u32) -> ChannelPruning {
    ChannelPruning { share: 0.5, of, by, ranking, floor: 0.1, rounds }
}

const EVERY: [Importance; 4] =
    [Importance::Magnitude, Importance::NormScale, Importance::Taylor(Taylor { images: 64 }), Importance::Random];

#[test]
fn shares_are_met_by_every_importance_in_every_round_and_again() {
    let units = |a: &Architecture| groups(a).unwrap().iter().map(|g| g.units.len()).collect::<Vec<_>>();
    for by in EVERY {
        for ranking in [Ranking::Uniform, Ranking::Global] {
            let prune = Prune::Channels(channels_by(by, ranking, Budget::Channels, 2));
            let mut trainee = shaken(&small(), 4);
            for number in [1, 2] {
                let round = pruned(&prune, &mut trainee, &small(), number);
                let again = pruned(&prune, &mut trainee, &small(), number);
                assert_eq!(round.trainee.flat().unwrap(), again.trainee.flat().unwrap());
                assert_eq!(round.report, again.report);
                trainee = round.trainee;
                let due = schedule::due(0.5, number, 2);
                let all: usize = units(&small()).iter().sum();
                let left = units(&trainee.plan.architecture);
                assert_eq!(all - left.iter().sum::<usize>(), (due * all as f64).round() as usize, "{by:?} {ranking:?}");
                if ranking == Ranking::Uniform {
                    let shares = left.iter().zip(units(&small())).map(|(l, a)| (a - l) as f64 - due * a as f64);
                    assert!(shares.clone().all(|off| off.abs() <= 1.0), "{:?}", shares.collect::<Vec<_>>());
                }
            }
        }
    }
}

#[test]
fn multiply_accumulates_are_saved_by_the_fewest_channels() {
    let macs = |a: &Architecture| counts(a).unwrap().iter().map(|c| c.macs).sum::<u64>() as f64;
    let prune = channels_by(Importance::NormScale, Ranking::Global, Budget::Macs, 1);
    let mut trainee = shaken(&small(), 4);
    let round = pruned(&Prune::Channels(prune), &mut trainee, &small(), 1);
    let left = macs(&round.trainee.plan.architecture);
    assert!(left <= 0.5 * macs(&small()) && left > 0.45 * macs(&small()), "{left}");
    assert_eq!(round.report.macs(), [macs(&small()) as u64, left as u64]);
}

#[test]
fn a_floor_that_stands_in_the_way_is_told() {
    let prune =
        ChannelPruning { floor: 0.9, ..channels_by(Importance::Magnitude, Ranking::Uniform, Budget::Channels, 1) };
    let (original, data) = (small(), few());
    let round = Round { number: 1, original: &original, data: &data, seed: 0 };
    let told = Prune::Channels(prune).round(&mut shaken(&small(), 1), &round).unwrap_err().to_string();
    assert!(told.contains("`floor` 0.9") && told.contains("lower `floor`"), "{told}");
}

#[test]
fn the_floor_holds_where_one_layer_matters_least() {
    let mut trainee = shaken(&small(), 4);
    let mut flat = trainee.flat().unwrap();
    let range = trainee.plan.layout.range(1, Role::Gamma);
    flat[range].fill(1e-9);
    trainee.set_flat(&flat).unwrap();
    let prune =
        ChannelPruning { floor: 0.25, ..channels_by(Importance::NormScale, Ranking::Global, Budget::Channels, 1) };
    let round = pruned(&Prune::Channels(prune), &mut trainee, &small(), 1);
    assert_eq!(round.report.layers[1].channels, [8, 2]);
}

#[test]
fn senseless_settings_are_named() {
    let keys = |prune: Prune| prune.complaints().into_iter().map(|c| c.0).collect::<Vec<_>>();
    let weights = WeightPruning { sparsity: 1.0, by: Score::Random, scope: Scope::Layer, rounds: 0 };
    assert_eq!(keys(Prune::Weights(weights)), ["sparsity", "rounds"]);
    let taylor = Importance::Taylor(Taylor { images: 1 });
    let channels =
        ChannelPruning { share: f64::NAN, floor: 1.0, ..channels_by(taylor, Ranking::Uniform, Budget::Macs, 1) };
    assert_eq!(keys(Prune::Channels(channels)), ["share", "floor", "images"]);
    let whole = channels_by(Importance::Magnitude, Ranking::Uniform, Budget::Macs, 3);
    assert_eq!((keys(Prune::Channels(whole)).len(), Prune::Channels(whole).rounds()), (0, 3));
}
