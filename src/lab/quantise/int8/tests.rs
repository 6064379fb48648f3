//! The integer network against its scalar twin, its float original, and its file.

use super::super::*;
use super::*;
use crate::lab::architecture::{Architecture, residual, separable};
use crate::lab::network::{Kind, Trainee, Weights};
use crate::random::{Purpose, Stream, sample::unit};
use proptest::prelude::*;

fn scaling() -> Scaling {
    Scaling::grey(0.5, 0.25)
}

fn noise(n: usize, seed: u64) -> Vec<f32> {
    let stream = Stream::new(seed, 0, Purpose::Image);
    (0..n).map(|i| (2.0 * unit(stream.draw(i as u64, 0)[0]) - 1.0) as f32).collect()
}

/// A network whose norms are away from 1 and 0, folded.
fn folded(architecture: &Architecture, seed: u64) -> Folded {
    let mut trainee = Trainee::new(architecture, seed).unwrap();
    let moved: Vec<f32> = trainee.flat().unwrap().iter().zip(noise(1 << 16, seed)).map(|(p, e)| p + 0.1 * e).collect();
    trainee.set_flat(&moved).unwrap();
    let size: usize = architecture.input.iter().product();
    // Until the running statistics are those of the images.
    for step in 0..30 {
        trainee.forward(16, |input| input.copy_from_slice(&noise(16 * size, step))).unwrap();
    }
    Weights::of(&trainee, scaling(), Kind::Shipped).unwrap().folded().unwrap()
}

fn network(folded: &Folded, method: Calibration, floats: &[bool]) -> Int8Network {
    let executor = Executor::new(folded.clone()).unwrap();
    let size: usize = folded.architecture.input.iter().product();
    let grids = grids(&executor, &noise(70 * size, 7), method).unwrap();
    Int8Network::new(folded, &grids, floats).unwrap()
}

fn architectures() -> impl Strategy<Value = Architecture> {
    let input = (5..10usize, 5..10usize, 1..4usize).prop_map(|(h, w, c)| [h, w, c]);
    let sizes = (input.clone(), 1..3usize, 2..9usize, 1..4usize);
    let residuals = sizes.prop_map(|(input, n, w, side)| {
        let plain = residual(input, 4, n, w);
        if side > 1 { plain.shrunk(side) } else { plain }
    });
    let block = (1..20usize, 1..3usize).prop_map(|(c, s)| [c, s]);
    let separables = (input, 1..20usize, proptest::collection::vec(block, 0..3))
        .prop_map(|(input, stem, blocks)| separable(input, 4, stem, &blocks));
    let plain = prop_oneof![residuals, separables];
    (plain, any::<bool>()).prop_map(|(a, grouped)| if grouped { a.grouped(vec![vec![0, 3], vec![1, 2]]) } else { a })
}

fn methods() -> impl Strategy<Value = Calibration> {
    let percentile = Calibration::Percentile(Percentile { share: 0.99 });
    prop_oneof![Just(Calibration::MinMax), Just(percentile), Just(Calibration::Mse)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..Default::default() })]

    #[test]
    fn the_network_is_its_scalar_twin_bit_for_bit(a in architectures(), method in methods(), seed in 0..99u64) {
        let folded = folded(&a, seed);
        let network = network(&folded, method, &vec![false; a.layers.len()]);
        let images = noise(9 * a.input.iter().product::<usize>(), seed);
        let right = reference::logits(&network, &images).unwrap();
        prop_assert_eq!(Int8Executor::new(network).unwrap().run(0, &images, &[a.layers.len()]).swap_remove(0), right);
    }

    #[test]
    fn files_give_back_what_they_hold(a in architectures(), floats in any::<u32>(), seed in 0..99u64) {
        let folded = folded(&a, seed);
        let floats: Vec<bool> = (0..a.layers.len()).map(|i| floats >> i & 1 == 1).collect();
        let network = network(&folded, Calibration::MinMax, &floats);
        let whole = Quantised::int8(scaling(), network.clone()).unwrap();
        let bytes = whole.encode().unwrap();
        prop_assert_eq!(&bytes, &whole.encode().unwrap());
        let read = Quantised::decode(&bytes).unwrap();
        prop_assert_eq!(read.integers(), Some(&network));
        prop_assert!(Quantised::is_one(&bytes) && read.scaling == scaling());
        let images = noise(5 * a.input.iter().product::<usize>(), seed);
        prop_assert_eq!(read.logits(&images), whole.logits(&images));
        prop_assert!(Quantised::decode(&bytes[..bytes.len() - 1]).is_err());
    }
}

