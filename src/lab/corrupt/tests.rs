//! Corruptions against their definitions.

use super::*;
use crate::lab::architecture::separable;
use crate::lab::data;
use crate::lab::network::{Executor, Folded, Trainee};

const SHAPE: [usize; 3] = [28, 28, 1];

fn shown(corruption: Corruption, pixels: Vec<u8>, shape: [usize; 3], severity: u8, seed: u64) -> Vec<u8> {
    let images = Images { number: vec![3], label: vec![0], pixels };
    corruption.images(&images, shape, severity, seed).pixels
}

fn subset() -> Dataset {
    let mut data = data::load("fashion-mnist-subset", None).unwrap();
    data.test = data.test.select(&(0..60).collect::<Vec<_>>());
    data
}

#[test]
fn a_corrupted_image_is_a_function_of_seed_severity_and_number() {
    let data = subset();
    for corruption in Corruption::ALL {
        let all = corruption.images(&data.test, SHAPE, 3, 1);
        assert_eq!((all.number.clone(), all.label.clone()), (data.test.number.clone(), data.test.label.clone()));
        let alone = corruption.images(&data.test.select(&[41]), SHAPE, 3, 1);
        assert_eq!(alone.pixels, all.image(41), "{corruption:?}");
        let drawn = !matches!(corruption, Corruption::Blur | Corruption::Contrast);
        assert_eq!(corruption.images(&data.test, SHAPE, 3, 2) != all, drawn, "{corruption:?}");
        assert_ne!(corruption.images(&data.test, SHAPE, 4, 1), all);
    }
}

/// More severity moves images farther from what they were.
#[test]
fn severities_rise() {
    let data = subset();
    for corruption in Corruption::ALL {
        let off = |severity| {
            let shown = corruption.images(&data.test, SHAPE, severity, 1).pixels;
            shown.iter().zip(&data.test.pixels).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum::<u64>()
        };
        let all: Vec<u64> = SEVERITIES.map(off).collect();
        assert!(all[0] > 0 && all.is_sorted_by(|a, b| a < b), "{corruption:?} {all:?}");
    }
}

/// Mean and deviation of the noise on grey, within five standard errors.
#[test]
fn noise_has_its_deviation() {
    let n = 100.0 * 100.0;
    for (severity, deviation) in [(1, 0.04), (5, 0.1)] {
        let noisy = shown(Corruption::Noise, vec![128; 10_000], [100, 100, 1], severity, 1);
        let off: Vec<f64> = noisy.iter().map(|&p| f64::from(p) - 128.0).collect();
        let (mean, square) = (off.iter().sum::<f64>() / n, off.iter().map(|o| o * o).sum::<f64>() / n);
        let right = 255.0 * deviation;
        // Rounding to whole levels adds a twelfth.
        assert!(mean.abs() < 5.0 * right / 100.0, "{mean}");
        assert!((square - right * right - 1.0 / 12.0).abs() < 5.0 * right * right * (2.0f64 / n).sqrt(), "{square}");
    }
    assert_eq!(shown(Corruption::Noise, vec![255; 9], [3, 3, 1], 5, 1).len(), 9);
}

/// By hand.
#[test]
fn contrast_moves_towards_each_channels_mean() {
    let image = vec![0, 100, 100, 100, 200, 100];
    assert_eq!(shown(Corruption::Contrast, image, [1, 3, 2], 2, 1), [50, 100, 100, 100, 150, 100]);
}

/// A white pixel spreads as the product of two bells, and grey stays grey up to the edge.
#[test]
fn blur_is_a_gaussian_mean() {
    let mut image = vec![0; 11 * 11];
    image[5 * 11 + 5] = 255;
    let blurred = shown(Corruption::Blur, image, [11, 11, 1], 5, 1);
    let bell = |d: i32| (-0.5 * f64::from(d * d)).exp();
    let sum: f64 = (-4..=4).map(bell).sum();
    for (i, &pixel) in blurred.iter().enumerate() {
        let [y, x] = [i / 11, i % 11].map(|at| at as i32 - 5);
        let right = if y.abs() > 4 || x.abs() > 4 { 0.0 } else { 255.0 * bell(y) * bell(x) / (sum * sum) };
        assert!((f64::from(pixel) - right).abs() <= 0.5 + 1e-9, "{y} {x}: {pixel} {right}");
    }
    assert_eq!(shown(Corruption::Blur, vec![77; 5 * 3 * 2], [5, 3, 2], 5, 1), vec![77; 30]);
}

