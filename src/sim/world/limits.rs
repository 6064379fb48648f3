//! What figures of a service must satisfy.

use super::{Curve, Noise, Service};
use crate::problem::Problem;

/// A key below the service's name, and what is wrong there.
pub type Wrong = (Vec<&'static str>, Problem);

impl Service {
    /// All that is wrong with its figures, each with its key.
    pub fn wrong(&self) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let (most, curve) = match self {
            Self::Fifo(_) | Self::Priority(_) | Self::Edf(_) => (1, &Curve::Roofline),
            Self::Sharing(sharing) => (sharing.most.unwrap_or(1), &Curve::Roofline),
            Self::Batch(batch) => (batch.most, &batch.curve),
        };
        wrong.extend(above_zero("servers", self.servers()));
        wrong.extend(above_zero("most", most));
        wrong.extend(noise(self.noise()));
        wrong.extend(measured(curve, most));
        wrong
    }
}

fn above_zero(key: &'static str, value: u32) -> Option<Wrong> {
    let problem = || Problem::new(format!("`{key}` must be above zero")).remedy("write a value above zero");
    (value == 0).then(|| (vec![key], problem()))
}

/// Whether both of each pair are finite, at least zero, and never fall.
fn rise(pairs: &[[f64; 2]]) -> bool {
    let fine = |x: f64| x.is_finite() && (0.0..1e9).contains(&x);
    let ordered = pairs.windows(2).all(|w| w[0][0] <= w[1][0] && w[0][1] <= w[1][1]);
    ordered && pairs.iter().flatten().all(|x| fine(*x))
}

fn noise(noise: &Noise) -> Option<Wrong> {
    let Noise::Quantiles(pairs) = noise else { return None };
    let whole = pairs.len() > 1 && pairs[0][0] == 0.0 && pairs[pairs.len() - 1][0] == 1.0;
    let problem = || {
        Problem::new("quantiles must be (probability, multiplier) pairs that rise from probability 0 to 1")
            .received(format!("{pairs:?}"))
            .remedy("write such as [[0, 0.9], [0.5, 1], [0.9, 1.2], [1, 3]]")
    };
    (!whole || !rise(pairs)).then(|| (vec!["noise", "quantiles"], problem()))
}

fn measured(curve: &Curve, most: u32) -> Option<Wrong> {
    let Curve::Measured(pairs) = curve else { return None };
    let key = vec!["curve", "measured"];
    let problem = |what: &str| Problem::new(what).received(format!("{pairs:?}"));
    if pairs.first() != Some(&[1.0, 1.0]) || !rise(pairs) || !pairs.is_sorted_by(|a, b| a[0] < b[0]) {
        let what = "a measured curve must have (size, time) pairs that rise from [1, 1]";
        return Some((key, problem(what).remedy("write such as [[1, 1], [8, 2.4], [32, 8]]")));
    }
    let short = pairs.last().is_some_and(|last| last[0] < f64::from(most));
    let remedy = "measure up to there, or lower `most`";
    short.then(|| (key, problem(&format!("the curve ends before batches of {most}, the largest")).remedy(remedy)))
}

impl Curve {
    /// The time of a batch of this size in times of a batch of one, where that was measured.
    pub fn factor(&self, size: u32) -> Option<f64> {
        let Self::Measured(pairs) = self else { return None };
        let size = f64::from(size);
        let above = pairs.iter().position(|[n, _]| *n >= size)?;
        let ([m, s], [n, t]) = (pairs[above.saturating_sub(1)], pairs[above]);
        Some(if n == size { t } else { s + (t - s) * (size - m) / (n - m) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Batch;

    #[test]
    fn a_curve_is_linear_between_what_was_measured() {
        let curve = Curve::Measured(vec![[1.0, 1.0], [5.0, 3.0], [10.0, 8.0]]);
        let found = [1, 2, 5, 6, 10, 11].map(|size| curve.factor(size));
        assert_eq!(found, [Some(1.0), Some(1.5), Some(3.0), Some(4.0), Some(8.0), None]);
        assert_eq!(Curve::Roofline.factor(3), None);
    }

    #[test]
    fn wrong_figures_are_found() {
        let noise = |pairs: &[[f64; 2]]| Noise::Quantiles(pairs.to_vec());
        let keys = |most, curve: &[[f64; 2]], noise| {
            let batch = Batch { most, curve: Curve::Measured(curve.to_vec()), noise, ..Batch::default() };
            Service::Batch(batch).wrong().into_iter().map(|(key, _)| key.join(".")).collect::<Vec<_>>()
        };
        let line = [[0.0, 1.0], [1.0, 2.0]];
        assert!(keys(4, &[[1.0, 1.0], [4.0, 2.0]], noise(&line)).is_empty());
        assert_eq!(keys(0, &[[1.0, 1.0]], noise(&line)), ["most"]);
        assert_eq!(keys(5, &[[1.0, 1.0], [4.0, 2.0]], noise(&line)), ["curve.measured"]);
        assert_eq!(keys(1, &[[1.0, 2.0]], noise(&line)), ["curve.measured"]);
        for bad in [&line[..1], &[[0.0, 1.0], [0.9, 2.0]], &[[0.0, f64::NAN], [1.0, 2.0]], &[[0.0, 3.0], [1.0, 2.0]]] {
            assert_eq!(keys(1, &[[1.0, 1.0]], noise(bad)), ["noise.quantiles"], "{bad:?}");
        }
    }
}
