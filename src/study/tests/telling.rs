//! Words and tables about numbers that were never measured.

use crate::stats::Interval;
use crate::study::tables::{Difference, Row};
use crate::study::{Manifest, PointNote, table, words};

fn manifest(points: &[&str], policies: &[&str]) -> Manifest {
    let point = |value: &&str| PointNote { parameter: "rate".into(), value: (*value).into(), ..PointNote::default() };
    let names: Vec<String> = policies.iter().map(|p| (*p).into()).collect();
    let points = points.iter().map(point).collect();
    Manifest {
        title: "T".into(),
        points,
        policies: names.clone(),
        strategies: names,
        replications: 5,
        ..Manifest::default()
    }
}

fn row(point: u32, policy: &str, metric: &str, mean: f64) -> Row {
    let value = Interval { mean, low: mean - 0.001, high: mean + 0.001 };
    let (policy, metric, unit) = (policy.into(), metric.into(), "1".into());
    Row { point, policy, metric, unit, value, over_images: None, replications: 5, flags: String::new() }
}

fn difference(point: u32, metric: &str, policy: &str, other: &str, mean: f64, half: f64) -> Difference {
    let value = Interval { mean, low: mean - half, high: mean + half };
    let (policy, other) = (policy.into(), other.into());
    Difference { point, metric: metric.into(), unit: "1".into(), policy, other, value, over_images: None }
}

/// Accuracies of three policies at three values: `a` leads, then ties with `b`, then `c` leads.
fn accuracies() -> (Vec<Row>, Vec<Difference>) {
    let values = [[0.9, 0.8, 0.7], [0.9, 0.899, 0.7], [0.5, 0.6, 0.8]];
    let names = ["a", "b", "c"];
    let (mut rows, mut pairs) = (Vec::new(), Vec::new());
    for (point, values) in values.iter().enumerate() {
        for i in 0..3 {
            rows.push(row(point as u32, names[i], "accuracy_all", values[i]));
            let less =
                |j: usize| difference(point as u32, "accuracy_all", names[i], names[j], values[i] - values[j], 0.01);
            pairs.extend((i + 1..3).map(less));
        }
    }
    (rows, pairs)
}

#[test]
fn the_best_is_named_where_it_is_certain() {
    let (rows, pairs) = accuracies();
    let lines = words::summary(&manifest(&["1 /s", "2 /s", "3 /s"], &["a", "b", "c"]), &rows, &pairs);
    assert_eq!(lines[0], "T: 3 policies at 3 values of rate, 5 replications each on the same requests.");
    assert_eq!(
        lines[1],
        "Right most often, of all requests: a at 1 /s (90.0 %; +10.0 points [9.0, 11.0] against b); \
         a and b, unresolved, at 2 /s (90.0 %; +20.0 points [19.0, 21.0] against c); \
         c at 3 /s (80.0 %; +20.0 points [19.0, 21.0] against b)."
    );
    assert_eq!(lines[2], "Fastest, at the 95th percentile: nobody everywhere.");
    assert_eq!(lines.len(), 7);
}

/// Equal policies are alike, and differences that a sketch's rounding could make are not told.
#[test]
fn rounding_makes_no_winner() {
    let latency = |policy: &str, mean| row(0, policy, "latency_p95_s", mean);
    let pair = |a, b, mean, half| Difference { unit: "s".into(), ..difference(0, "latency_p95_s", a, b, mean, half) };
    let told = |b: f64, half| {
        let rows = [latency("a", 10.0), latency("b", b), latency("c", 20.0)];
        let pairs = [pair("a", "b", 10.0 - b, half), pair("a", "c", -10.0, 0.5), pair("b", "c", b - 20.0, 0.5)];
        words::summary(&manifest(&["1 /s"], &["a", "b", "c"]), &rows, &pairs)[2].clone()
    };
    assert!(told(10.0, 0.0).starts_with("Fastest, at the 95th percentile: a and b alike (10.0 s; -10.00 s"));
    assert!(told(10.01, 0.001).contains(": a and b, unresolved, (10.0 s;"), "{}", told(10.01, 0.001));
    assert!(told(10.03, 0.001).contains(": a (10.0 s; -30.0 ms"), "{}", told(10.03, 0.001));
}

#[test]
fn few_images_leave_a_difference_unresolved() {
    let (rows, mut pairs) = accuracies();
    pairs.iter_mut().for_each(|d| d.over_images = Some((d.value.mean - 0.5, d.value.mean + 0.5)));
    let lines = words::summary(&manifest(&["1 /s", "2 /s", "3 /s"], &["a", "b", "c"]), &rows, &pairs);
    assert!(
        lines[1]
            .starts_with("Right most often, of all requests: all policies, unresolved, everywhere (80.0 % to 90.0 %)."),
        "{}",
        lines[1]
    );
}

#[test]
fn a_cascade_is_held_against_both_ends() {
    let (rows, mut pairs) = (Vec::new(), Vec::new());
    for (point, gain) in [(0, 0.02), (1, 0.03), (2, 0.001), (3, -0.04)] {
        pairs.push(difference(point, "accuracy_all", "local", "cascade", -gain, 0.01));
        pairs.push(difference(point, "latency_p95_s", "cascade", "cloud", -gain, 0.01));
    }
    let lines = words::summary(&manifest(&["1", "2", "3", "4"], &["local", "cascade", "cloud"]), &rows, &pairs);
    assert!(
        lines[5].starts_with(
            "cascade against local: accuracy better at 1 and 2 (+2.0 points [1.0, 3.0] to +3.0 points [2.0, 4.0]), \
             unresolved at 3, worse at 4 (-4.0 points [-5.0, -3.0])."
        ),
        "{}",
        lines[5]
    );
    assert!(lines[6].contains("p95 latency better at 1 and 2 (-2.0 points"), "{}", lines[6]);
}

#[test]
fn tables_align_and_show_both_intervals() {
    let mut rows = vec![row(0, "a", "accuracy_all", 0.9), row(0, "long-name", "accuracy_all", 0.25)];
    rows[0].over_images = Some((0.88, 0.92));
    rows[1].value = Interval::point(f64::NAN);
    rows.push(row(0, "a", "utilisation_cell_up", 0.4));
    rows.push(row(0, "a", "utilisation_cloud", 0.41));
    let text = table::render(&manifest(&["1 /s"], &["a", "long-name"]), &rows);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "rate = 1 /s");
    assert!(lines[2].contains("90.00 ±0.10 ±2.00") && lines[2].ends_with("cloud 41 %"), "{text}");
    assert_eq!(lines[1].chars().count(), lines[2].chars().count());
    assert!(lines[5].starts_with("± 95 % over 5 replications"), "{text}");
}