#[test]
fn shifts_go_every_way_by_the_severity() {
    let mut image = vec![0; 28 * 28];
    image[14 * 28 + 14] = 200;
    let places: std::collections::BTreeSet<[i32; 2]> = (0..100)
        .map(|seed| {
            let moved = shown(Corruption::Shift, image.clone(), SHAPE, 4, seed);
            assert_eq!(moved.iter().filter(|p| **p > 0).count(), 1);
            let at = moved.iter().position(|p| *p == 200).unwrap() as i32;
            [at / 28 - 14, at % 28 - 14]
        })
        .collect();
    let right = [-4, 0, 4].into_iter().flat_map(|y| [-4, 0, 4].map(|x| [y, x])).filter(|p| *p != [0, 0]);
    assert!(places.into_iter().eq(right));
}

#[test]
fn a_square_of_the_severity_is_hidden() {
    for (severity, side) in [(1, 6), (2, 8), (3, 11), (4, 14), (5, 17)] {
        let hidden = shown(Corruption::Occlusion, vec![9; 28 * 28 * 3], [28, 28, 3], severity, u64::from(severity));
        let black: Vec<usize> = (0..28 * 28).filter(|p| hidden[3 * p..3 * p + 3] == [0; 3]).collect();
        assert_eq!(black.len(), side * side);
        assert_eq!(black[black.len() - 1] - black[0], 28 * (side - 1) + side - 1);
        assert_eq!(hidden.iter().filter(|p| **p == 0).count(), 3 * side * side);
    }
    assert_eq!(shown(Corruption::Occlusion, vec![5], [1, 1, 1], 1, 1), [0]);
    assert_eq!(shown(Corruption::Shift, vec![5], [1, 1, 1], 1, 1), [0]);
}

#[test]
fn tables_count_what_was_answered() {
    let data = subset();
    let trainee = Trainee::new(&separable([28, 28, 1], 10, 4, &[[8, 2]]), 1).unwrap();
    let executor = Executor::new(Folded::of(&trainee).unwrap()).unwrap();
    let network = Shipped::Float(Box::new(executor));
    let all = answers(&network, &data, Split::Test, &[Corruption::Shift, Corruption::Blur], 1.2, 5);
    assert_eq!(all.len(), 10);
    let table = Corrupted::columns(&all);
    assert_eq!((table.rows(), table.names().count()), (600, 8));
    let shown = Corruption::Blur.images(&data.test, data.input, 2, 5);
    let logits = network.logits(&shown.scaled(&data.scaling));
    let rows = logits.chunks(10).zip(&data.test.label);
    let right = rows.filter(|(row, label)| row.iter().all(|v| *v <= row[usize::from(**label)])).count() as u64;
    let first = crate::lab::answers::softmax(&logits[..10], 1.2).into_iter().fold(0.0, f64::max);
    assert!((f64::from(all[6].sure[0][0]) - first).abs() < 1e-5);
    let kept = kept(&all, 10);
    assert_eq!((kept[6].all.count, kept[6].all.of), (right, 60));
    assert_eq!(kept[6].per_class.iter().map(|p| p.count).sum::<u64>(), right);
    let figures = kept_columns(&kept, &data.classes);
    assert_eq!((figures.rows(), kept[6].corruption.name(), kept[6].severity), (110, "blur", 2));
}

#[test]
fn tables_come_back_as_they_were_written() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(Corrupted::read(home.path()).unwrap(), []);
    let part = |seed: usize| {
        let logits = (0..12).map(|i| ((i * 7 + seed) % 11) as f32).collect();
        Part { split: Split::Test, image: vec![3, 5, 8, 9], label: vec![0, 2, 1, 0], logits }
    };
    let all: Vec<Corrupted> = [(Corruption::Blur, 1), (Corruption::Blur, 2), (Corruption::Shift, 2)]
        .map(|(corruption, severity)| Corrupted::of(corruption, severity, &part(severity.into()), 1.0))
        .into();
    Corrupted::columns(&all).write(&home.path().join(CORRUPTED)).unwrap();
    assert_eq!(Corrupted::read(home.path()).unwrap(), all);
}
