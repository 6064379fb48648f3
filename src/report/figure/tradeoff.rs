//! `tradeoff`: energy, latency and accuracy against each other at the middle point, with the Pareto front.

use super::{Drawing, at_point, front::front, has_interval, left_out, looks, over};
use crate::report::{
    data::{Study, Summary, metric},
    draw::{
        Axis, Canvas, Frame, Panel, Point, Scale,
        label::{self, Label},
        series,
        unit::Display,
    },
    theme::{INK, Look, MM, TWO_COLUMNS},
};

/// What is traded: energy, latency, accuracy; and whether more of it is better.
const GOALS: [(&str, bool); 3] = [("marginal_j_per_request", false), ("latency_p95_s", false), ("accuracy_all", true)];
/// The pairs shown: below, on the left.
const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];

/// A policy with its three rows.
struct Dot<'a> {
    name: &'a str,
    look: Look,
    rows: [&'a Summary; 3],
    best: bool,
}

pub(super) fn draw(study: &Study) -> Option<Drawing> {
    let point = study.middle()?;
    let dots = dots(study, point.index);
    if dots.is_empty() {
        return None;
    }
    let shown = |name: &&str| dots.iter().any(|d| d.name == *name);
    let missing: Vec<&str> = study.policies.iter().map(String::as_str).filter(|n| !shown(n)).collect();
    let name = point.name();
    Some(Drawing {
        canvas: canvas(study, &dots),
        title: format!("Energy, latency and accuracy{}", at_point(&name)),
        caption: caption(study, &name, &missing),
    })
}

fn caption(study: &Study, point: &str, missing: &[&str]) -> String {
    let bars = if study.replications() > 1 { " Bars: 95 % t-intervals over replications." } else { "" };
    format!(
        "Marginal energy per answered request, 95th percentile of latency, and right answers among all requests{}. Full \
         markers: policies that no other beats in all three (the Pareto front); hollow ones are beaten; nested \
         ones coincide. Grey steps: the front of the two quantities shown. {}{bars}{}",
        at_point(point),
        over(study),
        left_out(missing, "for want of a value"),
    )
}

/// Policies whose three values are known.
fn dots(study: &Study, point: u32) -> Vec<Dot<'_>> {
    let row = |name: &str, i: usize| study.row(point, name, GOALS[i].0).filter(|r| r.mean.is_finite());
    let dot = |(name, look)| Some(Dot { name, look, rows: [row(name, 0)?, row(name, 1)?, row(name, 2)?], best: false });
    let mut dots: Vec<Dot> = looks(study).into_iter().filter_map(dot).collect();
    let best = front(&dots.iter().map(|d| [0, 1, 2].map(|i| cost(d, i))).collect::<Vec<_>>());
    dots.iter_mut().zip(best).for_each(|(dot, best)| dot.best = best);
    dots
}

/// A goal's value where less is better.
fn cost(dot: &Dot, goal: usize) -> f64 {
    if GOALS[goal].1 { -dot.rows[goal].mean } else { dot.rows[goal].mean }
}

/// A goal's scale, in the unit it is shown in.
struct Goal {
    display: Display,
    scale: Scale,
    title: String,
}

impl Goal {
    fn new(study: &Study, dots: &[Dot], goal: usize) -> Self {
        let ends = |d: &Dot| [d.rows[goal].mean, d.rows[goal].low, d.rows[goal].high];
        let values: Vec<f64> = dots.iter().flat_map(ends).filter(|v| v.is_finite() && *v >= 0.0).collect();
        let log = Scale::around(dots.iter().map(|d| d.rows[goal].mean)).log;
        let size = values.iter().copied().fold(0.0, f64::max);
        let least = values.iter().copied().fold(f64::MAX, f64::min);
        let column = GOALS[goal].0;
        let display = Display::of(study.unit(column), if log { libm::sqrt(size * least) } else { size });
        let scale = Scale::around(values.iter().map(|v| v * display.factor));
        Self { title: format!("{}{}", metric::title(column), display.suffix()), scale, display }
    }
}

fn canvas(study: &Study, dots: &[Dot]) -> Canvas {
    let mut canvas = Canvas::new(TWO_COLUMNS, 60.0 * MM);
    let goals = [0, 1, 2].map(|i| Goal::new(study, dots, i));
    let outer = Frame { left: 2.0, top: 4.0, right: TWO_COLUMNS - 2.0, bottom: 60.0 * MM - 2.0 };
    for (cell, pair) in outer.grid(3, 1, 10.0).into_iter().zip(PAIRS) {
        pair_panel(&mut canvas, cell, dots, pair, &goals);
    }
    canvas
}

fn pair_panel(canvas: &mut Canvas, cell: Frame, dots: &[Dot], (below, left): (usize, usize), goals: &[Goal; 3]) {
    let axis = |goal: usize, wish| Axis::new(goals[goal].scale, wish, goals[goal].title.clone());
    let panel = Panel::inside(cell, 0.0, "", axis(below, 4), axis(left, 6));
    panel.draw(canvas);
    let value = |dot: &Dot, goal: usize| dot.rows[goal].mean * goals[goal].display.factor;
    let at = |dot: &Dot| panel.at(value(dot, below), value(dot, left));
    let points: Vec<(&Dot, Point)> = dots.iter().filter_map(|d| Some((d, at(d)?))).collect();
    let mut lines = series::front(canvas, on_front(dots, &points, below, left));
    for (dot, at) in &points {
        let bars = intervals(&panel, dot, *at, (below, left), goals);
        bars.iter().for_each(|[from, to]| series::interval(canvas, *from, *to, &dot.look));
        lines.extend(bars);
    }
    let name = |(dot, at): &(&Dot, Point)| Label { at: *at, name: dot.name.into(), colour: INK };
    label::draw(canvas, &panel.frame, &points.iter().map(name).collect::<Vec<_>>(), &lines);
    series::markers(canvas, &points.iter().map(|(dot, at)| (*at, dot.look, dot.best)).collect::<Vec<_>>());
}

/// Where the policies on the front of two goals are drawn.
fn on_front(dots: &[Dot], points: &[(&Dot, Point)], below: usize, left: usize) -> Vec<Point> {
    let best = front(&dots.iter().map(|d| [cost(d, below), cost(d, left)]).collect::<Vec<_>>());
    points.iter().zip(best).filter(|(_, best)| *best).map(|((_, at), _)| *at).collect()
}

/// The intervals of both values as a cross.
fn intervals(panel: &Panel, dot: &Dot, at: Point, pair: (usize, usize), goals: &[Goal; 3]) -> Vec<[Point; 2]> {
    let (below, left) = (dot.rows[pair.0], dot.rows[pair.1]);
    let (fx, fy) = (goals[pair.0].display.factor, goals[pair.1].display.factor);
    let x = |v: f64| panel.across((v * fx).max(panel.x.scale.low));
    let y = |v: f64| panel.up((v * fy).max(panel.y.scale.low));
    let level = has_interval(below).then(|| [(x(below.low), at.1), (x(below.high), at.1)]);
    let upright = has_interval(left).then(|| [(at.0, y(left.low)), (at.0, y(left.high))]);
    level.into_iter().chain(upright).collect()
}
