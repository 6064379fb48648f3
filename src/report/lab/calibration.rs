//! `calibration`: how far confidences are from what they say, before and after temperature scaling (Guo et al. 2017).

use super::data::{Lab, Made};
use crate::report::draw::{Align, Axis, Canvas, Frame, Legend, Panel, Scale, Stroke, Text, series, text};
use crate::report::figure::Drawing;
use crate::report::theme::{self, GRID, HAIR, Look, MM, SMALL, TWO_COLUMNS};

/// Of the three scores: name, unit.
const SCORES: [&str; 3] = ["Expected calibration error", "Negative log-likelihood (nats)", "Brier score"];
/// Height of a network's row, and of title and axis.
const ROW: f64 = 4.2 * MM;
const REST: f64 = 17.0 * MM;
/// Room for networks' names.
const NAMES: f64 = 24.0 * MM;

pub fn draw(lab: &Lab) -> Option<Drawing> {
    let shown: Vec<&Made> = lab.made.iter().filter(|m| m.calibration.is_some()).collect();
    if shown.is_empty() {
        return None;
    }
    let caption = "Three scores of the test images' confidences, before and after the logits were divided by a temperature \
                   that validation images chose; means over seeds. The calibration error is over 15 bins of equal width.";
    Some(Drawing { canvas: canvas(&shown), title: "Calibration".into(), caption: caption.into() })
}

/// How the two ends look: before, after.
fn ends() -> [Look; 2] {
    [theme::look(0), theme::look(1)]
}

fn canvas(shown: &[&Made]) -> Canvas {
    let names = ["before", "after temperature scaling"].map(String::from);
    let legend = Legend::new(names.into_iter().zip(ends()).collect(), TWO_COLUMNS - 4.0, false);
    let height = shown.len() as f64 * ROW + REST;
    let mut canvas = Canvas::new(TWO_COLUMNS, height + legend.height() + 8.0);
    let outer = Frame { left: NAMES, top: 2.0, right: TWO_COLUMNS - 2.0, bottom: height };
    for (at, cell) in outer.grid(3, 1, 8.0).into_iter().enumerate() {
        let panel = one(&mut canvas, cell, at, shown);
        if at == 0 {
            label(&mut canvas, &panel, shown);
        }
    }
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, height + 5.0);
    canvas
}

/// The middle of a network's row.
fn row(i: usize, of: usize) -> f64 {
    (of - i) as f64 - 0.5
}

fn one(canvas: &mut Canvas, cell: Frame, score: usize, shown: &[&Made]) -> Panel {
    let of = |made: &Made| made.calibration.map_or([f64::NAN; 2], |scores| scores[score]);
    let values = shown.iter().flat_map(|m| of(m));
    // Only the first would be zero if all confidences were right.
    let scale = if score == 0 { Scale::from_zero(values) } else { Scale::around(values) };
    let x = Axis::new(scale, 4, SCORES[score]);
    let rows = Scale { log: false, low: 0.0, high: shown.len() as f64 };
    let y = Axis { scale: rows, ticks: Vec::new(), title: String::new() };
    let panel = Panel::inside(cell, 0.0, "", x, y);
    panel.draw(canvas);
    for (i, made) in shown.iter().enumerate() {
        let [before, after] = of(made).map(|value| panel.at(value, row(i, shown.len())));
        let Some((before, after)) = before.zip(after) else { continue };
        canvas.line(vec![before, after], Stroke::solid(GRID, 4.0 * HAIR));
        for (at, look) in [before, after].into_iter().zip(ends()) {
            series::marker(canvas, at, &look, true);
        }
    }
    panel
}

/// Networks' names, left of the first panel.
fn label(canvas: &mut Canvas, panel: &Panel, shown: &[&Made]) {
    for (i, made) in shown.iter().enumerate() {
        let at = (panel.frame.left - 4.0, panel.up(row(i, shown.len())) + 0.34 * SMALL);
        let name = text::short(&made.name, SMALL, panel.frame.left - 6.0);
        canvas.text(Text::new(at, name).align(Align::Right));
    }
}
