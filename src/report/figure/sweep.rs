//! `sweep`: what the swept parameter does to accuracy, latency, energy and misses, one small panel each.

use super::{Drawing, has_interval, looks, over};
use crate::report::{
    data::{Point as At, Study, Summary, metric},
    draw::{
        Axis, Canvas, Frame, Legend, Panel, Point, Scale, Tick,
        series::{self, Mark},
        unit::Display,
    },
    theme::{Look, MM, TWO_COLUMNS},
};

/// What is shown, panel by panel.
const SHOWN: [&str; 4] = ["accuracy_all", "latency_p95_s", "marginal_j_per_request", "miss_rate"];

pub(super) fn draw(study: &Study) -> Option<Drawing> {
    if !study.swept() || !SHOWN.iter().any(|m| known(study, m)) {
        return None;
    }
    let parameter = &study.points.first()?.parameter;
    Some(Drawing {
        canvas: canvas(study),
        title: format!("The effect of {}", study.points[0].parameter_name()),
        caption: caption(study, parameter),
    })
}

fn caption(study: &Study, parameter: &str) -> String {
    let bands = if study.replications() > 1 { " Bands: 95 % t-intervals over replications." } else { "" };
    format!(
        "Accuracy of all requests, 95th percentile of latency, marginal energy per answered request, and requests late or \
         unanswered, by policy, for {} values of {parameter}. {}{bands} Nested markers coincide; a curve has a gap where a policy \
         answered nothing.",
        study.points.len(),
        over(study),
    )
}

fn canvas(study: &Study) -> Canvas {
    let entries = looks(study).into_iter().map(|(name, look)| (name.to_owned(), look)).collect();
    let legend = Legend::new(entries, TWO_COLUMNS - 4.0, true);
    let shown: Vec<&str> = SHOWN.into_iter().filter(|m| known(study, m)).collect();
    let rows = shown.len().div_ceil(2);
    let height = rows as f64 * 52.0 * MM;
    let mut canvas = Canvas::new(TWO_COLUMNS, height + legend.height() + 8.0);
    let outer = Frame { left: 2.0, top: 2.0, right: TWO_COLUMNS - 2.0, bottom: height };
    panels(study, &shown, outer.grid(2, rows, 10.0)).iter().for_each(|p| p.draw(&mut canvas, study));
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, height + 5.0);
    canvas
}

/// Whether any value of a metric is known.
fn known(study: &Study, metric: &str) -> bool {
    study.summary.iter().any(|r| r.metric == metric && r.mean.is_finite())
}

/// A metric's panel with the unit it is shown in.
struct Small<'a> {
    metric: &'a str,
    panel: Panel,
    factor: f64,
}

/// A metric's axis, and the unit it is shown in.
type Left = (Axis, Display);

/// Panels whose frames begin at the same places in each column.
fn panels<'a>(study: &Study, shown: &[&'a str], cells: Vec<Frame>) -> Vec<Small<'a>> {
    let axes: Vec<Left> = shown.iter().map(|m| left_axis(study, m)).collect();
    let column = |i: usize| axes.iter().skip(i % 2).step_by(2).map(|(y, _)| Panel::room_left(y)).fold(0.0, f64::max);
    let small = |(i, (metric, cell)): (usize, (&&'a str, Frame))| {
        let (y, display) = axes[i].clone();
        let title = format!("{}{}", metric::title(metric), display.suffix());
        let panel = Panel::inside(cell, column(i), &title, below_axis(&study.points), y);
        Small { metric, panel, factor: display.factor }
    };
    shown.iter().zip(cells).enumerate().map(small).collect()
}

/// The axis of a metric's values and of its intervals.
fn left_axis(study: &Study, metric: &str) -> Left {
    let rows: Vec<&Summary> = study.summary.iter().filter(|r| r.metric == metric).collect();
    let means = Scale::around(rows.iter().map(|r| r.mean));
    let positive = |v: &f64| v.is_finite() && (!means.log || *v > 0.0);
    let values: Vec<f64> = rows.iter().flat_map(|r| [r.mean, r.low, r.high]).filter(positive).collect();
    let middle = if means.log { libm::sqrt(means.low * means.high) } else { means.high };
    let display = Display::of(study.unit(metric), middle);
    let shown = || values.iter().map(|v| v * display.factor);
    let scale = if metric == "miss_rate" { Scale::from_zero(shown()) } else { Scale::around(shown()) };
    (Axis::new(scale, 5, ""), display)
}

