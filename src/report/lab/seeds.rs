//! Networks of one variant that differ by seed alone, drawn as one.

use super::data::{Made, Spent};
use crate::stats::{Interval, student};

/// Confidence of the interval over seeds.
const CONFIDENCE: f64 = 0.95;

/// One network for each variant, in the order of their first ones: means over seeds. With several seeds the interval of
/// accuracy is over these, and the answers are those of all together.
pub fn joined(made: Vec<Made>) -> Vec<Made> {
    let mut variants: Vec<Vec<Made>> = Vec::new();
    for one in made {
        match variants.iter_mut().find(|v| v[0].variant == one.variant) {
            Some(seeds) => seeds.push(one),
            None => variants.push(vec![one]),
        }
    }
    variants.into_iter().map(|mut seeds| if seeds.len() == 1 { seeds.swap_remove(0) } else { mean(seeds) }).collect()
}

fn mean(seeds: Vec<Made>) -> Made {
    let over = |of: fn(&Made) -> f64| seeds.iter().map(of).sum::<f64>() / seeds.len() as f64;
    let accuracies: Vec<f64> = seeds.iter().map(|m| m.accuracy[0]).collect();
    let Interval { mean, low, high } = student(&accuracies, CONFIDENCE);
    let first = &seeds[0];
    let epochs = seeds.iter().map(|m| m.epochs.len()).min().unwrap_or(0);
    let epoch = |e: usize| [0, 1].map(|i| average(seeds.iter().map(|m| m.epochs[e][i])));
    let layer = |(i, (name, _)): (usize, &(String, f64))| {
        (name.clone(), average(seeds.iter().filter_map(|m| m.sensitivity.get(i)).map(|s| s.1)))
    };
    let worn = |(i, (kind, severity, _)): (usize, &(String, u32, f64))| {
        (kind.clone(), *severity, average(seeds.iter().filter_map(|m| m.corrupted.get(i)).map(|c| c.2)))
    };
    Made {
        name: first.variant.clone(),
        variant: first.variant.clone(),
        architecture: first.architecture.clone(),
        seeds: seeds.len(),
        macs: over(|m| m.macs),
        bytes: over(|m| m.bytes),
        accuracy: [mean, low, high],
        epochs: (0..epochs).map(epoch).collect(),
        answers: seeds.iter().flat_map(|m| m.answers.iter().copied()).collect(),
        sensitivity: first.sensitivity.iter().enumerate().map(layer).collect(),
        corrupted: first.corrupted.iter().enumerate().map(worn).collect(),
        calibration: first.calibration.map(|_| scores(&seeds)),
        energy: first
            .energy
            .iter()
            .map(|spent| Spent { joules: cost(&seeds, &spent.device), ..spent.clone() })
            .collect(),
    }
}

/// Means of calibration scores.
fn scores(seeds: &[Made]) -> [[f64; 2]; 3] {
    let one = |score: usize, end: usize| average(seeds.iter().filter_map(|m| m.calibration).map(|c| c[score][end]));
    [0, 1, 2].map(|score| [0, 1].map(|end| one(score, end)))
}

/// Mean energy on a device.
fn cost(seeds: &[Made], device: &str) -> f64 {
    average(seeds.iter().flat_map(|m| &m.energy).filter(|spent| spent.device == device).map(|spent| spent.joules))
}

fn average(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    sum / n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(variant: &str, accuracy: f64) -> Made {
        Made {
            name: format!("{variant}-x"),
            variant: variant.into(),
            seeds: 1,
            macs: 100.0 * accuracy,
            accuracy: [accuracy, 0.0, 1.0],
            epochs: vec![[accuracy, 1.0]; (10.0 * accuracy) as usize],
            answers: vec![(0, 1, 0.5)],
            corrupted: vec![("blur".into(), 1, accuracy / 2.0)],
            ..Made::default()
        }
    }

    #[test]
    fn seeds_are_joined_and_single_networks_stay() {
        let all = joined(vec![made("a", 0.2), made("b", 0.5), made("a", 0.4)]);
        assert_eq!(all.iter().map(|m| (m.name.as_str(), m.seeds)).collect::<Vec<_>>(), [("a", 2), ("b-x", 1)]);
        let a = &all[0];
        // 0.3 ± 12.7062 · 0.141421 / √2.
        assert!((a.accuracy[0] - 0.3).abs() < 1e-12 && (a.accuracy[2] - 1.570_620_5).abs() < 1e-6, "{a:?}");
        assert!((a.macs - 30.0).abs() < 1e-9 && a.epochs.len() == 2 && (a.epochs[0][0] - 0.3).abs() < 1e-12);
        assert!(a.answers.len() == 2 && (a.corrupted[0].2 - 0.15).abs() < 1e-12);
        assert_eq!((all[1].accuracy, all[1].epochs.len()), ([0.5, 0.0, 1.0], 5));
    }
}