/// Distance of logits, as a share of their spread.
fn distance(found: &[f32], right: &[f32]) -> f64 {
    let square = |sum: f64, x: f32| sum + f64::from(x).powi(2);
    let off = found.iter().zip(right).map(|(f, r)| f - r).fold(0.0, square);
    (off / right.iter().copied().fold(0.0, square)).sqrt()
}

#[test]
fn integers_answer_almost_as_floats_do() {
    for a in [residual([12, 12, 1], 5, 2, 8), separable([12, 12, 3], 5, 8, &[[16, 2], [24, 1]])] {
        let folded = folded(&a, 3);
        let images = noise(50 * a.input.iter().product::<usize>(), 9);
        let right = Executor::new(folded.clone()).unwrap().logits(&images);
        let whole = network(&folded, Calibration::MinMax, &vec![false; a.layers.len()]);
        let off = distance(&Quantised::int8(scaling(), whole).unwrap().logits(&images), &right);
        assert!(off > 0.0 && off < 0.06, "{off}");
        let floats = network(&folded, Calibration::MinMax, &vec![true; a.layers.len()]);
        assert_eq!(Quantised::int8(scaling(), floats).unwrap().logits(&images), right);
    }
}

#[test]
fn a_run_may_begin_behind_a_tap_and_give_any_tensor() {
    let a = residual([8, 8, 1], 4, 1, 4);
    let executor =
        Int8Executor::new(network(&folded(&a, 1), Calibration::MinMax, &vec![false; a.layers.len()])).unwrap();
    let tap = a.at_tap("stem").unwrap();
    let images = noise(11 * 64, 2);
    let both = executor.run(0, &images, &[tap, a.layers.len()]);
    assert_eq!(executor.run(tap, &both[0], &[a.layers.len()])[0], both[1]);
    assert_eq!(executor.seconds(&images[..64]).len(), a.layers.len());
}

#[test]
fn bytes_in_memory_are_those_of_what_is_run() {
    let a = residual([8, 8, 1], 4, 1, 4).grouped(vec![vec![0, 3], vec![1, 2]]);
    let last = a.layers.len();
    let of =
        |floats: &[bool]| Quantised::int8(scaling(), network(&folded(&a, 1), Calibration::MinMax, floats)).unwrap();
    let whole = of(&vec![false; last]);
    let mut numbers = vec![1; last + 1];
    numbers[last - 1..].fill(4);
    assert_eq!((whole.number_bytes(), whole.weight_bytes()[0]), (numbers.clone(), 9 * 4 + 8 * 4));
    let first: Vec<bool> = (0..last).map(|i| i == 0).collect();
    numbers[..2].fill(4);
    assert_eq!((of(&first).number_bytes(), of(&first).weight_bytes()[0]), (numbers, 4 * (9 * 4 + 4)));
}

#[test]
fn a_channel_that_is_all_bias_keeps_it() {
    let mut folded = folded(&residual([6, 6, 1], 3, 1, 2), 1);
    let channels = folded.layers[0][1].len();
    folded.layers[0][0].iter_mut().step_by(channels).for_each(|w| *w *= 1e-12);
    folded.layers[0][1][0] = 0.7;
    let network = network(&folded, Calibration::MinMax, &vec![false; folded.layers.len()]);
    assert!((network.folded().layers[0][1][0] - 0.7).abs() < 1e-6);
    Int8Executor::new(network).unwrap();
}

#[test]
fn what_does_not_fit_is_told() {
    let a = residual([6, 6, 1], 3, 1, 2);
    let mut network = network(&folded(&a, 1), Calibration::MinMax, &vec![false; a.layers.len()]);
    let told = |n: &Int8Network| Int8Executor::new(n.clone()).unwrap_err().to_string();
    let mut finer = network.clone();
    finer.grids[1].scale = 1e-9;
    assert!(told(&finer).contains("finer than its sums"));
    if let LayerWeights::Int8 { weight, .. } = &mut network.layers[0] {
        weight.pop();
    }
    assert!(told(&network).contains("`stem` needs"));
    let mut broken = folded(&a, 1);
    broken.layers[2][0][0] = f32::NAN;
    let told = Int8Network::new(&broken, &network.grids, &vec![false; a.layers.len()]).unwrap_err().to_string();
    assert!(told.contains("no finite numbers"), "{told}");
}
