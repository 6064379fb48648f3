//! The loop as a whole.

use super::*;
use crate::lab::architecture::{Architecture, separable};
use crate::lab::data::{self, Dataset};
use crate::lab::network::{Kind, Weights};
use crate::problem::Problem;
use candle_core::Tensor;
use std::path::Path;

pub fn settings(epochs: u32) -> Train {
    Train {
        epochs,
        batch: 32,
        rate: 0.1,
        warm_up: 0.2,
        floor: 0.002,
        momentum: 0.9,
        decay: 5e-4,
        flip: true,
        shift: 1,
        erase: Some(Erase { chance: 0.25, sides: [4, 12] }),
        aware: None,
    }
}

fn tiny() -> Architecture {
    separable([28, 28, 1], 10, 4, &[[8, 2], [12, 2]])
}

/// A small part of the embedded images.
fn few() -> Dataset {
    let mut data = data::load("fashion-mnist-subset", None).unwrap();
    data.train = data.train.select(&(0..200).collect::<Vec<_>>());
    data.validation = data.validation.select(&(0..50).collect::<Vec<_>>());
    data
}

fn job<'a>(
    data: &'a Dataset,
    architecture: &'a Architecture,
    settings: &'a Train,
    checkpoint: Option<&'a Path>,
    until: Option<u64>,
) -> Job<'a> {
    Job {
        architecture,
        seed: 7,
        settings,
        objective: &CrossEntropy,
        data,
        content: "test",
        start: None,
        mask: None,
        checkpoint,
        until,
    }
}

fn bytes(trained: &Trained, data: &Dataset) -> Vec<u8> {
    Weights::of(&trained.trainee, data.scaling.clone(), Kind::Trained).unwrap().encode().unwrap()
}

#[test]
fn a_cut_run_goes_on_bit_for_bit() {
    let (data, architecture, settings) = (few(), tiny(), settings(2));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.safetensors");
    let whole = train(&job(&data, &architecture, &settings, None, None), &Progress::hidden()).unwrap();
    for until in [Some(3), Some(6), Some(9), None] {
        let part = train(&job(&data, &architecture, &settings, Some(&path), until), &Progress::hidden()).unwrap();
        assert_eq!(bytes(&part, &data) == bytes(&whole, &data), until.is_none());
        assert!(until.is_some() || (part.history == whole.history && part.history.len() == 2));
    }
}

#[test]
fn threads_do_not_change_the_weights() {
    let (data, architecture, settings) = (few(), tiny(), settings(1));
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let run = || train(&job(&data, &architecture, &settings, None, None), &Progress::hidden()).unwrap();
        bytes(&pool.install(run), &data)
    };
    assert!(on(1) == on(2));
}

#[test]
fn a_checkpoint_of_another_job_is_not_gone_on_from() {
    let (data, architecture, settings) = (few(), tiny(), settings(1));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.safetensors");
    train(&job(&data, &architecture, &settings, Some(&path), Some(2)), &Progress::hidden()).unwrap();
    assert_eq!(Checkpoint::load(&path, "test").unwrap().map(|c| c.step), Some(2));
    assert_eq!(Checkpoint::load(&path, "other").unwrap(), None);
    std::fs::write(&path, b"broken").unwrap();
    let told = Checkpoint::load(&path, "test").unwrap_err().to_string();
    assert!(told.contains("not a whole safetensors file") && told.contains("delete the checkpoint"), "{told}");
}

struct Poison;

impl Objective for Poison {
    fn loss(&self, seen: &Seen) -> candle_core::Result<Tensor> {
        (seen.logits.sum_all()? * f64::NAN)?.sum_all()
    }
}

/// Cross-entropy on logits that are scaled by a number of the loss's own.
struct Scaled;

impl Objective for Scaled {
    fn loss(&self, seen: &Seen) -> candle_core::Result<Tensor> {
        cross_entropy(&seen.logits.broadcast_mul(seen.own)?, seen.targets)
    }

    fn own(&self, seed: u64) -> Vec<f32> {
        vec![1.0 + seed as f32]
    }
}

#[test]
fn parameters_of_a_loss_are_trained_and_kept() {
    let (data, architecture, settings) = (few(), tiny(), settings(2));
    let folder = tempfile::tempdir().unwrap();
    let [whole, cut] = ["whole", "cut"].map(|name| folder.path().join(name));
    let run = |path, until| {
        let job = Job { objective: &Scaled, ..job(&data, &architecture, &settings, Some(path), until) };
        train(&job, &Progress::hidden()).unwrap();
        Checkpoint::load(path, "test").unwrap().unwrap()
    };
    let right = run(&whole, None);
    let first = run(&cut, Some(1));
    let own = |c: &Checkpoint| *c.parameters.last().unwrap();
    assert!(own(&first) != 8.0 && own(&first) != own(&right), "{} {}", own(&first), own(&right));
    let cost = right.cost;
    assert_eq!(Checkpoint { cost, ..run(&cut, None) }, right);
}

#[test]
fn a_loss_that_is_no_number_stops_and_keeps_the_checkpoint() {
    let (data, architecture, settings) = (few(), tiny(), settings(2));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.safetensors");
    train(&job(&data, &architecture, &settings, Some(&path), Some(6)), &Progress::hidden()).unwrap();
    let before = std::fs::read(&path).unwrap();
    let poisoned = Job { objective: &Poison, ..job(&data, &architecture, &settings, Some(&path), None) };
    let told: Problem = train(&poisoned, &Progress::hidden()).unwrap_err();
    assert!(told.to_string().contains("no finite number after 6 steps"), "{told}");
    assert!(std::fs::read(&path).unwrap() == before);
}

#[test]
fn a_few_epochs_teach_something() {
    let data = data::load("fashion-mnist-subset", None).unwrap();
    let settings = Train { rate: 0.2, erase: None, ..settings(3) };
    let trained = train(&job(&data, &tiny(), &settings, None, None), &Progress::hidden()).unwrap();
    let [first, .., last] = trained.history[..] else { panic!("epochs are missing") };
    assert!(last.loss < 0.8 * first.loss && last.validation > 0.6, "{first:?} {last:?}");
    assert!(trained.cost.macs > 0.0 && trained.cost.wall_s > 0.0);
}

#[test]
fn senseless_settings_are_named() {
    let senseless = Train { rate: 0.0, shift: 28, erase: Some(Erase { chance: 0.5, sides: [9, 4] }), ..settings(0) };
    let keys: Vec<_> = senseless.complaints([28, 28, 1], 100).into_iter().map(|c| c.0).collect();
    assert_eq!(keys, ["epochs", "rate", "shift", "erase"]);
    assert!(settings(1).complaints([28, 28, 1], 100).is_empty());
}
