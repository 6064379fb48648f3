/// The rising sequence nearest to `values` in weighted least squares, by pooling adjacent violators (Ayer et al. 1955).
pub fn isotonic(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut pools: Vec<Pool> = Vec::new();
    for (value, weight) in values.iter().zip(weights) {
        let mut last = Pool { level: *value, weight: *weight, length: 1 };
        while let Some(before) = pools.pop_if(|before| before.level >= last.level) {
            last = before.join(last);
        }
        pools.push(last);
    }
    pools.iter().flat_map(|p| std::iter::repeat_n(p.level, p.length)).collect()
}

struct Pool {
    level: f64,
    weight: f64,
    length: usize,
}

impl Pool {
    fn join(self, next: Self) -> Self {
        let weight = self.weight + next.weight;
        let level = (self.level * self.weight + next.level * next.weight) / weight;
        Self { level, weight, length: self.length + next.length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// scipy: `isotonic_regression(values, weights=weights).x`
    #[test]
    fn equals_scipy() {
        let values = [1.0, 3.0, 2.0, 2.0, 5.0, 4.0, 4.0, 6.0, 1.0];
        let weights = [1.0, 2.0, 1.0, 1.0, 1.0, 3.0, 1.0, 1.0, 2.0];
        assert_eq!(isotonic(&values, &weights), [1.0, 2.5, 2.5, 2.5, 3.625, 3.625, 3.625, 3.625, 3.625]);
    }

    /// The naive twin: the min-max formula `max_{a ≤ i} min_{b ≥ i} mean(a..=b)`.
    fn min_max(values: &[f64]) -> Vec<f64> {
        let mean = |a: usize, b: usize| values[a..=b].iter().sum::<f64>() / (b - a + 1) as f64;
        let least = |a: usize, i: usize| (i..values.len()).map(|b| mean(a, b)).fold(f64::INFINITY, f64::min);
        (0..values.len()).map(|i| (0..=i).map(|a| least(a, i)).fold(f64::NEG_INFINITY, f64::max)).collect()
    }

    proptest! {
        #[test]
        fn equals_the_min_max_formula(values in prop::collection::vec(-9i8..9, 0..25)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let found = isotonic(&values, &vec![1.0; values.len()]);
            for (f, w) in found.iter().zip(min_max(&values)) {
                prop_assert!((f - w).abs() < 1e-9, "{found:?}");
            }
        }
    }
}
