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
        ..Train::default()
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
    goes_on_bit_for_bit(&settings(2));
    goes_on_bit_for_bit(&everything(2));
}

fn goes_on_bit_for_bit(settings: &Train) {
    let (data, architecture) = (few(), tiny());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.safetensors");
    let whole = train(&job(&data, &architecture, settings, None, None), &Progress::hidden()).unwrap();
    for until in [Some(3), Some(6), Some(9), None] {
        let part = train(&job(&data, &architecture, settings, Some(&path), until), &Progress::hidden()).unwrap();
        assert_eq!(bytes(&part, &data) == bytes(&whole, &data), until.is_none());
        assert!(until.is_some() || (part.history == whole.history && part.history.len() == 2));
    }
}

/// Everything that a training may do beside the plain one.
fn everything(epochs: u32) -> Train {
    Train {
        rate: 0.01,
        optimiser: Optimiser::Adamw(Adamw::default()),
        schedule: Schedule::Cosine(Cosine { cycles: 2 }),
        ema: Some(0.9),
        dropout: Some(0.2),
        label_smoothing: Some(0.1),
        mixup: Some(Mix { alpha: 0.4, chance: 0.7 }),
        cutmix: Some(Mix { alpha: 1.0, chance: 0.3 }),
        ..settings(epochs)
    }
}

#[test]
fn threads_do_not_change_the_weights() {
    let (data, architecture, settings) = (few(), tiny(), everything(1));
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

/// The last average by hand, from every step's weights; and they are what is kept.
#[test]
fn the_moving_average_is_kept() {
    let (data, architecture) = (few(), tiny());
    let averaged = Train { ema: Some(0.6), ..settings(1) };
    let at = |settings: &Train, until| {
        let trained = train(&job(&data, &architecture, settings, None, Some(until)), &Progress::hidden()).unwrap();
        let mut all = trained.trainee.flat().unwrap();
        all.extend(&trained.trainee.statistics);
        all
    };
    let mut right = at(&settings(1), 1);
    for step in 2..=6 {
        let keep = (0.6f32).min((1 + step) as f32 / (10 + step) as f32);
        right.iter_mut().zip(at(&settings(1), step)).for_each(|(r, now)| *r = keep * *r + (1.0 - keep) * now);
    }
    let found = at(&averaged, 6);
    assert!(found.iter().zip(&right).all(|(a, b)| (a - b).abs() < 1e-5));
    assert!(found != at(&settings(1), 6));
}

struct Watch(std::sync::Mutex<Vec<Vec<f32>>>);

impl Objective for Watch {
    fn loss(&self, seen: &Seen) -> candle_core::Result<Tensor> {
        self.0.lock().unwrap().push(seen.targets.flatten_all()?.to_vec1()?);
        cross_entropy(seen.logits, seen.targets)
    }
}

#[test]
fn targets_are_smoothed_and_mixed() {
    let (data, architecture) = (few(), tiny());
    let seen = |settings: &Train| {
        let watch = Watch(Vec::new().into());
        let job = Job { objective: &watch, ..job(&data, &architecture, settings, None, Some(3)) };
        train(&job, &Progress::hidden()).unwrap();
        watch.0.into_inner().unwrap().concat()
    };
    let smooth = seen(&Train { label_smoothing: Some(0.2), ..settings(1) });
    assert!(smooth.iter().all(|t| (t - 0.82).abs() < 1e-6 || (t - 0.02).abs() < 1e-6));
    assert_eq!(smooth.iter().filter(|&&t| t > 0.5).count(), 3 * 32);
    let mixed = seen(&Train { mixup: Some(Mix { alpha: 1.0, chance: 1.0 }), ..settings(1) });
    assert!(mixed.chunks(10).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-5));
    assert!(mixed.iter().any(|&t| t > 0.01 && t < 0.99));
}

/// A recipe written before there was a choice hashes as it did.
#[test]
fn defaults_are_not_written_down() {
    let text = serde_json::to_string(&settings(1)).unwrap();
    let keys = ["epochs", "batch", "rate", "warm-up", "floor", "momentum", "decay", "flip", "shift", "erase"];
    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(whole.as_object().unwrap().len(), keys.len(), "{text}");
    assert_eq!(serde_json::from_str::<Train>(&text).unwrap(), settings(1));
    let all = serde_json::to_string(&everything(1)).unwrap();
    assert_eq!(serde_json::from_str::<Train>(&all).unwrap(), everything(1));
}

#[test]
fn senseless_choices_are_named() {
    let told = |train: Train| train.complaints([28, 28, 1], 100).into_iter().map(|c| c.0).collect::<Vec<_>>();
    assert!(told(everything(1)).is_empty());
    let adamw = Optimiser::Adamw(Adamw { betas: [0.9, 1.0], eps: 1e-8 });
    let schedule = Schedule::Cosine(Cosine { cycles: 0 });
    assert_eq!(told(Train { optimiser: adamw, schedule, ..settings(1) }), ["optimiser", "schedule"]);
    assert_eq!(told(Train { rate: 0.2, ..everything(1) }), ["rate"]);
    let shares = Train { ema: Some(1.0), dropout: Some(-0.1), label_smoothing: Some(f64::NAN), ..settings(1) };
    assert_eq!(told(shares), ["ema", "dropout", "label-smoothing"]);
    let mix = Some(Mix { alpha: 0.0, chance: 0.5 });
    assert_eq!(told(Train { mixup: mix, cutmix: mix, ..settings(1) }), ["mixup", "cutmix"]);
}

/// A folder where a checkpoint should be written is as good as a full disk: the run stops with a word, and what stood
/// there stays.
#[test]
fn a_checkpoint_that_cannot_be_written_is_told() {
    let (data, architecture, settings) = (few(), tiny(), settings(2));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.safetensors");
    train(&job(&data, &architecture, &settings, Some(&path), Some(3)), &Progress::hidden()).unwrap();
    let before = std::fs::read(&path).unwrap();
    let full = folder.path().join("c.safetensors/under");
    let told = train(&job(&data, &architecture, &settings, Some(&full), None), &Progress::hidden()).unwrap_err();
    assert!(told.to_string().contains("c.safetensors/under"), "{told}");
    assert!(std::fs::read(&path).unwrap() == before);
    // Killed while writing: what was begun is beside it, and the run goes on from what is whole.
    std::fs::write(folder.path().join(".unfinished-x"), &before[..before.len() / 2]).unwrap();
    let whole = train(&job(&data, &architecture, &settings, None, None), &Progress::hidden()).unwrap();
    let again = train(&job(&data, &architecture, &settings, Some(&path), None), &Progress::hidden()).unwrap();
    assert!(bytes(&again, &data) == bytes(&whole, &data));
}

#[test]
fn whoever_is_asked_to_stop_keeps_the_state_and_says_so() {
    let (data, architecture, settings) = (few(), tiny(), settings(1));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.safetensors");
    let asked = Progress::hidden().until(Some(std::sync::Arc::new(true.into())));
    for step in 1..=2 {
        let told = train(&job(&data, &architecture, &settings, Some(&path), None), &asked).unwrap_err().to_string();
        assert!(told.contains(&format!("stopped after step {step} of 6")) && told.contains("c.safetensors"), "{told}");
    }
    let whole = train(&job(&data, &architecture, &settings, None, None), &Progress::hidden()).unwrap();
    let part = train(&job(&data, &architecture, &settings, Some(&path), None), &Progress::hidden()).unwrap();
    assert!(bytes(&part, &data) == bytes(&whole, &data));
}
