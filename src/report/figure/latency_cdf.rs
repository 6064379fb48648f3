//! `latency_cdf`: how answers' latencies are distributed, by policy, at the middle point.

use super::{Drawing, at_point, left_out, looks};
use crate::report::{
    data::Study,
    draw::{Axis, Canvas, Frame, Legend, Panel, Point, Scale, series, unit::Display},
    theme::{Look, MM, ONE_COLUMN},
};

/// One policy's steps: latency in seconds, share answered by then.
struct Curve<'a> {
    name: &'a str,
    look: Look,
    steps: Vec<(f64, f64)>,
}

pub(super) fn draw(study: &Study) -> Option<Drawing> {
    let point = study.middle()?;
    let curves = curves(study, point.index);
    let missing: Vec<&str> = curves.iter().filter(|c| c.steps.is_empty()).map(|c| c.name).collect();
    let shown: Vec<Curve> = curves.into_iter().filter(|c| !c.steps.is_empty()).collect();
    if shown.is_empty() {
        return None;
    }
    Some(Drawing {
        canvas: canvas(&shown),
        title: format!("Latency by policy{}", at_point(&point.name())),
        caption: caption(study, &point.name(), &missing),
    })
}

fn caption(study: &Study, point: &str, missing: &[&str]) -> String {
    format!(
        "Share of answered requests whose answer took at most so long{}, all {} replications taken together; markers \
         stand at the medians. Requests without an answer do not count.{}",
        at_point(point),
        study.replications().max(1),
        left_out(missing, "as it answered nothing"),
    )
}

fn curves(study: &Study, point: u32) -> Vec<Curve<'_>> {
    let steps = |name: &str| {
        let mine = study.latency.iter().filter(|r| r.point == point && r.policy == name);
        let finite = mine.filter(|r| r.latency_s.is_finite() && r.cumulative.is_finite());
        finite.map(|r| (r.latency_s, r.cumulative)).collect()
    };
    looks(study).into_iter().map(|(name, look)| Curve { name, look, steps: steps(name) }).collect()
}

fn canvas(curves: &[Curve]) -> Canvas {
    let legend = Legend::new(curves.iter().map(|c| (c.name.to_owned(), c.look)).collect(), ONE_COLUMN - 4.0, true);
    let height = 58.0 * MM;
    let mut canvas = Canvas::new(ONE_COLUMN, height + legend.height() + 6.0);
    let display = display(curves);
    let panel = panel(Frame::sized(2.0, 2.0, ONE_COLUMN - 4.0, height - 2.0), curves, &display);
    panel.draw(&mut canvas);
    for curve in curves {
        series::curve(&mut canvas, stairs(&panel, curve, display.factor), &curve.look);
    }
    let mark = |curve: &Curve| (median(&panel, curve, display.factor), curve.look, true);
    series::markers(&mut canvas, &curves.iter().map(mark).collect::<Vec<_>>());
    legend.draw(&mut canvas, (ONE_COLUMN - legend.width()) / 2.0, height + 3.0);
    canvas
}

fn times<'a>(curves: &'a [Curve]) -> impl Iterator<Item = f64> + 'a {
    curves.iter().flat_map(|c| c.steps.iter().map(|s| s.0))
}

/// Tails are long: a scale is logarithmic sooner than elsewhere.
fn scale(times: impl Iterator<Item = f64>) -> Scale {
    Scale::around_from(times, 8.0)
}

/// The unit that suits the middle of the scale.
fn display(curves: &[Curve]) -> Display {
    let all = scale(times(curves));
    Display::of("s", if all.log { libm::sqrt(all.low * all.high) } else { all.high })
}

fn panel(outer: Frame, curves: &[Curve], display: &Display) -> Panel {
    let scale = scale(times(curves).map(|t| t * display.factor));
    let x = Axis::new(scale, 5, format!("Latency{}", display.suffix()));
    let y = Axis::new(Scale { log: false, low: 0.0, high: 1.0 }, 5, "Share of answers");
    Panel::inside(outer, 0.0, "", x, y)
}

/// A distribution's outline: level until the next latency, then up.
fn stairs(panel: &Panel, curve: &Curve, factor: f64) -> Vec<Point> {
    let mut reached = 0.0;
    let up = |(latency, share): &(f64, f64)| {
        let x = panel.across(latency * factor);
        let from = std::mem::replace(&mut reached, *share);
        [(x, panel.up(from)), (x, panel.up(*share))]
    };
    curve.steps.iter().flat_map(up).collect()
}

/// Where the curve passes a half: that is where its marker stands.
fn median(panel: &Panel, curve: &Curve, factor: f64) -> Point {
    let latency = curve.steps.iter().find(|s| s.1 >= 0.5).or(curve.steps.last()).map_or(0.0, |s| s.0);
    (panel.across(latency * factor), panel.up(0.5))
}
