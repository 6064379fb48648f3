//! What a report is made of: a study's stored tables, read back and put in order.

mod manifest;
pub mod metric;
pub mod over_time;
mod read;

pub use manifest::{Manifest, Profile};
pub use read::read;

/// A row of `summary.parquet`: one metric of one policy at one point, over the replications.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The point's number.
    pub point: u32,
    /// The swept parameter's dotted path; empty without a sweep.
    pub parameter: String,
    /// Its value as the scenario writes it.
    pub value: String,
    /// Its value in its base unit; NaN if it is no quantity.
    pub value_base: f64,
    /// The policy's name in the scenario.
    pub policy: String,
    /// The metric: a column of `runs.parquet`.
    pub metric: String,
    /// The metric's unit; `1` for shares.
    pub unit: String,
    /// Mean over replications; NaN if there is none, as for the latency of no answer.
    pub mean: f64,
    /// Lower end of the 95 % t-interval over replications; NaN for a single one.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Lower end of the 95 % bootstrap interval over images; NaN where the metric is no accuracy.
    pub image_low: f64,
    /// Its upper end.
    pub image_high: f64,
    /// How many replications there were.
    pub replications: u32,
    /// What a reader must know, such as `extrapolated`; separated by commas or spaces.
    pub flags: String,
}

/// A row of `latency.parquet`: how many of a policy's answers at a point took at most so long.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    /// The point's number.
    pub point: u32,
    /// The policy's name.
    pub policy: String,
    /// A latency in seconds.
    pub latency_s: f64,
    /// The share of answers that took at most so long, 0 to 1.
    pub cumulative: f64,
}

/// A point of the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its number.
    pub index: u32,
    /// The swept parameter's dotted path; empty without a sweep.
    pub parameter: String,
    /// Its value as written.
    pub value: String,
    /// Its value in its base unit; NaN if it is no quantity.
    pub value_base: f64,
}

/// A study: its tables and what can be read off them.
#[derive(Clone, Debug)]
pub struct Study {
    /// What the study says about itself.
    pub manifest: Manifest,
    /// Policies in the scenario's order.
    pub policies: Vec<String>,
    /// Points in order.
    pub points: Vec<Point>,
    /// `summary.parquet`.
    pub summary: Vec<Summary>,
    /// `latency.parquet`.
    pub latency: Vec<Latency>,
    /// `series.parquet`, over replications; empty where nothing was sampled.
    pub courses: Vec<over_time::Course>,
}

impl Study {
    /// Puts tables in order. Policies that the manifest does not list come last.
    pub fn new(manifest: Manifest, summary: Vec<Summary>, latency: Vec<Latency>) -> Self {
        let mut policies = manifest.policies.clone();
        let mut points: Vec<Point> = Vec::new();
        for row in &summary {
            if !policies.contains(&row.policy) {
                policies.push(row.policy.clone());
            }
            if points.iter().all(|p| p.index != row.point) {
                points.push(row.at());
            }
        }
        points.sort_by_key(|p| p.index);
        Self { manifest, policies, points, summary, latency, courses: Vec::new() }
    }

    /// The row of a metric of a policy at a point.
    pub fn row(&self, point: u32, policy: &str, metric: &str) -> Option<&Summary> {
        self.summary.iter().find(|r| r.point == point && r.metric == metric && r.policy == policy)
    }

    /// Metrics in the order in which the table has them.
    pub fn metrics(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for row in &self.summary {
            if !all.contains(&row.metric.as_str()) {
                all.push(&row.metric);
            }
        }
        all
    }

    /// A metric's unit.
    pub fn unit(&self, metric: &str) -> &str {
        self.summary.iter().find(|r| r.metric == metric).map_or("", |r| &r.unit)
    }

    /// The point that figures without a sweep show: the middle one.
    pub fn middle(&self) -> Option<&Point> {
        self.points.get(self.points.len().saturating_sub(1) / 2)
    }

    /// Whether a parameter was swept.
    pub fn swept(&self) -> bool {
        self.points.len() > 1
    }

    /// The most replications that any row rests on.
    pub fn replications(&self) -> u32 {
        self.summary.iter().map(|r| r.replications).max().unwrap_or(0)
    }
}

impl Summary {
    fn at(&self) -> Point {
        Point {
            index: self.point,
            parameter: self.parameter.clone(),
            value: self.value.clone(),
            value_base: self.value_base,
        }
    }

    /// Its flags, one by one.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        self.flags.split([',', ' ', ';']).filter(|f| !f.is_empty())
    }
}

impl Point {
    /// `rate = 0.2 /s`, with the last two names of the parameter's path; nothing without a sweep.
    pub fn name(&self) -> String {
        if self.parameter.is_empty() { String::new() } else { format!("{} = {}", self.parameter_name(), self.value) }
    }

    /// The last two names of the parameter's path: `station count`.
    pub fn parameter_name(&self) -> String {
        let names: Vec<&str> = self.parameter.split('.').collect();
        names[names.len().saturating_sub(2)..].join(" ")
    }
}
