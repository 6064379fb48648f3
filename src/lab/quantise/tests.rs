//! Methods on a network that was trained on the embedded images, and the whole chain down to the coded file.

use super::*;
use crate::lab::architecture::separable;
use crate::lab::code;
use crate::lab::data::{self, Dataset};
use crate::lab::network::{Aware, Trainee};
use crate::lab::train::{best, cross_entropy};
use candle_core::{Device, Tensor};
use std::sync::LazyLock;

static DATA: LazyLock<Dataset> = LazyLock::new(|| data::load("fashion-mnist-subset", None).unwrap());

/// A nano network, trained by plain steps.
fn trained(aware: Option<Aware>, steps: usize) -> Trainee {
    let mut trainee = Trainee::new(&separable([28, 28, 1], 10, 8, &[[16, 2], [24, 2]]), 1).unwrap();
    trainee.aware(aware);
    let batch = 64;
    for step in 0..steps {
        let positions: Vec<usize> = (0..batch).map(|i| (step * batch + i) * 17 % DATA.train.len()).collect();
        let images = DATA.train.select(&positions);
        let targets = images.label.iter().flat_map(|&l| (0..10).map(move |k| f32::from(u8::from(k == l))));
        let targets = Tensor::from_vec(targets.collect::<Vec<_>>(), (batch, 10), &Device::Cpu).unwrap();
        let input = images.scaled(&DATA.scaling);
        let logits = trainee.forward(batch, |x| x.copy_from_slice(&input)).unwrap();
        let gradients = cross_entropy(&logits, &targets).unwrap().backward().unwrap();
        let gradient: Vec<f32> = gradients.get(trainee.parameters.as_tensor()).unwrap().to_vec1().unwrap();
        let moved: Vec<f32> = trainee.flat().unwrap().iter().zip(gradient).map(|(w, g)| w - 0.3 * g).collect();
        trainee.set_flat(&moved).unwrap();
    }
    trainee
}

static FOLDED: LazyLock<Folded> = LazyLock::new(|| Folded::of(&trained(None, DATA.train.len() / 8)).unwrap());

fn accuracy(logits: &[f32]) -> f64 {
    let right =
        logits.chunks(10).zip(&DATA.test.label).filter(|(row, label)| best(row) == usize::from(**label)).count();
    right as f64 / DATA.test.len() as f64
}

fn input() -> Vec<f32> {
    DATA.test.scaled(&DATA.scaling)
}

fn floats() -> f64 {
    accuracy(&Executor::new(FOLDED.clone()).unwrap().logits(&input()))
}

fn all() -> Vec<Quantise> {
    let percentile = Calibration::Percentile(Percentile { share: 0.9999 });
    let int8 =
        [Calibration::MinMax, percentile, Calibration::Mse].map(|calibration| Int8 { calibration, ..Int8::default() });
    let coarse = [8, 4].map(|bits| Quantise::WeightOnly(WeightOnly { bits, cut: true }));
    let books = [Quantise::Codebook(Codebook { values: 64 })];
    int8.map(Quantise::Int8).into_iter().chain(coarse).chain(books).collect()
}

/// Every method keeps most of the accuracy, from a file that is shorter than the float one; and its coded form, which
/// is shorter still, gives the very same file.
#[test]
fn every_method_from_weights_to_a_coded_file_and_back() {
    let right = floats();
    assert!(right > 0.6, "{right}");
    let params: usize = FOLDED.layers.iter().flatten().map(Vec::len).sum();
    for method in all() {
        assert!(method.complaints().is_empty());
        let made = method.apply(&FOLDED, &DATA, 1).unwrap();
        let file = made.quantised.encode().unwrap();
        let coded = code::pack(&file).unwrap();
        let unpacked = code::unpack(&coded).unwrap();
        assert_eq!(unpacked, file);
        let read = Quantised::decode(&unpacked).unwrap();
        let logits = read.logits(&input());
        assert_eq!(logits, made.quantised.logits(&input()));
        let kept = accuracy(&logits);
        assert!(kept > right - 0.04, "{method:?}: {kept} of {right}");
        // A table of floats for each of a few hundred weights saves little.
        let small = matches!(method, Quantise::Codebook(_)) || coded.len() < 4 * params;
        assert!(small && coded.len() < file.len(), "{method:?}: {} {}", coded.len(), file.len());
    }
}

