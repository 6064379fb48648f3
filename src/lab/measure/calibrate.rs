//! Temperature scaling and how well it does (Guo, Pleiss, Sun, Weinberger 2017, arXiv 1706.04599).

use super::answers::softmax;
use crate::lab::train::best;

/// Bins of the calibration error.
const BINS: usize = 15;

/// Mean negative log-likelihood of the labels, in nats; rows are (label, logits).
pub fn negative_log_likelihood<'a>(rows: impl Iterator<Item = (usize, &'a [f32])>, temperature: f64) -> f64 {
    mean(rows.map(|(label, logits)| -libm::log(softmax(logits, temperature)[label].max(f64::MIN_POSITIVE))))
}

/// Expected calibration error of the class answered: 15 bins of equal width, weighted by their counts.
pub fn expected_calibration_error<'a>(rows: impl Iterator<Item = (usize, &'a [f32])>, temperature: f64) -> f64 {
    let mut bins = [[0.0; 2]; BINS];
    let mut n = 0.0f64;
    for (label, logits) in rows {
        let answer = best(logits);
        let confidence = softmax(logits, temperature)[answer];
        let bin = &mut bins[((confidence * BINS as f64) as usize).min(BINS - 1)];
        bin[0] += confidence;
        bin[1] += f64::from(u8::from(answer == label));
        n += 1.0;
    }
    bins.iter().map(|[confidence, right]| (confidence - right).abs()).sum::<f64>() / n.max(1.0)
}

/// The temperature with the least negative log-likelihood, between 1/20 and 20: by golden sections of its logarithm, in
/// which the likelihood has one valley (it is convex in 1 / temperature).
pub fn temperature<'a>(rows: impl Iterator<Item = (usize, &'a [f32])> + Clone) -> f64 {
    const SECTION: f64 = 0.618_033_988_749_894_9;
    const STEPS: usize = 40;
    let at = |x: f64| negative_log_likelihood(rows.clone(), libm::exp(x));
    let (mut low, mut high) = (-libm::log(20.0), libm::log(20.0));
    let inner = |low: f64, high: f64| [high - SECTION * (high - low), low + SECTION * (high - low)];
    let [mut a, mut b] = inner(low, high);
    let (mut at_a, mut at_b) = (at(a), at(b));
    for _ in 0..STEPS {
        if at_a <= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = inner(low, high)[0];
            at_a = at(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = inner(low, high)[1];
            at_b = at(b);
        }
    }
    libm::exp(low.midpoint(high))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0f64), |(sum, n), v| (sum + v, n + 1.0));
    sum / n.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two classes, logit ±x, right in 3 of 4: the best temperature makes the confidence 3/4, so x / T = ln 3 / 2.
    #[test]
    fn finds_the_temperature_that_theory_gives() {
        let rows: Vec<(usize, [f32; 2])> = (0..400).map(|i| (usize::from(i % 4 == 0), [4.0, -4.0])).collect();
        let all = || rows.iter().map(|(label, logits)| (*label, logits.as_slice()));
        let found = temperature(all());
        assert!((found - 8.0 / 3f64.ln()).abs() < 1e-4, "{found}");
        assert!(expected_calibration_error(all(), found) < 1e-4);
        assert!((expected_calibration_error(all(), 1.0) - 0.249_66).abs() < 1e-4);
        assert!((negative_log_likelihood(all(), found) - 0.562_335).abs() < 1e-5);
    }

    #[test]
    fn bins_do_not_cancel_each_other() {
        let rows = [(0, [0.0f32, 0.0]), (0, [0.0, 0.0]), (1, [3.0, 0.0]), (1, [3.0, 0.0])];
        let error = expected_calibration_error(rows.iter().map(|(l, v)| (*l, v.as_slice())), 1.0);
        let sure = 1.0 / (1.0 + (-3f64).exp());
        assert!((error - 0.5 * (0.5 + sure)).abs() < 1e-9, "{error}");
    }
}
