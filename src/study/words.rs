//! The answer in seven lines: which policy is best at what, by how much, and how a cascade does against both ends.
//!
//! A difference is told only where its sign is certain at 95 %: over replications, paired, and over images for
//! accuracies. Elsewhere policies are called unresolved.

use super::manifest::Manifest;
use super::metric::{self, Better};
use super::tables::{Difference, Row};
use super::text;
use crate::stats::Sketch;
use std::collections::BTreeMap;

/// What policies are ranked by: the quantity, and what the best one is.
const RANKED: [(&str, &str); 4] = [
    ("accuracy_all", "Right most often, of all requests"),
    ("latency_p95_s", "Fastest, at the 95th percentile"),
    ("marginal_j_per_request", "Fewest joules beyond idling per request"),
    ("miss_rate", "Fewest requests late or lost"),
];

/// Seven lines.
pub fn summary(manifest: &Manifest, rows: &[Row], differences: &[Difference]) -> Vec<String> {
    let facts = Facts::new(manifest, rows, differences);
    let best = RANKED.iter().map(|(metric, what)| format!("{what}: {}.", best(&facts, metric)));
    let first = std::iter::once(subject(manifest));
    first.chain(best).chain(versus(&facts)).collect()
}

fn subject(manifest: &Manifest) -> String {
    let (policies, replications) = (manifest.policies.len(), manifest.replications as usize);
    let points = match manifest.points.as_slice() {
        [] | [_] => String::new(),
        [first, ..] => format!(" at {} of {}", text::count(manifest.points.len(), "value"), first.parameter),
    };
    // A closed source asks when its answer has come: the images are the same, the times are not.
    let same = if manifest.closed { "images in the same order" } else { "requests" };
    format!(
        "{}: {}{points}, {} each on the same {same}.",
        manifest.title,
        if policies == 1 { "1 policy".into() } else { format!("{policies} policies") },
        text::count(replications, "replication")
    )
}

/// Results by what they are about.
struct Facts<'a> {
    manifest: &'a Manifest,
    values: BTreeMap<(u32, &'a str, &'a str), f64>,
    differences: BTreeMap<(u32, &'a str, &'a str, &'a str), &'a Difference>,
}

impl<'a> Facts<'a> {
    fn new(manifest: &'a Manifest, rows: &'a [Row], differences: &'a [Difference]) -> Self {
        let value = |row: &'a Row| ((row.point, row.metric.as_str(), row.policy.as_str()), row.value.mean);
        let pair = |d: &'a Difference| ((d.point, d.metric.as_str(), d.policy.as_str(), d.other.as_str()), d);
        Self { manifest, values: rows.iter().map(value).collect(), differences: differences.iter().map(pair).collect() }
    }

    fn points(&self) -> std::ops::Range<u32> {
        0..self.manifest.points.len() as u32
    }

    /// `policy` less `other`.
    fn difference(&self, point: u32, metric: &str, policy: &str, other: &str) -> Option<Difference> {
        let stored = |a, b| self.differences.get(&(point, metric, a, b));
        stored(policy, other).map(|d| (*d).clone()).or_else(|| stored(other, policy).map(|d| d.reversed()))
    }

    /// Policies that have the quantity, the best first.
    fn ranked(&self, point: u32, metric: &str) -> Vec<&'a str> {
        let value = |policy: &'a String| Some((*self.values.get(&(point, metric, policy.as_str()))?, policy.as_str()));
        let sign = if better(metric) == Better::Higher { -1.0 } else { 1.0 };
        let mut all: Vec<(f64, &str)> = self.manifest.policies.iter().filter_map(value).collect();
        all.retain(|(value, _)| !value.is_nan());
        all.sort_by(|a, b| (sign * a.0).total_cmp(&(sign * b.0)));
        all.into_iter().map(|(_, policy)| policy).collect()
    }

    /// Whether a difference's sign is certain, and not within what a sketch rounds its quantiles to.
    fn certain(&self, point: u32, d: &Difference) -> bool {
        let value = |policy: &str| self.values.get(&(point, d.metric.as_str(), policy)).map_or(0.0, |v| v.abs());
        let rounding = match d.metric.starts_with("latency_p") {
            true => 2.0 * Sketch::ERROR * value(&d.policy).max(value(&d.other)),
            false => 0.0,
        };
        d.resolved() && d.value.mean.abs() > rounding
    }

    fn unit(&self, metric: &str) -> &'static str {
        metric::find(metric).map_or("", |m| m.unit)
    }

    /// The first policy of a strategy.
    fn of_strategy(&self, strategy: &str) -> Option<&'a str> {
        let at = self.manifest.strategies.iter().position(|s| s == strategy)?;
        self.manifest.policies.get(at).map(String::as_str)
    }

    /// ` at 0.2 /s`, ` at 0.05 /s to 0.4 /s`; nothing without a sweep.
    fn places(&self, points: &[u32]) -> String {
        let value = |point: &u32| self.manifest.points[*point as usize].value.as_str();
        let all = points.len() == self.manifest.points.len();
        match points {
            _ if all && points.len() == 1 => String::new(),
            _ if all => " everywhere".into(),
            [one] => format!(" at {}", value(one)),
            [first, .., last] if *last - *first + 1 == points.len() as u32 && points.len() > 2 => {
                format!(" at {} to {}", value(first), value(last))
            }
            several => format!(" at {}", text::list(&several.iter().map(value).collect::<Vec<_>>())),
        }
    }

    /// The same for one point out of several.
    fn place(&self, point: u32) -> String {
        if self.manifest.points.len() > 1 {
            format!(" at {}", self.manifest.points[point as usize].value)
        } else {
            String::new()
        }
    }
}

