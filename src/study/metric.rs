//! What is reported of each run: one metric, one line of [`ALL`].

use crate::sim::{Link, RunResult, Tier, World};
use crate::stats::Ratio;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Less.
    Lower,
    /// More.
    Higher,
    /// Neither: it describes.
    Neither,
}

/// One reported quantity.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its column in `runs.parquet`, its name in `summary.parquet`.
    pub name: &'static str,
    /// Its unit; `1` for shares.
    pub unit: &'static str,
    /// Which way is better.
    pub better: Better,
    /// Whether requests either have it or not, independently enough for a binomial interval where none or all have it.
    pub proportion: bool,
    of: fn(&World, &RunResult) -> Ratio,
}

impl Metric {
    /// Its value in a run.
    pub fn of(&self, world: &World, run: &RunResult) -> Ratio {
        (self.of)(world, run)
    }
}

const fn metric(
    name: &'static str,
    unit: &'static str,
    better: Better,
    proportion: bool,
    of: fn(&World, &RunResult) -> Ratio,
) -> Metric {
    Metric { name, unit, better, proportion, of }
}

/// All of them, in the order of the tables. Those that a bootstrap over images applies to come first.
pub const ALL: &[Metric] = &[
    metric("accuracy_answered", "1", Better::Higher, true, |_, r| Ratio::counts(r.right, r.answered)),
    metric("accuracy_all", "1", Better::Higher, true, |_, r| Ratio::counts(r.right, r.born)),
    metric("accuracy_on_time", "1", Better::Higher, true, |_, r| Ratio::counts(r.right_on_time, r.born)),
    metric("latency_mean_s", "s", Better::Lower, false, |_, r| {
        ratio(r.latency.mean() * r.latency.count() as f64 / NS, r.latency.count())
    }),
    metric("latency_p50_s", "s", Better::Lower, false, |_, r| quantile(r, 0.50)),
    metric("latency_p95_s", "s", Better::Lower, false, |_, r| quantile(r, 0.95)),
    metric("latency_p99_s", "s", Better::Lower, false, |_, r| quantile(r, 0.99)),
    metric("marginal_j", "J", Better::Lower, false, |_, r| Ratio::plain(r.marginal_j)),
    metric("device_j", "J", Better::Lower, false, |_, r| Ratio::plain(r.device_j)),
    metric("system_j", "J", Better::Lower, false, |_, r| Ratio::plain(r.system_j)),
    metric("marginal_j_per_request", "J", Better::Lower, false, |_, r| ratio(r.marginal_j, r.answered)),
    metric("device_j_per_request", "J", Better::Lower, false, |_, r| ratio(r.device_j, r.answered)),
    metric("system_j_per_request", "J", Better::Lower, false, |_, r| ratio(r.system_j, r.answered)),
    metric("miss_rate", "1", Better::Lower, true, |_, r| Ratio::counts(r.born - r.on_time, r.born)),
    metric("offloaded", "1", Better::Neither, false, |w, r| Ratio::counts(offloaded(w, r), r.answered)),
    metric("bytes_up", "bytes", Better::Lower, false, |_, r| {
        Ratio::plain(r.links.iter().map(|l| l.bytes_up as f64).sum())
    }),
    metric("bytes_down", "bytes", Better::Lower, false, |_, r| {
        Ratio::plain(r.links.iter().map(|l| l.bytes_down as f64).sum())
    }),
];

/// How many of [`ALL`] are accuracies.
pub const ACCURACIES: usize = 3;

const NS: f64 = 1e9;

/// The metric of this name.
pub fn find(name: &str) -> Option<&'static Metric> {
    ALL.iter().find(|metric| metric.name == name)
}

fn ratio(over: f64, under: u64) -> Ratio {
    Ratio { over, under: under as f64 }
}

fn quantile(run: &RunResult, q: f64) -> Ratio {
    match run.latency.count() {
        0 => Ratio::default(),
        _ => Ratio::plain(run.latency.quantile(q) / NS),
    }
}

/// Answers that were not made at a device.
fn offloaded(world: &World, run: &RunResult) -> u64 {
    let away = run.answered_by.iter().filter(|(_, group, _)| world.groups[group.0 as usize].tier != Tier::Device);
    away.map(|(_, _, answers)| answers).sum()
}

/// Names of mean numbers of servers begin so.
pub const SERVERS: &str = "servers_";

/// What a link is told of: its directions, and both together where they share a channel.
pub fn ways(link: &Link) -> &'static [&'static str] {
    if link.half_duplex { &["up", "down", "both"] } else { &["up", "down"] }
}

/// How busy each group and each of a link's [`ways`] is, and how many servers a node of an elastic group has: column
/// and value.
pub fn utilisations(world: &World, run: &RunResult) -> Vec<(String, f64)> {
    let elastic = |at: usize| world.groups[at].elastic.and(run.capacity.get(at));
    let group = |(at, account): (usize, &crate::sim::GroupAccount)| {
        let used = elastic(at).map_or(account.utilisation(), |capacity| capacity.utilisation(account));
        (format!("utilisation_{}", world.groups[at].name), used)
    };
    let servers = |(at, account): (usize, &crate::sim::GroupAccount)| {
        Some((format!("{SERVERS}{}", world.groups[at].name), elastic(at)?.servers(account)))
    };
    let link = |(link, account): (&Link, &crate::sim::LinkAccount)| {
        let (up, down) = (account.utilisation_up(), account.utilisation_down());
        let named = |(way, share): (&&str, f64)| (format!("utilisation_{}_{way}", link.name), share);
        ways(link).iter().zip([up, down, up + down]).map(named).collect::<Vec<_>>()
    };
    let links = world.links.iter().zip(&run.links).flat_map(link);
    let groups = || run.groups.iter().enumerate();
    groups().map(group).chain(links).chain(groups().filter_map(servers)).collect()
}
