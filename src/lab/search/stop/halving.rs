//! Successive halving: after each rung the best share goes on, to a rung that is as many times higher.

use schemars::JsonSchema;
use serde::Deserialize;

/// How fast it chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Halving {
    /// One of so many goes on.
    #[serde(default = "factor")]
    pub factor: u32,
    /// Epochs before the first choice.
    #[serde(default = "least")]
    pub least: u32,
    /// Trials that are chosen among; all if not stated. Smaller cohorts let a guided search learn between them (Falkner
    /// et al. 2018).
    #[serde(default)]
    pub cohort: Option<u32>,
}

fn factor() -> u32 {
    2
}

fn least() -> u32 {
    1
}

impl Default for Halving {
    fn default() -> Self {
        Self { factor: factor(), least: least(), cohort: None }
    }
}

impl Halving {
    /// Epochs before each choice.
    pub fn rungs(&self, epochs: u32) -> Vec<u32> {
        let next = |rung: &u32| rung.checked_mul(self.factor.max(2));
        std::iter::successors(Some(self.least.max(1)), next).take_while(|rung| *rung < epochs).collect()
    }

    /// How many of `n` go on: one of `factor`, rounded down, and one at least.
    pub fn kept(&self, n: usize) -> usize {
        (n / self.factor.max(2) as usize).max(n.min(1))
    }

    /// Whether each of a cohort goes on, by accuracy; of equals, the earlier ones do.
    pub fn survivors(&self, accuracies: &[f64]) -> Vec<Result<(), String>> {
        let mut order: Vec<usize> = (0..accuracies.len()).collect();
        order.sort_by(|&a, &b| accuracies[b].total_cmp(&accuracies[a]).then(a.cmp(&b)));
        self.cut(&order)
    }

    /// Whether each of a cohort goes on, its members in order, the best first.
    pub fn cut(&self, order: &[usize]) -> Vec<Result<(), String>> {
        let kept = self.kept(order.len());
        let mut told = vec![Ok(()); order.len()];
        for (rank, &trial) in order.iter().enumerate().skip(kept) {
            told[trial] = Err(format!("rank {} of {}, of which {kept} go on", rank + 1, order.len()));
        }
        told
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("factor", self.factor >= 2, "must be at least 2"),
            ("least", self.least >= 1, "must be at least 1"),
            ("cohort", self.cohort != Some(0), "must be at least 1"),
        ];
        all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
    }
}