fn better(metric: &str) -> Better {
    metric::find(metric).map_or(Better::Neither, |m| m.better)
}

/// Points by a verdict, verdicts in the order of their first points.
fn by_verdict<V: PartialEq>(points: impl Iterator<Item = (u32, V)>) -> Vec<(V, Vec<u32>)> {
    let mut groups: Vec<(V, Vec<u32>)> = Vec::new();
    for (point, verdict) in points {
        match groups.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, points)) => points.push(point),
            None => groups.push((verdict, vec![point])),
        }
    }
    groups
}

/// Who leads at a point: the best policy and all that it cannot be told from, in the scenario's order.
#[derive(PartialEq)]
struct Lead<'a> {
    policies: Vec<&'a str>,
    /// Whether they do not differ at all.
    alike: bool,
}

impl<'a> Lead<'a> {
    fn at(facts: &Facts<'a>, point: u32, metric: &str) -> Self {
        let ranked = facts.ranked(point, metric);
        let Some(first) = ranked.first() else { return Self { policies: Vec::new(), alike: true } };
        let difference = |other: &str| facts.difference(point, metric, first, other);
        let tied = |other: &&&str| difference(other).is_none_or(|d| !facts.certain(point, &d));
        let ties: Vec<&str> = ranked[1..].iter().filter(tied).copied().collect();
        let alike = ties.iter().all(|other| difference(other).is_some_and(|d| d.value.mean == 0.0));
        let leads = |policy: &&String| *policy == first || ties.contains(&policy.as_str());
        Self { policies: facts.manifest.policies.iter().filter(leads).map(String::as_str).collect(), alike }
    }

    /// `a`, `a and b alike`, `all but c, unresolved`.
    fn names(&self, facts: &Facts<'_>) -> String {
        let others: Vec<&String> =
            facts.manifest.policies.iter().filter(|p| !self.policies.contains(&p.as_str())).collect();
        let names = match (self.policies.len(), others.len()) {
            (0, _) => return "nobody".into(),
            (1, _) => return self.policies[0].into(),
            (_, 0) => "all policies".into(),
            (leaders, others_left) if leaders > 3 && others_left < 3 => format!("all but {}", text::list(&others)),
            _ => text::list(&self.policies),
        };
        names + if self.alike { " alike" } else { ", unresolved," }
    }
}

