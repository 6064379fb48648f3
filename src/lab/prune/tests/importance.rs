//! Scores of channels against their definitions.

use super::*;

fn loss(trainee: &mut Trainee, data: &Dataset) -> f64 {
    let n = data.train.len();
    let x = data.train.scaled(&data.scaling);
    let labels: Vec<u32> = data.train.label.iter().map(|&l| l.into()).collect();
    let logits = trainee.forward(n, |input| input.copy_from_slice(&x)).unwrap();
    let labels = Tensor::from_vec(labels, n, &Device::Cpu).unwrap();
    let loss = candle_nn::loss::nll(&log_softmax(&logits).unwrap(), &labels).unwrap();
    f64::from(loss.to_scalar::<f32>().unwrap())
}

/// The change of the loss when a unit's norms shrink a little, against the score.
#[test]
fn taylor_scores_agree_with_differences() {
    let mut data = few();
    data.train = data.train.select(&(0..64).collect::<Vec<_>>());
    let mut trainee = shaken(&small(), 6);
    let groups = groups(&small()).unwrap();
    let statistics = trainee.statistics.clone();
    let round = Round { number: 1, original: &small(), data: &data, seed: 0 };
    let scores = Importance::Taylor(Taylor { images: 64 }).scores(&mut trainee, &groups, &round).unwrap();
    assert_eq!(trainee.statistics, statistics);
    let flat = trainee.flat().unwrap();
    let mut moved = |unit: &Unit, by: f32| {
        let mut at = flat.clone();
        for &(tensor, channel) in &unit.channels {
            for role in [Role::Gamma, Role::Beta] {
                let range = trainee.plan.layout.range(tensor - 1, role);
                at[range].iter_mut().skip(channel).take(1).for_each(|v| *v *= 1.0 + by);
            }
        }
        trainee.set_flat(&at).unwrap();
        loss(&mut trainee, &data)
    };
    let largest = scores.iter().flatten().fold(0.0f64, |m, s| m.max(*s)).sqrt();
    for (group, scores) in groups.iter().zip(&scores) {
        let difference = (moved(&group.units[0], 0.02) - moved(&group.units[0], -0.02)) / 0.04;
        let off = difference.abs() - scores[0].sqrt();
        assert!(off.abs() < 0.03 * largest, "{difference} {} {largest}", scores[0].sqrt());
    }
}

/// By hand: the filters of two layers that write to one unit, and their norms.
#[test]
fn magnitude_and_scale_are_what_they_say() {
    let a = small();
    let trainee = shaken(&a, 8);
    let flat = trainee.flat().unwrap();
    let groups = groups(&a).unwrap();
    let (data, original) = (few(), small());
    let round = Round { number: 1, original: &original, data: &data, seed: 0 };
    let mut trainee = trainee;
    let mut score = |by: Importance| by.scores(&mut trainee, &groups, &round).unwrap();
    let (magnitude, scale) = (score(Importance::Magnitude), score(Importance::NormScale));
    // Group 0 is the stem (layer 0: 3x3, 1 → 8) and the first block's second convolution (layer 2: 3x3, 8 → 8).
    let layout = crate::lab::network::Layout::new(&a).unwrap();
    let mean = |layer: usize, channel: usize| {
        let weights = &flat[layout.range(layer, Role::Weight)];
        let own: Vec<f64> = (channel..weights.len()).step_by(8).map(|i| f64::from(weights[i].abs())).collect();
        own.iter().sum::<f64>() / own.len() as f64
    };
    let raw: Vec<f64> = (0..8).map(|c| (mean(0, c) + mean(2, c)) / 2.0).collect();
    let gamma = |layer: usize, channel: usize| f64::from(flat[layout.range(layer, Role::Gamma).start + channel].abs());
    for c in 0..8 {
        assert!((magnitude[0][c] - raw[c] / (raw.iter().sum::<f64>() / 8.0)).abs() < 1e-9);
        assert!((scale[0][c] - (gamma(0, c) + gamma(2, c)) / 2.0).abs() < 1e-12);
    }
}
