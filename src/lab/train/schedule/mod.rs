//! The learning rate over time. A course is one file here and one line in [`Schedule`].

mod cosine;
mod one_cycle;
mod steps;

pub use cosine::Cosine;
pub use steps::Steps;

use super::settings::Train;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the learning rate does after the warm-up, in which it rises in a straight line to its highest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Schedule {
    /// Falls by half a cosine to the floor.
    #[default]
    OneCycle,
    /// Falls by half a cosine to the floor again and again (warm restarts, Loshchilov and Hutter 2017).
    Cosine(Cosine),
    /// Stays, and falls by a factor at some times.
    Steps(Steps),
}

impl Schedule {
    /// What makes no sense.
    pub fn complaint(&self) -> Option<String> {
        match self {
            Self::OneCycle => None,
            Self::Cosine(cosine) => cosine.complaint(),
            Self::Steps(steps) => steps.complaint(),
        }
    }
}

/// The rate of a step out of `steps`.
pub fn rate(settings: &Train, step: u64, steps: u64) -> f64 {
    let warm = (settings.warm_up * steps as f64).round();
    let at = step as f64;
    if at < warm {
        return settings.rate * (at + 1.0) / warm;
    }
    let (done, left) = (at - warm, steps as f64 - warm);
    let share = match &settings.schedule {
        Schedule::OneCycle => one_cycle::share(done, left, settings.floor),
        Schedule::Cosine(cosine) => cosine.share(done, left, settings.floor),
        Schedule::Steps(drops) => drops.share(at / steps as f64),
    };
    settings.rate * share
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(schedule: Schedule) -> Vec<f64> {
        let settings = Train { schedule, ..super::super::tests::settings(1) };
        (0..100).map(|s| rate(&settings, s, 100) / settings.rate).collect()
    }

    #[test]
    fn one_cycle_rises_to_the_peak_and_falls_to_the_floor() {
        let rates = rates(Schedule::OneCycle);
        assert!((rates[19] - 1.0).abs() < 1e-12 && (rates[20] - 1.0).abs() < 1e-12);
        assert!(rates[..20].windows(2).all(|w| w[0] < w[1]));
        assert!(rates[20..].windows(2).all(|w| w[0] > w[1]));
        assert!((rates[99] - 0.002).abs() < 1e-12);
        assert!((rate(&super::super::tests::settings(1), 0, 1)).is_finite());
    }

    #[test]
    fn cosine_starts_again_after_each_cycle() {
        let rates = rates(Schedule::Cosine(Cosine { cycles: 2 }));
        assert!((rates[20] - 1.0).abs() < 1e-12 && (rates[60] - 1.0).abs() < 1e-12);
        assert!(rates[20..60].windows(2).chain(rates[60..].windows(2)).all(|w| w[0] > w[1]));
        // Half way through a cycle of 40 steps, half way down.
        assert!((rates[40] - (0.002 + 0.998 * 0.5)).abs() < 1e-12);
        assert!(Cosine { cycles: 0 }.complaint().is_some());
    }

    #[test]
    fn steps_fall_at_their_times() {
        let rates = rates(Schedule::Steps(Steps { at: vec![0.5, 0.75], factor: 0.1 }));
        assert!(rates[20..50].iter().all(|&r| r == 1.0));
        assert!(rates[50..75].iter().all(|&r| (r - 0.1).abs() < 1e-12));
        assert!(rates[75..].iter().all(|&r| (r - 0.01).abs() < 1e-12));
        let constant = Steps { at: vec![], factor: 0.1 };
        assert!(constant.complaint().is_none() && constant.share(0.9) == 1.0);
        assert!(Steps { at: vec![0.5, 1.5], factor: 0.1 }.complaint().is_some());
    }
}