#[test]
fn an_update_gives_the_new_file_to_whoever_has_the_old() {
    let made = |seed| Quantise::Codebook(Codebook { values: 16 }).apply(&FOLDED, &DATA, seed).unwrap();
    let [old, new] = [1, 2].map(|seed| made(seed).quantised.encode().unwrap());
    assert_eq!(code::updated(&old, &code::update(&old, &new).unwrap()).unwrap(), new);
    let same = code::update(&old, &old).unwrap();
    assert!(same.len() < 200, "{} bytes to change nothing", same.len());
}

/// One channel behind the first layer times 2,000 and the weights that read it over 2,000: the same network in floats, but
/// one byte a tensor leaves nothing of the other channels.
fn stretched() -> Folded {
    let mut folded = FOLDED.clone();
    let channels = folded.layers[0][1].len();
    let scale = |values: &mut Vec<f32>, by: f32| values.iter_mut().step_by(channels).for_each(|w| *w *= by);
    folded.layers[0].iter_mut().for_each(|values| scale(values, 2000.0));
    scale(&mut folded.layers[1][0], 1.0 / 2000.0);
    folded
}

#[test]
fn layers_that_hurt_stay_in_floats() {
    let folded = stretched();
    let whole = Quantise::Int8(Int8::default()).apply(&folded, &DATA, 1).unwrap();
    assert!(accuracy(&whole.quantised.logits(&input())) < floats() - 0.1);
    assert!(whole.sensitivity.is_empty() && whole.floats.is_empty());
    let tolerant = Quantise::Int8(Int8 { tolerance: Some(0.01), ..Int8::default() });
    let made = tolerant.apply(&folded, &DATA, 1).unwrap();
    assert_eq!(made.floats, ["stem", "block1.depthwise"]);
    assert_eq!(made.quantised.precision(), "int8+f32");
    assert!(accuracy(&made.quantised.logits(&input())) > floats() - 0.03);
    let names: Vec<&str> = made.sensitivity.iter().map(|s| s.layer.as_str()).collect();
    assert_eq!(names, FOLDED.architecture.layers.iter().map(|l| l.name.as_str()).collect::<Vec<_>>());
    let worst = made.sensitivity.iter().max_by(|a, b| a.error.total_cmp(&b.error)).unwrap();
    assert!(worst.drop > 0.05 && made.floats.contains(&worst.layer), "{worst:?}");
    let read = Quantised::decode(&made.quantised.encode().unwrap()).unwrap();
    assert_eq!(read.logits(&input()), made.quantised.logits(&input()));
}

#[test]
fn sensitivity_is_told_when_it_is_asked_for() {
    let asked = Quantise::Int8(Int8 { sensitivity: true, ..Int8::default() });
    let made = asked.apply(&FOLDED, &DATA, 1).unwrap();
    assert_eq!((made.sensitivity.len(), made.floats.len()), (FOLDED.layers.len(), 0));
    assert!(made.sensitivity.iter().all(|s| s.error < 0.05 && s.drop.abs() < 0.05));
}

#[test]
fn settings_that_make_no_sense_are_told() {
    let percentile = Calibration::Percentile(Percentile { share: 0.2 });
    let wrong = Quantise::Int8(Int8 { calibration: percentile, images: 0, tolerance: Some(-1.0), sensitivity: false });
    let keys: Vec<&str> = wrong.complaints().iter().map(|c| c.0).collect();
    assert_eq!(keys, ["images", "tolerance", "share"]);
}

/// Rounding folded weights gives what folding rounded weights gives, so what is shipped is what training saw.
#[test]
fn training_as_if_quantised_sees_what_is_shipped() {
    let aware = Aware { weight_bits: 4, activations: true };
    let mut trainee = trained(Some(aware), 20);
    let shipped = WeightOnly { bits: 4, cut: false }.apply(&Folded::of(&trainee).unwrap()).folded();
    let seen = aware.parameters(&trainee.plan, &trainee.flat().unwrap());
    trainee.set_flat(&seen).unwrap();
    trainee.aware(None);
    let seen = Folded::of(&trainee).unwrap();
    let both = shipped.layers.iter().flatten().flatten().zip(seen.layers.iter().flatten().flatten());
    assert!(both.clone().count() > 1000);
    both.for_each(|(a, b)| assert!((a - b).abs() <= 1e-5 * (1e-3 + b.abs()), "{a} for {b}"));
}
