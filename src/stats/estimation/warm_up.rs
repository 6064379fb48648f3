//! Where a steady run's warm-up ends.

/// Observations to a batch.
const BATCH: usize = 5;

/// How many of the first observations to leave out, by MSER-5 (White 1997; Franklin & White 2008): of batches of five,
/// the first `d* = argmin_{d ≤ k/2} Σ_{j>d} (Z_j − Z̄_d)² / (k − d)²`, the least `d` of equals.
///
/// `None`: the least lies at `k/2` or there are fewer than four batches, so the run is too short to tell.
pub fn mser5(observations: &[f64]) -> Option<usize> {
    let batches = batches(observations);
    let half = batches.len() / 2;
    let scores = scores(&batches);
    let best = (0..=half).min_by(|a, b| scores[*a].total_cmp(&scores[*b]))?;
    (half >= 2 && best < half).then_some(best * BATCH)
}

/// How many times as large the standard error of the mean is, as MSER-5 estimates it, with the first `out` observations
/// left out as with the best number of them: 1 where that is as good as any, and where there are too few to tell.
pub fn mser5_excess(observations: &[f64], out: usize) -> f64 {
    let batches = batches(observations);
    let scores = scores(&batches);
    let best = scores[..=batches.len() / 2].iter().copied().fold(f64::INFINITY, f64::min);
    let own = scores[out.div_ceil(BATCH).min(batches.len() / 2)];
    if best > 0.0 && own.is_finite() { (own / best).sqrt() } else { 1.0 }
}

fn batches(observations: &[f64]) -> Vec<f64> {
    observations.chunks_exact(BATCH).map(|b| b.iter().sum::<f64>() / BATCH as f64).collect()
}

/// The score of each `d`, in one pass from the back (Welford's update); one more, for leaving out all.
fn scores(batches: &[f64]) -> Vec<f64> {
    let (mut mean, mut squares) = (0.0, 0.0);
    let mut scores = vec![f64::INFINITY; batches.len() + 1];
    for (n, (d, z)) in (1..).zip(batches.iter().enumerate().rev()) {
        let n = f64::from(n);
        let before = z - mean;
        mean += before / n;
        squares += before * (z - mean);
        scores[d] = squares / (n * n);
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fading(n: u32) -> Vec<f64> {
        let level = |i: f64| if i < 37.0 { 5.0 * (-i / 10.0).exp() } else { 0.0 };
        (0..n).map(f64::from).map(|i| level(i) + 0.3 * (i * 1.7).sin()).collect()
    }

    /// The definition, with numpy, over the same 200 numbers: `Z = z.reshape(40, 5).mean(1)`, then the argmin over
    /// d in 0..=20 of `((Z[d:] - Z[d:].mean()) ** 2).sum() / len(Z[d:]) ** 2` is 7, and its value 7.906219536534045e-05.
    #[test]
    fn equals_the_definition() {
        assert_eq!(mser5(&fading(200)), Some(35));
        let z: Vec<f64> = fading(200).chunks(5).map(|b| b.iter().sum::<f64>() / 5.0).collect();
        assert!((scores(&z)[7] - 7.906_219_536_534_045e-5).abs() < 1e-17);
    }

    #[test]
    fn a_cut_elsewhere_is_worse() {
        let fading = fading(200);
        assert_eq!(mser5_excess(&fading, 35), 1.0);
        assert!(mser5_excess(&fading, 0) > 2.0 && mser5_excess(&fading, 40) < 1.2);
        assert_eq!((mser5_excess(&[2.0; 100], 0), mser5_excess(&[], 7)), (1.0, 1.0));
    }

    #[test]
    fn says_when_a_run_is_too_short() {
        let drifts: Vec<f64> = (0..200).map(f64::from).collect();
        assert_eq!(mser5(&drifts), None);
        assert_eq!(mser5(&[1.0; 15]), None);
        assert_eq!(mser5(&[]), None);
    }

    #[test]
    fn leaves_out_nothing_of_a_level_run() {
        assert_eq!(mser5(&[2.0; 100]), Some(0));
    }
}
