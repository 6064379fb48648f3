//! What a reader of a number must know before all else.

use crate::catalog::Boundary;
use crate::sim::{NodeGroup, RunResult, Tier, World};

/// Some model ran on a device outside the range that the device's figures were fitted on.
pub const EXTRAPOLATED: &str = "extrapolated";
/// The policy reads the truth.
pub const ORACLE: &str = "oracle";
/// Some group or link was offered more than it can do.
pub const OVERLOADED: &str = "overloaded";
/// The warm-up is too short, or nothing ever settles.
pub const UNSETTLED: &str = "unsettled";
/// Some request had no answer when the run stopped.
pub const UNDRAINED: &str = "undrained";
/// Some model was chosen by looking at test images.
pub const TUNED_ON_TEST: &str = "tuned_on_test";
/// Joules of unlike boundaries (chip, board, wall) were added up.
pub const MIXED_BOUNDARIES: &str = "mixed_boundaries";

/// What each flag means.
pub const ALL: &[(&str, &str)] = &[
    (EXTRAPOLATED, "a model ran on a node outside the range that the node's figures were fitted on"),
    (MIXED_BOUNDARIES, "joules measured at unlike boundaries (chip, board, wall) were added up"),
    (ORACLE, "the policy reads the truth: a bound, not a strategy"),
    (OVERLOADED, "a node or link was offered more than it can do: queues grow as long as requests come"),
    (TUNED_ON_TEST, "a model was chosen by looking at test images"),
    (UNSETTLED, "times to the answer still drift after the warm-up (MSER-5): lengthen it, or look for an overload"),
    (UNDRAINED, "some requests had no answer when a run stopped, and count as missed"),
];

/// The flags of a run.
pub fn of(world: &World, run: &RunResult, truth: bool) -> impl Iterator<Item = &'static str> {
    let flags = [
        (truth, ORACLE),
        (run.in_flight > 0, UNDRAINED),
        (extrapolated(world, run), EXTRAPOLATED),
        (!run.overloaded(world).is_empty(), OVERLOADED),
    ];
    flags.into_iter().filter(|(is, _)| *is).map(|(_, flag)| flag)
}

/// Some group that served anything holds a model outside its range.
fn extrapolated(world: &World, run: &RunResult) -> bool {
    let outside = |group: &NodeGroup| group.work.iter().flatten().any(|work| work.extrapolated);
    world.groups.iter().zip(&run.groups).any(|(group, account)| account.served > 0 && outside(group))
}

/// The further flag of a metric, if it adds joules of unlike boundaries.
pub fn of_metric(world: &World, metric: &str) -> Option<&'static str> {
    let devices = metric.starts_with("device_j");
    let joules = devices || metric.starts_with("system_j") || metric.starts_with("marginal_j");
    let groups = world.groups.iter().filter(|group| !devices || group.tier == Tier::Device);
    let mut boundaries: Vec<Boundary> = groups.map(|group| group.boundary).collect();
    boundaries.dedup();
    (joules && boundaries.len() > 1).then_some(MIXED_BOUNDARIES)
}
