//! `corruption`: accuracy on corrupted test images, by severity.

use super::data::{Lab, Made};
use super::looks;
use crate::report::draw::{Axis, Canvas, Frame, Legend, Panel, Scale, series};
use crate::report::figure::Drawing;
use crate::report::theme::{Look, MM, TWO_COLUMNS};

const ACROSS: usize = 3;
const HEIGHT: f64 = 48.0 * MM;

pub fn draw(lab: &Lab) -> Option<Drawing> {
    let shown: Vec<(&Made, Look)> = looks(lab).into_iter().filter(|(m, _)| !m.corrupted.is_empty()).collect();
    let mut kinds: Vec<&str> = Vec::new();
    for (kind, ..) in shown.iter().flat_map(|(made, _)| &made.corrupted) {
        if !kinds.contains(&kind.as_str()) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() {
        return None;
    }
    let caption = "Accuracy on the test images at five severities of each corruption, the same corrupted images for every \
                   network; at severity 0 they are as they were.";
    Some(Drawing { canvas: canvas(&shown, &kinds), title: "Accuracy under corruption".into(), caption: caption.into() })
}

fn canvas(shown: &[(&Made, Look)], kinds: &[&str]) -> Canvas {
    let entries = shown.iter().map(|(made, look)| (made.name.clone(), *look)).collect();
    let across = ACROSS.min(kinds.len());
    let rows = kinds.len().div_ceil(across);
    let legend = Legend::new(entries, TWO_COLUMNS - 4.0, true);
    let height = rows as f64 * HEIGHT;
    let mut canvas = Canvas::new(TWO_COLUMNS, height + legend.height() + 8.0);
    let outer = Frame { left: 2.0, top: 2.0, right: TWO_COLUMNS - 2.0, bottom: height };
    for (kind, cell) in kinds.iter().zip(outer.grid(across, rows, 8.0)) {
        one(&mut canvas, cell, kind, shown);
    }
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, height + 5.0);
    canvas
}

fn one(canvas: &mut Canvas, cell: Frame, kind: &str, shown: &[(&Made, Look)]) {
    let course = |made: &Made| -> Vec<[f64; 2]> {
        let worn = made.corrupted.iter().filter(|(k, ..)| k == kind).map(|(_, s, a)| [f64::from(*s), 100.0 * a]);
        std::iter::once([0.0, 100.0 * made.accuracy[0]]).chain(worn).collect()
    };
    let all: Vec<(Vec<[f64; 2]>, &Look)> = shown.iter().map(|(made, look)| (course(made), look)).collect();
    let y = Axis::new(Scale::around(all.iter().flat_map(|(c, _)| c.iter().map(|p| p[1]))), 5, "Accuracy (%)");
    let panel = Panel::inside(cell, 0.0, kind, Axis::new(Scale::linear_around(0.0, 5.0), 6, "Severity"), y);
    panel.draw(canvas);
    for (course, look) in all {
        let points: Vec<_> = course.iter().filter_map(|[x, y]| panel.at(*x, *y)).collect();
        series::curve(canvas, points.clone(), look);
        points.into_iter().for_each(|at| series::marker(canvas, at, look, true));
    }
}
