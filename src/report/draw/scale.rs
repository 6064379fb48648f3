//! Scales: where a value lies between the ends of an axis, and which values get a tick.

use super::unit::{fixed, power};

/// The stretch of values an axis shows, linear or logarithmic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Whether equal ratios take equal lengths.
    pub log: bool,
    /// The value at its beginning.
    pub low: f64,
    /// The value at its end.
    pub high: f64,
}

/// A value marked on an axis; one without a label is minor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value.
    pub value: f64,
    /// What is written there.
    pub label: String,
}

/// The ratio of the largest to the smallest value from which a scale is logarithmic.
const DECADES: f64 = 30.0;
/// Share of the length that is left free at each end.
const PAD: f64 = 0.06;

impl Scale {
    /// A scale that shows all finite values with some room; logarithmic where they are positive and span decades.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Self {
        Self::around_from(values, DECADES)
    }

    /// The same, but logarithmic from another ratio of the largest to the smallest value on.
    pub fn around_from(values: impl IntoIterator<Item = f64>, ratio: f64) -> Self {
        let (low, high) = ends(values);
        if low > 0.0 && high / low >= ratio { Self::log_around(low, high) } else { Self::linear_around(low, high) }
    }

    /// A linear scale that shows zero and all finite values, with room below zero for the markers that stand on it.
    pub fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        let (_, high) = ends(values.into_iter().chain([0.0]));
        let high = if high > 0.0 { high * (1.0 + PAD) } else { 1.0 };
        Self { log: false, low: -1.5 * PAD * high, high }
    }

    /// A logarithmic scale around two positive ends.
    pub fn log_around(low: f64, high: f64) -> Self {
        let pad = libm::pow(high / low, PAD).max(1.1);
        Self { log: true, low: low / pad, high: high * pad }
    }

    /// A linear scale around two ends; it does not go below zero for their room alone.
    pub fn linear_around(low: f64, high: f64) -> Self {
        let pad = if high > low { (high - low) * PAD } else { (low.abs() * 0.05).max(1e-12) };
        let floor = if low >= 0.0 { 0.0 } else { f64::MIN };
        Self { log: false, low: (low - pad).max(floor), high: high + pad }
    }

    /// Where a value lies: 0 at the beginning, 1 at the end.
    pub fn share(&self, value: f64) -> f64 {
        if self.log {
            libm::log(value / self.low) / libm::log(self.high / self.low)
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// About `wish` labelled ticks, and minor ones on a logarithmic scale.
    pub fn ticks(&self, wish: usize) -> Vec<Tick> {
        if self.log { log_ticks(self, wish.max(2)) } else { linear_ticks(self, wish.max(2)) }
    }
}

/// The smallest and the largest finite value; 0 and 1 if there is none.
fn ends(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// Multiples of 1, 2 or 5 times a power of ten, as near in number to the wish as can be, but two at least.
fn linear_ticks(scale: &Scale, wish: usize) -> Vec<Tick> {
    let span = scale.high - scale.low;
    let exponent = libm::floor(libm::log10(span)) as i32;
    let steps = (exponent - 2..=exponent).flat_map(|e| [1u8, 2, 5].map(|digit| (e, digit)));
    let far = |ticks: &Vec<Tick>| ticks.len().abs_diff(wish) + if ticks.len() < 2 { wish } else { 0 };
    steps.map(|step| multiples(scale, step)).min_by_key(far).unwrap_or_default()
}

fn multiples(scale: &Scale, (exponent, digit): (i32, u8)) -> Vec<Tick> {
    let step = decimal(exponent, digit);
    let first = libm::ceil(scale.low / step - 1e-9) as i64;
    let last = libm::floor(scale.high / step + 1e-9) as i64;
    let tick = |i: i64| Tick { value: i as f64 * step, label: fixed(i as f64 * step, (-exponent).max(0) as usize) };
    (first..=last).map(tick).collect()
}

fn log_ticks(scale: &Scale, wish: usize) -> Vec<Tick> {
    let first = libm::floor(libm::log10(scale.low)) as i32;
    let last = libm::floor(libm::log10(scale.high)) as i32;
    let inside = |v: f64| v >= scale.low * (1.0 - 1e-9) && v <= scale.high * (1.0 + 1e-9);
    let all = |digits: &[u8]| -> Vec<(i32, u8)> {
        let each = |e: i32| digits.iter().map(move |d| (e, *d));
        (first..=last).flat_map(each).filter(|(e, d)| inside(decimal(*e, *d))).collect()
    };
    let labelled = labelled(&all, wish);
    let minor = if last - first > 6 { all(&[1]) } else { all(&[1, 2, 3, 4, 5, 6, 7, 8, 9]) };
    let label = |at: &(i32, u8)| if labelled.contains(at) { log_label(at.0, at.1) } else { String::new() };
    minor.iter().map(|at| Tick { value: decimal(at.0, at.1), label: label(at) }).collect()
}

/// A tick of a logarithmic axis: decade and digit.
type Step = (i32, u8);

/// Which of the decimal steps get a label: as many digits a decade, or as few decades, as the wish allows.
fn labelled(all: &dyn Fn(&[u8]) -> Vec<Step>, wish: usize) -> Vec<Step> {
    let choices: [&[u8]; 3] = [&[1, 2, 5], &[1, 3], &[1]];
    if let Some(found) = choices.iter().map(|d| all(d)).find(|ticks| ticks.len() <= wish + 1) {
        return found;
    }
    let decades = all(&[1]);
    let every = decades.len().div_ceil(wish) as i32;
    decades.into_iter().filter(|(e, _)| e.rem_euclid(every) == 0).collect()
}

fn decimal(exponent: i32, digit: u8) -> f64 {
    f64::from(digit) * libm::exp10(f64::from(exponent))
}

/// `0.02`, `500`, `10⁵`, `3×10⁵`.
fn log_label(exponent: i32, digit: u8) -> String {
    match (exponent, digit) {
        (-3..=3, _) => fixed(decimal(exponent, digit), (-exponent).max(0) as usize),
        (_, 1) => power(exponent),
        _ => format!("{digit}×{}", power(exponent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_values_and_ticks_are_inside(values in proptest::collection::vec(1e-9f64..1e9, 1..30), wish in 2usize..8) {
            let scale = Scale::around(values.iter().copied());
            prop_assert!(values.iter().all(|v| (0.0..=1.0).contains(&scale.share(*v))));
            let ticks = scale.ticks(wish);
            prop_assert!(ticks.iter().all(|t| (-1e-6..=1.000_001).contains(&scale.share(t.value))));
            let labels: Vec<&str> = ticks.iter().map(|t| t.label.as_str()).filter(|l| !l.is_empty()).collect();
            prop_assert!(labels.len() <= 2 * wish + 2);
            prop_assert!((1..labels.len()).all(|i| !labels[..i].contains(&labels[i])), "{labels:?}");
        }

        /// A label says its value, to the precision of the step.
        #[test]
        fn labels_say_their_values(low in -1e4f64..1e4, span in 1e-3f64..1e5, wish in 2usize..8) {
            let scale = Scale { log: false, low, high: low + span };
            let ticks = scale.ticks(wish);
            prop_assert!(ticks.len() >= 2);
            for tick in ticks {
                let read: f64 = tick.label.replace('−', "-").parse().unwrap();
                prop_assert!((read - tick.value).abs() <= 1e-9 * scale.high.abs().max(low.abs()).max(1.0));
            }
        }
    }

    #[test]
    fn decades_make_a_logarithmic_scale() {
        assert!(Scale::around([0.01, 4.0]).log);
        assert!(!Scale::around([0.0, 4.0]).log && !Scale::around([1.0, 20.0]).log);
        let labels: Vec<String> =
            Scale { log: true, low: 0.5, high: 2e6 }.ticks(4).into_iter().map(|t| t.label).collect();
        assert!(labels.iter().any(|l| l == "10⁴") && labels.iter().any(|l| l == "1"), "{labels:?}");
    }

    #[test]
    fn nothing_to_show_still_gives_a_scale() {
        assert_eq!(Scale::around([f64::NAN]), Scale::linear_around(0.0, 1.0));
        assert!(Scale::around([3.0]).ticks(4).len() >= 2);
        assert!(Scale::around([0.0]).high > 0.0);
        assert_eq!(Scale::from_zero([]).high, 1.0);
    }
}
