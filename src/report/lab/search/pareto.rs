//! `search_macs`, `search_bytes`, `search_latency`: networks of a search by accuracy and by what they cost, with the fronts
//! of the search and of its control.

use super::data::{Found, Trial};
use crate::report::draw::{Axis, Canvas, Frame, Legend, Panel, Scale, Stroke, series, unit::Display};
use crate::report::figure::{Drawing, front};
use crate::report::theme::{CURVE, Look, MM, ONE_COLUMN};

const HEIGHT: f64 = 64.0 * MM;

pub fn by_macs(found: &Found) -> Option<Drawing> {
    draw(found, 0, "Multiply-adds", "MAC")
}

pub fn by_bytes(found: &Found) -> Option<Drawing> {
    draw(found, 1, "Shipped file", "B")
}

pub fn by_latency(found: &Found) -> Option<Drawing> {
    draw(found, 2, "Measured latency", "s")
}

/// Nothing where all networks cost the same, or latency aside nearly so: there is no choice between them.
fn draw(found: &Found, cost: usize, title: &str, unit: &str) -> Option<Drawing> {
    let whole = found.trials.iter().filter(|t| t.whole && t.costs[cost].is_finite() && t.accuracy.is_finite());
    let whole: Vec<&Trial> = whole.collect();
    if whole.iter().all(|t| t.costs[0] == whole[0].costs[0]) {
        return None;
    }
    let caption = format!(
        "Search `{}`: validation accuracy of {} networks by {}, all trained whole. Lines: the Pareto fronts in these two \
         goals, each in the look of its last method; full markers are on them. Test images were not looked at.",
        found.search,
        whole.len(),
        title.to_lowercase(),
    );
    let canvas = canvas(found, &whole, cost, title, unit);
    Some(Drawing { canvas, title: format!("Search {} by {}", found.search, title.to_lowercase()), caption })
}

fn canvas(found: &Found, whole: &[&Trial], cost: usize, title: &str, unit: &str) -> Canvas {
    let legend = Legend::new(found.methods(), ONE_COLUMN - 4.0, false);
    let mut canvas = Canvas::new(ONE_COLUMN, HEIGHT + legend.height() + 6.0);
    let scale = Scale::around_from(whole.iter().map(|t| t.costs[cost]), 10.0);
    let display = Display::of(unit, if scale.log { libm::sqrt(scale.low * scale.high) } else { scale.high });
    let x = Scale::around_from(whole.iter().map(|t| t.costs[cost] * display.factor), 10.0);
    let y = Scale::around(whole.iter().map(|t| 100.0 * t.accuracy));
    let x = Axis::new(x, 5, format!("{title}{}", display.suffix()));
    let frame = Frame::sized(2.0, 2.0, ONE_COLUMN - 4.0, HEIGHT - 2.0);
    let panel = Panel::inside(frame, 0.0, "", x, Axis::new(y, 6, "Validation accuracy (%)"));
    panel.draw(&mut canvas);
    fill(&mut canvas, &panel, found, cost, display.factor);
    legend.draw(&mut canvas, (ONE_COLUMN - legend.width()) / 2.0, HEIGHT + 3.0);
    canvas
}

fn fill(canvas: &mut Canvas, panel: &Panel, found: &Found, cost: usize, factor: f64) {
    let methods = found.methods();
    let mut marks = Vec::new();
    for (_, look, trials) in found.sides() {
        let whole: Vec<&Trial> = trials.into_iter().filter(|t| t.whole).collect();
        let best = front(&whole.iter().map(|t| [t.costs[cost], -t.accuracy]).collect::<Vec<_>>());
        line(canvas, panel, whole.iter().zip(&best).filter(|(_, best)| **best).map(|(t, _)| *t), cost, factor, &look);
        for (trial, best) in whole.iter().zip(best) {
            let look = methods.iter().find(|(name, _)| *name == trial.method).map_or(look, |(_, look)| *look);
            marks.extend(panel.at(trial.costs[cost] * factor, 100.0 * trial.accuracy).map(|at| (at, look, best)));
        }
    }
    series::markers(canvas, &marks);
}

/// A front as stairs from the left.
fn line<'a>(
    canvas: &mut Canvas,
    panel: &Panel,
    members: impl Iterator<Item = &'a Trial>,
    cost: usize,
    factor: f64,
    look: &Look,
) {
    let mut points: Vec<_> = members.filter_map(|t| panel.at(t.costs[cost] * factor, 100.0 * t.accuracy)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let corners = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    let stairs = corners.chain(points.last().copied()).collect();
    canvas.line(stairs, Stroke { colour: look.colour, width: CURVE, dash: look.dash });
}
