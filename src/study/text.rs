//! Numbers for people.

use super::tables::Difference;
use crate::stats::Interval;

/// A unit for people: what a value is multiplied by, and what is then written behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Factor.
    pub factor: f64,
    /// Written behind.
    pub unit: &'static str,
}

const SECONDS: &[Scale] = &[scale(1e6, "µs"), scale(1e3, "ms"), scale(1.0, "s")];
const JOULES: &[Scale] = &[scale(1e6, "µJ"), scale(1e3, "mJ"), scale(1.0, "J"), scale(1e-3, "kJ")];
const BYTES: &[Scale] = &[scale(1.0, "B"), scale(1e-3, "kB"), scale(1e-6, "MB"), scale(1e-9, "GB")];
const SHARES: &[Scale] = &[scale(100.0, "%")];
const PLAIN: &[Scale] = &[scale(1.0, "")];

const fn scale(factor: f64, unit: &'static str) -> Scale {
    Scale { factor, unit }
}

/// The largest unit in which a value is at least 1; the smallest, if there is none.
pub fn scale_for(unit: &str, value: f64) -> Scale {
    let scales = match unit {
        "s" => SECONDS,
        "J" => JOULES,
        "bytes" => BYTES,
        "1" => SHARES,
        _ => PLAIN,
    };
    *scales.iter().rev().find(|s| value.abs() * s.factor >= 1.0).unwrap_or(&scales[0])
}

/// Decimals that show two digits of `half`, or three of `value` where there is no interval.
pub fn decimals(value: f64, half: f64) -> usize {
    let digits = |x: f64, n: f64| (n - 1.0 - (x.abs().log10() + 1e-9).floor()).clamp(0.0, 4.0) as usize;
    match (half > 0.0, value.is_finite() && value != 0.0) {
        (true, _) => digits(half, 2.0),
        (false, true) => digits(value, 3.0),
        (false, false) => 0,
    }
}

/// `+2.1 points [1.8, 2.4]`, `-12.3 ms [-12.9, -11.8]`: with a sign, a unit and the interval over replications.
pub fn difference(difference: &Difference) -> String {
    let Interval { mean, low, high } = difference.value;
    let Scale { factor, unit } = scale_for(&difference.unit, mean);
    let unit = if difference.unit == "1" { "points" } else { unit };
    let n = decimals(mean * factor, (high - low) / 2.0 * factor);
    match low.is_nan() {
        true => format!("{:+.n$} {unit}", mean * factor),
        false => format!("{:+.n$} {unit} [{:.n$}, {:.n$}]", mean * factor, low * factor, high * factor),
    }
}

/// `12.3 ms`.
pub fn value(unit: &str, value: f64) -> String {
    let Scale { factor, unit } = scale_for(unit, value);
    format!("{:.*} {unit}", decimals(value * factor, 0.0), value * factor).trim_end().to_owned()
}

/// `a`, `a and b`, `a, b and c`.
pub fn list<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).into(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 point`, `3 points`.
pub fn count(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(unit: &str, mean: f64, half: f64) -> String {
        let value = Interval { mean, low: mean - half, high: mean + half };
        let (a, b) = ("a".to_owned(), "b".to_owned());
        let row = Difference {
            point: 0,
            metric: "m".into(),
            unit: unit.into(),
            policy: a,
            other: b,
            value,
            over_images: None,
        };
        difference(&row)
    }

    #[test]
    fn differences_show_two_digits_of_their_interval() {
        assert_eq!(of("1", 0.02134, 0.0031), "+2.13 points [1.82, 2.44]");
        assert_eq!(of("s", -0.0123, 0.00056), "-12.30 ms [-12.86, -11.74]");
        assert_eq!(of("J", 0.0, 0.0), "+0 µJ [0, 0]");
        assert_eq!(of("J", 2.5, f64::NAN), "+2.50 J");
    }

    #[test]
    fn units_suit_their_values() {
        assert_eq!(value("s", 0.0432), "43.2 ms");
        assert_eq!(value("J", 1.25e-7), "0.125 µJ");
        assert_eq!(value("J", 71_300.0), "71.3 kJ");
        assert_eq!(value("1", 0.918), "91.8 %");
        assert_eq!(value("bytes", 123_456.0), "123 kB");
    }

    #[test]
    fn lists_read_well() {
        assert_eq!([list(&["a"]), list(&["a", "b"]), list(&["a", "b", "c"])], ["a", "a and b", "a, b and c"]);
        assert_eq!((count(1, "point"), count(2, "point")), ("1 point".into(), "2 points".into()));
    }
}
