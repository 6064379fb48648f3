//! `provision`: the tail of latency against what is kept ready for it, servers and joules, by policy, point by point.

use super::{Drawing, has_interval, left_out, looks, over};
use crate::report::{
    data::{Study, Summary, metric, metric::SERVERS},
    draw::{
        Axis, Canvas, Frame, Legend, Panel, Point, Scale,
        series::{self, Mark},
        unit::Display,
    },
    theme::{Look, MM, TWO_COLUMNS},
};

const TAIL: &str = "latency_p99_s";
const ENERGY: &str = "marginal_j_per_request";
const HEIGHT: f64 = 62.0 * MM;

pub(super) fn draw(study: &Study) -> Option<Drawing> {
    let servers = study.metrics().into_iter().find(|m| m.starts_with(SERVERS))?;
    let costs = [servers, ENERGY];
    let missing: Vec<&str> = study.policies.iter().map(String::as_str).filter(|p| !shown(study, p, &costs)).collect();
    if missing.len() == study.policies.len() {
        return None;
    }
    Some(Drawing {
        canvas: canvas(study, costs),
        title: "The tail of latency by what is provided".into(),
        caption: caption(study, &costs, &missing),
    })
}

fn caption(study: &Study, costs: &[&str; 2], missing: &[&str]) -> String {
    let bars = if study.replications() > 1 { " Bars: 95 % t-intervals over replications." } else { "" };
    let swept = match study.points.first() {
        Some(point) if study.swept() => {
            format!(" Each marker is a value of {}, joined in their order.", point.parameter_name())
        }
        _ => String::new(),
    };
    format!(
        "99th percentile of latency against the servers that a node had ({}), time and nodes taken together, and against \
         the energy beyond idling per answered request; lower and further left is better.{swept} {}{bars}{}",
        metric::title(costs[0]).to_lowercase(),
        over(study),
        left_out(missing, "as they answered nothing"),
    )
}

/// A policy's rows at a point: the cost's and the tail's.
type Pair<'a> = (&'a Summary, &'a Summary);

fn pairs<'a>(study: &'a Study, policy: &str, cost: &str) -> Vec<Pair<'a>> {
    let known = |row: &&Summary| row.mean.is_finite() && row.mean > 0.0;
    let row = |point: u32, metric: &str| study.row(point, policy, metric).filter(known);
    study.points.iter().filter_map(|p| Some((row(p.index, cost)?, row(p.index, TAIL)?))).collect()
}

fn shown(study: &Study, policy: &str, costs: &[&str; 2]) -> bool {
    costs.iter().all(|cost| !pairs(study, policy, cost).is_empty())
}

fn canvas(study: &Study, costs: [&str; 2]) -> Canvas {
    let entries = looks(study).into_iter().map(|(name, look)| (name.to_owned(), look)).collect();
    let legend = Legend::new(entries, TWO_COLUMNS - 4.0, true);
    let mut canvas = Canvas::new(TWO_COLUMNS, HEIGHT + legend.height() + 8.0);
    let outer = Frame { left: 2.0, top: 4.0, right: TWO_COLUMNS - 2.0, bottom: HEIGHT };
    for (cell, cost) in outer.grid(2, 1, 10.0).into_iter().zip(costs) {
        Tail::new(study, cost, cell).draw(&mut canvas);
    }
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, HEIGHT + 5.0);
    canvas
}

/// One panel.
struct Tail<'a> {
    curves: Vec<(Look, Vec<Pair<'a>>)>,
    panel: Panel,
    factors: (f64, f64),
}

/// The unit that suits values, and a scale around them in it; from zero where they are counts.
fn axis<'a>(rows: impl Iterator<Item = &'a Summary> + Clone, unit: &str) -> (Display, Scale) {
    let scale = Scale::around_from(rows.clone().map(|r| r.mean), 8.0);
    let display = Display::of(unit, if scale.log { libm::sqrt(scale.low * scale.high) } else { scale.high });
    let ends = |r: &Summary| [r.mean, r.low, r.high].map(|v| v * display.factor);
    let ends: Vec<f64> = rows.flat_map(ends).filter(|v| v.is_finite() && (!scale.log || *v > 0.0)).collect();
    let scale = if scale.log { Scale::around_from(ends, 1.0) } else { Scale::from_zero(ends) };
    (display, scale)
}

impl<'a> Tail<'a> {
    fn new(study: &'a Study, cost: &str, cell: Frame) -> Self {
        let curves: Vec<(Look, Vec<Pair<'a>>)> =
            looks(study).into_iter().map(|(name, look)| (look, pairs(study, name, cost))).collect();
        let all = curves.iter().flat_map(|(_, pairs)| pairs);
        let unit = if cost == ENERGY { study.unit(cost) } else { "" };
        let (below, across) = axis(all.clone().map(|(cost, _)| *cost), unit);
        let (left, up) = axis(all.map(|(_, tail)| *tail), study.unit(TAIL));
        let x = Axis::new(across, 5, format!("{}{}", metric::title(cost), below.suffix()));
        let y = Axis::new(up, 5, format!("{}{}", metric::title(TAIL), left.suffix()));
        let panel = Panel::inside(cell, 0.0, "", x, y);
        Self { factors: (below.factor, left.factor), panel, curves }
    }

    fn at(&self, cost: f64, tail: f64) -> Option<Point> {
        self.panel.at(cost * self.factors.0, tail * self.factors.1)
    }

    fn draw(&self, canvas: &mut Canvas) {
        self.panel.draw(canvas);
        let mut marks: Vec<Mark> = Vec::new();
        for (look, pairs) in &self.curves {
            let points: Vec<Point> = pairs.iter().filter_map(|(cost, tail)| self.at(cost.mean, tail.mean)).collect();
            pairs.iter().flat_map(|pair| self.bars(*pair)).for_each(|[a, b]| series::interval(canvas, a, b, look));
            marks.extend(points.iter().map(|at| (*at, *look, true)));
            series::curve(canvas, points, look);
        }
        series::markers(canvas, &marks);
    }

    fn bars(&self, (cost, tail): Pair<'_>) -> Vec<[Point; 2]> {
        let least = |v: f64, low: f64, factor: f64| v.max(low / factor);
        let x = |v| self.at(least(v, self.panel.x.scale.low, self.factors.0), tail.mean);
        let y = |v| self.at(cost.mean, least(v, self.panel.y.scale.low, self.factors.1));
        let level = has_interval(cost).then(|| Some([x(cost.low)?, x(cost.high)?])).flatten();
        let upright = has_interval(tail).then(|| Some([y(tail.low)?, y(tail.high)?])).flatten();
        level.into_iter().chain(upright).collect()
    }
}