fn best(facts: &Facts<'_>, metric: &str) -> String {
    let groups = by_verdict(facts.points().map(|point| (point, Lead::at(facts, point, metric))));
    let told = groups.iter().map(|(lead, points)| {
        let places = facts.places(points);
        format!("{}{places}{}", lead.names(facts), by(facts, metric, lead, points))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// ` (94.6 % to 94.9 %; at least +3.6 points [3.2, 4.0] against edge, at 0.4 /s)`: values, and the lead over the next
/// where it is shortest.
fn by(facts: &Facts<'_>, metric: &str, lead: &Lead<'_>, points: &[u32]) -> String {
    let value = |point: &u32| facts.values.get(&(*point, metric, *facts.ranked(*point, metric).first()?)).copied();
    let mut values: Vec<f64> = points.iter().filter_map(value).collect();
    values.sort_by(f64::total_cmp);
    let next = |point: &u32| {
        let ranked = facts.ranked(*point, metric);
        let next = ranked.iter().find(|policy| !lead.policies.contains(policy))?;
        Some((*point, facts.difference(*point, metric, ranked[0], next)?))
    };
    let shortest = points.iter().filter_map(next).min_by(|a, b| a.1.value.mean.abs().total_cmp(&b.1.value.mean.abs()));
    let ahead = shortest.map(|(point, d)| match points.len() {
        1 => format!("{} against {}", text::difference(&d), d.other),
        _ => format!("at least {} against {},{}", text::difference(&d), d.other, facts.place(point)),
    });
    let told: Vec<String> = range(facts.unit(metric), &values).into_iter().chain(ahead).collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) }
}

/// `94.6 %`, `11.1 ms to 13.0 ms`; nothing of nothing.
fn range(unit: &str, sorted: &[f64]) -> Option<String> {
    let (first, last) = (text::value(unit, *sorted.first()?), text::value(unit, *sorted.last()?));
    Some(if first == last { first } else { format!("{first} to {last}") })
}

/// A cascade against both ends of its path; without one, what else is worth two lines.
fn versus(facts: &Facts<'_>) -> [String; 2] {
    let pair = |cascade: &str, strategy: &str, metrics: &[(&str, &str)]| {
        let other = facts.of_strategy(strategy)?;
        let told: Vec<String> =
            metrics.iter().filter_map(|(m, word)| against(facts, cascade, other, m, word)).collect();
        Some(format!("{cascade} against {other}: {}.", told.join("; ")))
    };
    let cascade = facts.of_strategy("cascade");
    let local = cascade
        .and_then(|c| pair(c, "local", &[("accuracy_all", "accuracy"), ("accuracy_on_time", "accuracy in time")]));
    let cloud = cascade
        .and_then(|c| pair(c, "cloud", &[("marginal_j_per_request", "joules"), ("latency_p95_s", "p95 latency")]));
    [local.unwrap_or_else(|| undominated(facts)), cloud.unwrap_or_else(|| energy(facts))]
}

/// Where one policy beats another in a quantity, where it loses, and where that is open.
fn against(facts: &Facts<'_>, policy: &str, other: &str, metric: &str, word: &str) -> Option<String> {
    let verdict = |point: u32, d: &Difference| match (
        facts.certain(point, d),
        (d.value.mean > 0.0) == (better(metric) == Better::Higher),
    ) {
        (false, _) => "unresolved",
        (true, true) => "better",
        (true, false) => "worse",
    };
    let at = |point: u32| Some((point, facts.difference(point, metric, policy, other)?));
    let all: Vec<(u32, Difference)> = facts.points().filter_map(at).collect();
    let groups = by_verdict(all.iter().map(|(point, d)| (*point, verdict(*point, d))));
    let told = groups.iter().map(|(verdict, points)| {
        let span = if *verdict == "unresolved" { String::new() } else { span(&all, points) };
        format!("{verdict}{}{span}", facts.places(points))
    });
    (!all.is_empty()).then(|| format!("{word} {}", told.collect::<Vec<_>>().join(", ")))
}

/// ` (+1.2 points [1.0, 1.4])`, or from the least to the greatest of several.
fn span(all: &[(u32, Difference)], points: &[u32]) -> String {
    let mut own: Vec<&Difference> = all.iter().filter(|(point, _)| points.contains(point)).map(|(_, d)| d).collect();
    own.sort_by(|a, b| a.value.mean.abs().total_cmp(&b.value.mean.abs()));
    match own.as_slice() {
        [] => String::new(),
        [one] => format!(" ({})", text::difference(one)),
        [least, .., most] => format!(" ({} to {})", text::difference(least), text::difference(most)),
    }
}

/// Policies that no other beats in accuracy, latency and joules at once, at the middle point.
fn undominated(facts: &Facts<'_>) -> String {
    let point = facts.points().end.saturating_sub(1) / 2;
    let axes = RANKED.map(|(metric, _)| metric);
    let value = |policy: &str, metric: &str| {
        let found = facts.values.iter().find(|((p, m, who), _)| *p == point && *m == metric && *who == policy);
        let sign = if better(metric) == Better::Higher { -1.0 } else { 1.0 };
        sign * found.map_or(f64::NAN, |(_, value)| *value)
    };
    let dominates = |a: &str, b: &str| {
        axes[..3].iter().all(|m| value(a, m) <= value(b, m)) && axes[..3].iter().any(|m| value(a, m) < value(b, m))
    };
    let free = |p: &&String| facts.manifest.policies.iter().all(|other| !dominates(other, p));
    let names: Vec<&String> = facts.manifest.policies.iter().filter(free).collect();
    format!("Beaten by none in accuracy, p95 latency and joules at once{}: {}.", facts.place(point), text::list(&names))
}

/// The range of system joules per request, at the middle point.
fn energy(facts: &Facts<'_>) -> String {
    let point = facts.points().end.saturating_sub(1) / 2;
    let ranked = facts.ranked(point, "system_j_per_request");
    let told = |policy: &&str| {
        let value = facts.values.get(&(point, "system_j_per_request", *policy)).copied().unwrap_or(f64::NAN);
        format!("{} ({})", policy, text::value("J", value))
    };
    match (ranked.first(), ranked.last()) {
        (Some(first), Some(last)) if first != last => {
            format!(
                "All joules per request, idling included{}: from {} to {}.",
                facts.place(point),
                told(first),
                told(last)
            )
        }
        (Some(only), _) => format!("All joules per request, idling included{}: {}.", facts.place(point), told(only)),
        _ => "No requests were answered.".into(),
    }
}
