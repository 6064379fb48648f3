//! `sensitivity`: what each layer costs in accuracy where it alone runs in integers.

use super::data::{Lab, Made};
use crate::report::draw::{Align, Axis, Canvas, Frame, Panel, Scale, Text, text};
use crate::report::figure::Drawing;
use crate::report::theme::{MM, SMALL, TWO_COLUMNS, palette::SERIES};

const HEIGHT: f64 = 50.0 * MM;
/// Room for layers' names.
const NAMES: f64 = 20.0 * MM;

pub fn draw(lab: &Lab) -> Option<Drawing> {
    let shown: Vec<&Made> = lab.made.iter().filter(|m| !m.sensitivity.is_empty()).collect();
    if shown.is_empty() {
        return None;
    }
    let mut canvas = Canvas::new(TWO_COLUMNS, shown.len() as f64 * (HEIGHT + NAMES) + 4.0);
    for (i, made) in shown.iter().enumerate() {
        let top = 2.0 + i as f64 * (HEIGHT + NAMES);
        one(&mut canvas, Frame::sized(2.0, top, TWO_COLUMNS - 4.0, HEIGHT), made);
    }
    let caption = "Validation accuracy lost, in points, where one layer alone runs in 8-bit integers and all others in \
                   floats; below zero: gained.";
    Some(Drawing { canvas, title: "Sensitivity of layers".into(), caption: caption.into() })
}

fn one(canvas: &mut Canvas, outer: Frame, made: &Made) {
    let n = made.sensitivity.len() as f64;
    let points = made.sensitivity.iter().map(|(_, drop)| 100.0 * drop);
    let (low, high) = points.clone().fold((0.0f64, 0.0f64), |(l, h), p| (l.min(p), h.max(p)));
    let high = if high > low { high } else { 0.1 };
    let room = 0.08 * (high - low);
    let y = Axis::new(Scale { log: false, low: low - room, high: high + room }, 5, "Accuracy lost (points)");
    let x = Axis { scale: Scale { log: false, low: 0.0, high: n }, ticks: Vec::new(), title: String::new() };
    let panel = Panel::inside(outer, 0.0, &made.name, x, y);
    panel.draw(canvas);
    for (i, ((layer, _), drop)) in made.sensitivity.iter().zip(points).enumerate() {
        let (left, right) = (panel.across(i as f64 + 0.2), panel.across(i as f64 + 0.8));
        let (from, to) = (panel.up(0.0), panel.up(drop));
        canvas.area(vec![(left, from), (right, from), (right, to), (left, to)], SERIES[1].into());
        let at = ((left + right) / 2.0 + 0.34 * SMALL, panel.frame.bottom + 4.0);
        let name = text::short(layer, SMALL, NAMES - 8.0);
        canvas.text(Text::new(at, name).align(Align::Right).upright());
    }
}