/// The axis of the swept parameter: a tick at each value, as the scenario writes it.
fn below_axis(points: &[At]) -> Axis {
    let places = places(points);
    let unit = shared_unit(points);
    let label = |p: &At| if unit.is_some() { number(&p.value).to_owned() } else { p.value.clone() };
    let ticks = points.iter().zip(&places).map(|(p, x)| Tick { value: *x, label: label(p) }).collect();
    let name = points.first().map(At::parameter_name).unwrap_or_default();
    let title = unit.filter(|u| !u.is_empty()).map_or(name.clone(), |u| format!("{name} ({})", per(u)));
    Axis { scale: below_scale(&places), ticks, title }
}

/// `1/s` for `/s`.
fn per(unit: &str) -> String {
    if unit.starts_with('/') { format!("1{unit}") } else { unit.into() }
}

/// Where each point lies: at its value in the base unit, or at its number if it has none.
fn places(points: &[At]) -> Vec<f64> {
    let bases: Vec<f64> = points.iter().map(|p| p.value_base).collect();
    let distinct = (1..bases.len()).all(|i| !bases[..i].contains(&bases[i]));
    let numbers = bases.iter().all(|b| b.is_finite()) && distinct;
    if numbers { bases } else { (0..points.len()).map(|i| i as f64).collect() }
}

/// Linear or logarithmic, whichever keeps the closest values farther apart.
fn below_scale(places: &[f64]) -> Scale {
    let low = places.iter().copied().fold(f64::MAX, f64::min);
    let high = places.iter().copied().fold(f64::MIN, f64::max);
    let pad = 0.05 * (high - low).max(1e-12);
    let linear = Scale { log: false, low: low - pad, high: high + pad };
    if low <= 0.0 || high / low < 5.0 {
        return linear;
    }
    let log = Scale::log_around(low, high);
    if closest(&log, places) > 1.5 * closest(&linear, places) { log } else { linear }
}

fn closest(scale: &Scale, places: &[f64]) -> f64 {
    let mut shares: Vec<f64> = places.iter().map(|p| scale.share(*p)).collect();
    shares.sort_by(f64::total_cmp);
    shares.windows(2).map(|pair| pair[1] - pair[0]).fold(1.0, f64::min)
}

/// The number's part of a value.
fn number(value: &str) -> &str {
    value.split_whitespace().next().unwrap_or(value)
}

/// The unit that all values are written in, if it is one; empty for plain numbers.
fn shared_unit(points: &[At]) -> Option<&str> {
    let unit = |p: &'_ At| -> Option<String> {
        number(&p.value).replace('_', "").parse::<f64>().ok()?;
        Some(p.value[number(&p.value).len()..].trim().to_owned())
    };
    let first = unit(points.first()?)?;
    let all = points.iter().all(|p| unit(p).as_ref() == Some(&first));
    all.then(|| points[0].value[number(&points[0].value).len()..].trim())
}

/// A policy's rows along the axis; none where a point has no row.
type Curve = Vec<(f64, Option<Summary>)>;

