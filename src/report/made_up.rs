//! A made-up study of seven policies and five points, for tests: plausible shapes, known numbers.

use super::data::{Latency, Manifest, Profile, Study, Summary};

/// Policies with their made-up service: latency in seconds, joules, accuracy, and how load wears them.
const POLICIES: [(&str, f64, f64, f64, f64); 7] = [
    ("local", 0.111, 0.0026, 0.842, 0.1),
    ("edge", 0.064, 0.0081, 0.917, 0.7),
    ("cloud", 0.142, 0.0093, 0.944, 0.9),
    ("random", 0.105, 0.0064, 0.902, 0.5),
    ("greedy-latency", 0.058, 0.0075, 0.918, 0.6),
    ("confidence cascade", 0.121, 0.0049, 0.939, 0.35),
    ("neurosurgeon", 0.089, 0.0070, 0.915, 0.55),
];
/// Swept values, requests a second.
const RATES: [f64; 5] = [0.05, 0.2, 0.4, 0.6, 1.0];
const PARTS: [(&str, f64); 7] = [
    ("camera", 0.2),
    ("gateway", 0.5),
    ("cloud", 0.12),
    ("cell_up", 0.8),
    ("cell_down", 0.1),
    ("wan_up", 0.3),
    ("wan_down", 0.02),
];

/// The whole study.
pub(super) fn study() -> Study {
    Study::new(manifest(), summary(5, 10), latency(5))
}

/// The manifest.
pub(super) fn manifest() -> Manifest {
    let profile = |role: &str| Profile { role: role.into(), id: format!("{role}-kd"), sha256: "9f2c".repeat(16) };
    Manifest {
        title: "Battery cameras, a gateway and a cloud server".into(),
        question: "When is asking a bigger network worth the wait and the joules?".into(),
        scenario: "quickstart.toml".into(),
        scenario_sha256: "ab01".repeat(16),
        seed: Some(1),
        images: "test".into(),
        version: "0.1.0".into(),
        profiles: ["nano", "student", "teacher"].map(profile).into(),
        policies: POLICIES.map(|p| p.0.to_owned()).into(),
        notes: vec!["Two presets are used outside the range they were fitted on.".into()],
        summary: (1..=7).map(|i| format!("Line {i} of the summary, in words and with a number: {}.", i * i)).collect(),
    }
}

/// The summary table of the first points.
pub(super) fn summary(points: usize, replications: u32) -> Vec<Summary> {
    let point = |i: usize| POLICIES.iter().flat_map(move |p| rows(i, points > 1, p, replications));
    (0..points).flat_map(point).collect()
}

/// The latency table of the first points: an exponential tail above the policy's service time.
pub(super) fn latency(points: usize) -> Vec<Latency> {
    let mut rows = Vec::new();
    for (point, rate) in RATES.iter().enumerate().take(points) {
        for (name, base, _, _, wear) in POLICIES {
            let mean = base * wait(*rate, wear);
            let row = |i: u32| {
                let share = f64::from(i) / 60.0;
                let latency_s = base + mean * -libm::log(1.0 - 0.999 * share);
                Latency { point: point as u32, policy: name.into(), latency_s, cumulative: share }
            };
            rows.extend((1..=60).map(row));
        }
    }
    rows
}

fn wait(rate: f64, wear: f64) -> f64 {
    let load = (rate * 1.3 * wear).min(0.995);
    load / (1.0 - load)
}

fn rows(i: usize, swept: bool, policy: &(&str, f64, f64, f64, f64), replications: u32) -> Vec<Summary> {
    let (_, base, joules, accuracy, wear) = *policy;
    let (rate, wait) = (RATES[i], wait(RATES[i], wear));
    let misses = 1.0 - libm::exp(-wait / 6.0);
    let metrics = [
        ("answered", "requests", 12000.0 * rate),
        ("accuracy_answered", "1", accuracy),
        ("accuracy_all", "1", accuracy * (1.0 - misses / 8.0)),
        ("accuracy_on_time", "1", accuracy * (1.0 - misses)),
        ("latency_mean_s", "s", base * (1.0 + wait)),
        ("latency_p50_s", "s", base * (1.0 + 0.7 * wait)),
        ("latency_p95_s", "s", base * (1.0 + 3.0 * wait)),
        ("latency_p99_s", "s", base * (1.0 + 4.6 * wait)),
        ("marginal_j_per_request", "J", joules * (1.0 + 0.1 * wait)),
        ("system_j_per_request", "J", 0.9 / rate),
        ("miss_rate", "1", misses),
        ("offloaded", "1", wear),
    ];
    let parts = PARTS.map(|(part, busy)| (format!("utilisation_{part}"), "1", (busy * wear * rate * 1.4).min(1.0)));
    let metrics = metrics.map(|(m, u, v)| (m.to_owned(), u, v)).into_iter().chain(parts);
    metrics.map(|(metric, unit, mean)| row(i, swept, policy.0, &metric, unit, mean, replications)).collect()
}

fn row(i: usize, swept: bool, policy: &str, metric: &str, unit: &str, mean: f64, replications: u32) -> Summary {
    let half = if replications > 1 { 0.03 * mean * (1.0 + i as f64 / 2.0) } else { f64::NAN };
    let accuracy = metric.starts_with("accuracy");
    let half = if accuracy { half / 15.0 } else { half };
    let image = if accuracy { 0.006 } else { f64::NAN };
    Summary {
        point: i as u32,
        parameter: if swept { "workload.watching.arrivals.poisson.rate".into() } else { String::new() },
        value: if swept { format!("{} /s", RATES[i]) } else { String::new() },
        value_base: if swept { RATES[i] } else { f64::NAN },
        policy: policy.into(),
        metric: metric.into(),
        unit: unit.into(),
        mean,
        low: mean - half,
        high: mean + half,
        image_low: mean - image,
        image_high: mean + image,
        replications,
        flags: flags(policy, metric).into(),
    }
}

fn flags(policy: &str, metric: &str) -> &'static str {
    match (policy, metric.contains("_j")) {
        ("neurosurgeon", true) => "extrapolated,mixed_boundaries",
        ("neurosurgeon", false) => "extrapolated",
        (_, true) => "mixed_boundaries",
        _ => "",
    }
}
