//! `search`: what was found by what was spent on training.

use super::data::{Found, Trial};
use crate::report::draw::{Axis, Canvas, Frame, Legend, Panel, Point, Scale, series, unit::Display};
use crate::report::figure::Drawing;
use crate::report::theme::{Look, MM, TWO_COLUMNS};

const HEIGHT: f64 = 58.0 * MM;

pub fn draw(found: &Found) -> Option<Drawing> {
    if found.trials.len() < 2 {
        return None;
    }
    let covered = if covers(found) {
        " Right: the hypervolume, as a share of what lies between no error at no cost and the reference."
    } else {
        ""
    };
    let caption = format!(
        "Search `{}`: accuracy on the validation images of every trained trial (hollow: given up early), and the best so \
         far, by multiply-adds spent on training.{covered} Test images were not looked at.",
        found.search
    );
    Some(Drawing { canvas: canvas(found), title: format!("Course of the search {}", found.search), caption })
}

fn covers(found: &Found) -> bool {
    found.trials.iter().any(|t| t.hypervolume.is_finite())
}

fn canvas(found: &Found) -> Canvas {
    let legend = Legend::new(found.methods(), TWO_COLUMNS - 4.0, false);
    let mut canvas = Canvas::new(TWO_COLUMNS, HEIGHT + legend.height() + 6.0);
    let columns = if covers(found) { 2 } else { 1 };
    let cells = Frame::sized(2.0, 2.0, TWO_COLUMNS - 4.0, HEIGHT - 2.0).grid(columns, 1, 12.0);
    for (which, cell) in cells.into_iter().enumerate() {
        if which == 0 { accuracies(&mut canvas, cell, found) } else { volumes(&mut canvas, cell, found) }
    }
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, HEIGHT + 3.0);
    canvas
}

/// The axis of what was spent, and by what it is multiplied to be shown.
fn spent(found: &Found) -> (Axis, f64) {
    let most = found.trials.iter().map(|t| t.spent_macs).fold(0.0, f64::max);
    let display = Display::of("MAC", most);
    let scale = Scale::linear_around(0.0, most * display.factor);
    (Axis::new(scale, 6, format!("Spent on training{}", display.suffix())), display.factor)
}

fn accuracies(canvas: &mut Canvas, cell: Frame, found: &Found) {
    let (x, factor) = spent(found);
    let y = Axis::new(Scale::around(found.trials.iter().map(|t| 100.0 * t.accuracy)), 6, "Validation accuracy (%)");
    let panel = Panel::inside(cell, 0.0, "", x, y);
    panel.draw(canvas);
    for (_, look, trials) in found.sides() {
        let mut best = f64::MIN;
        let best_so_far = |t: &&Trial| {
            best = best.max(if t.whole { t.accuracy } else { f64::MIN });
            (best > f64::MIN).then_some((t.spent_macs, best))
        };
        let course: Vec<(f64, f64)> = trials.iter().filter_map(best_so_far).collect();
        stairs(canvas, &panel, &course, [factor, 100.0], &look);
    }
    let methods = found.methods();
    let mark = |t: &Trial| {
        let look = methods.iter().find(|(name, _)| *name == t.method)?.1;
        Some((panel.at(t.spent_macs * factor, 100.0 * t.accuracy)?, look, t.whole))
    };
    series::markers(canvas, &found.trials.iter().filter_map(mark).collect::<Vec<_>>());
}

fn volumes(canvas: &mut Canvas, cell: Frame, found: &Found) {
    let (x, factor) = spent(found);
    let finite = found.trials.iter().map(|t| t.hypervolume).filter(|v| v.is_finite());
    let panel = Panel::inside(cell, 0.0, "", x, Axis::new(Scale::around(finite), 6, "Hypervolume"));
    panel.draw(canvas);
    for (_, look, trials) in found.sides() {
        let course: Vec<(f64, f64)> = trials.iter().map(|t| (t.spent_macs, t.hypervolume)).collect();
        stairs(canvas, &panel, &course, [factor, 1.0], &look);
        let last = course.last().and_then(|(x, y)| panel.at(x * factor, *y));
        last.into_iter().for_each(|at| series::marker(canvas, at, &look, true));
    }
}

/// A curve that keeps each value until the next.
fn stairs(canvas: &mut Canvas, panel: &Panel, course: &[(f64, f64)], [across, up]: [f64; 2], look: &Look) {
    let at = |x: f64, y: f64| panel.at(x * across, y * up);
    let corner = |pair: &[(f64, f64)]| [at(pair[0].0, pair[0].1), at(pair[1].0, pair[0].1)];
    let last = course.last().and_then(|(x, y)| at(*x, *y));
    let points: Vec<Point> = course.windows(2).flat_map(corner).chain([last]).flatten().collect();
    series::curve(canvas, points, look);
}