impl Small<'_> {
    fn draw(&self, canvas: &mut Canvas, study: &Study) {
        self.panel.draw(canvas);
        let places = places(&study.points);
        let row = |name: &str, at: &At| study.row(at.index, name, self.metric).cloned();
        let curve =
            |name: &str| -> Curve { study.points.iter().zip(&places).map(|(at, x)| (*x, row(name, at))).collect() };
        let curves: Vec<(Look, Curve)> = looks(study).into_iter().map(|(name, look)| (look, curve(name))).collect();
        curves.iter().for_each(|(look, rows)| self.band(canvas, look, rows));
        let marks: Vec<Mark> = curves.iter().flat_map(|(look, rows)| self.curve(canvas, look, rows)).collect();
        series::markers(canvas, &marks);
    }

    fn place(&self, x: f64, value: f64) -> Option<Point> {
        self.panel.at(x, value * self.factor)
    }

    /// Means joined by a line, in stretches without gaps; gives their markers.
    fn curve(&self, canvas: &mut Canvas, look: &Look, rows: &[(f64, Option<Summary>)]) -> Vec<Mark> {
        let at = |(x, row): &(f64, Option<Summary>)| row.as_ref().and_then(|r| self.place(*x, r.mean));
        let points: Vec<Option<Point>> = rows.iter().map(at).collect();
        for stretch in points.split(Option::is_none) {
            series::curve(canvas, stretch.iter().flatten().copied().collect(), look);
        }
        points.into_iter().flatten().map(|at| (at, *look, true)).collect()
    }

    /// Intervals joined to a band, in stretches without gaps.
    fn band(&self, canvas: &mut Canvas, look: &Look, rows: &[(f64, Option<Summary>)]) {
        let ends = |(x, row): &(f64, Option<Summary>)| {
            let row = row.as_ref().filter(|r| has_interval(r))?;
            let bottom = self.panel.y.scale.low / self.factor;
            Some((self.place(*x, row.high)?, self.place(*x, row.low.max(bottom))?))
        };
        let all: Vec<Option<(Point, Point)>> = rows.iter().map(ends).collect();
        for stretch in all.split(Option::is_none) {
            let (upper, lower): (Vec<Point>, Vec<Point>) = stretch.iter().flatten().copied().unzip();
            series::band(canvas, &upper, &lower, look);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{draw::Shape, made_up};

    /// The value at a share of a scale: the inverse of `share`.
    fn value(scale: &Scale, share: f64) -> f64 {
        if scale.log {
            scale.low * (scale.high / scale.low).powf(share)
        } else {
            scale.low + share * (scale.high - scale.low)
        }
    }

    /// Reads the first policy's discs back off a panel.
    fn read_back(small: &Small, study: &Study) -> Vec<(f64, f64)> {
        let mut canvas = Canvas::new(TWO_COLUMNS, 100.0);
        small.draw(&mut canvas, study);
        let f = small.panel.frame;
        let read = |(x, y): Point| {
            let across = value(&small.panel.x.scale, (x - f.left) / f.width());
            (across, value(&small.panel.y.scale, (f.bottom - y) / f.height()) / small.factor)
        };
        canvas.shapes.iter().filter_map(|s| if let Shape::Disc(at, ..) = s { Some(read(*at)) } else { None }).collect()
    }

    #[test]
    fn every_marker_is_a_row_of_the_table() {
        let study = made_up::study();
        let outer = Frame::sized(0.0, 0.0, TWO_COLUMNS, 300.0);
        for small in panels(&study, &SHOWN, outer.grid(2, 2, 10.0)) {
            let read = read_back(&small, &study);
            let rows = study.summary.iter().filter(|r| r.policy == "local" && r.metric == small.metric);
            let rows: Vec<(f64, f64)> = rows.map(|r| (r.value_base, r.mean)).collect();
            assert_eq!(read.len(), rows.len());
            for (read, row) in read.iter().zip(rows) {
                assert!(
                    (read.0 - row.0).abs() < 1e-9 && (read.1 - row.1).abs() < 1e-9 * row.1.abs(),
                    "{read:?} {row:?}"
                );
            }
        }
    }

    fn at(value: &str, value_base: f64) -> At {
        At { index: 0, parameter: "links.cell.rate".into(), value: value.into(), value_base }
    }

    #[test]
    fn a_unit_that_all_values_share_goes_to_the_title() {
        let axis = below_axis(&[at("250 kbit/s", 2.5e5), at("1000 kbit/s", 1e6)]);
        assert_eq!((axis.title.as_str(), axis.ticks[0].label.as_str()), ("cell rate (kbit/s)", "250"));
        let axis = below_axis(&[at("250 kbit/s", 2.5e5), at("1 Mbit/s", 1e6)]);
        assert_eq!((axis.title.as_str(), axis.ticks[1].label.as_str()), ("cell rate", "1 Mbit/s"));
        let axis = below_axis(&[at("on", f64::NAN), at("off", f64::NAN)]);
        assert_eq!((axis.ticks[1].value, axis.ticks[1].label.as_str()), (1.0, "off"));
    }

    #[test]
    fn values_that_double_and_double_stand_on_a_logarithmic_axis() {
        assert!(below_scale(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]).log);
        assert!(!below_scale(&[0.05, 0.2, 0.4, 0.6, 1.0]).log && !below_scale(&[0.0, 1.0, 10.0]).log);
    }
}
